import { readFileSync } from 'node:fs';
import { Layout } from '../../../../src/model/local/layout';
import type { ModelFolder } from '../../../../src/model/local/modelFolder';
import { forCausal, parseTemplate } from '../../../../src/spec/template';

/** What Python found for a model of `test/models`; written by tools/models/exports/expected.py. */
export interface Expected {
  readonly words: readonly string[];
  readonly cases: readonly {
    readonly template: string;
    readonly labelIds: readonly number[];
    readonly rows: readonly {
      readonly text: string;
      readonly prompt: string;
      readonly ids: readonly number[];
      /** Label-word logits: of transformers in fp32, and of ONNX Runtime's Python package for other files. */
      readonly logits: Readonly<Record<string, readonly number[]>>;
    }[];
  }[];
  readonly policy?: {
    readonly prefixes: readonly {
      readonly ids: readonly number[];
      readonly state: readonly number[];
      readonly logits: readonly number[];
    }[];
    readonly perplexity: { readonly ids: readonly number[]; readonly value: number };
  };
}

export function expectedScores(name: string): Expected {
  return JSON.parse(readFileSync(`test/models/${name}/expected.json`, 'utf8')) as Expected;
}

export function layoutOf(model: ModelFolder, template: string): Layout {
  const parsed = parseTemplate(template);
  return new Layout(model.kind === 'causal' ? forCausal(parsed).parts : parsed.parts, model.tokenizer, model.context, 8);
}

/** Largest difference of two lists of numbers. */
export function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`);
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
}
