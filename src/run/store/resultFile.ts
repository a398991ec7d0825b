import { CodedError } from '../../wording/wording';
import { estimateOf, poolOf, type Older } from '../result/estimate';
import type { PromptResult, RunResult } from '../result/result';

/** The type of a JSON value; of an object, by its fields. */
type Shape = 'string' | 'number' | 'list' | { readonly [field: string]: Shape };

const QUERIES = { asked: 'number', computed: 'number' } as const;
const SPLIT = { accuracy: 'number' } as const;

/** What tables and summaries read of a result, and of each of its prompts. */
const RESULT: Shape = {
  status: 'string',
  taskModel: 'string',
  template: 'string',
  steps: 'number',
  seconds: 'number',
  queries: QUERIES,
  learning: {},
  pairedTest: {},
  notes: 'list',
  prompts: 'list',
};
const PROMPT: Shape = { rank: 'number', prompt: 'string', origin: 'string', gap: 'number', train: SPLIT, validation: SPLIT };
const TEST = { accuracy: 'number', interval: 'list', n: 'number' } as const;
/** Of classes only. */
const TEST_OF_CLASSES: Shape = { ...TEST, macroF1: 'number' };

/**
 * Reads the text of a `result.json`; of version 0.1.0, whose prompts have no estimates, works them out. By hand, since the extension host, which reads results too, is kept free of parsers.
 * @throws CodedError that names the file and what is wrong
 */
export function parseResult(text: string, file: string): RunResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CodedError('run.resultNotJson', { file, reason: (error as Error).message });
  }
  if (typeof value !== 'object' || value === null || !('format' in value)) throw new CodedError('run.notAResult', { file });
  if (value.format !== 1) throw new CodedError('run.otherFormat', { file, format: JSON.stringify(value.format) });
  const flaw = flawOf(value);
  if (flaw !== undefined) throw new CodedError('run.resultDamaged', { file, flaw });
  return withEstimates(value as unknown as Stored);
}

/** A result as files have it. */
type Stored = Omit<RunResult, 'classes' | 'prompts'> &
  Partial<Pick<RunResult, 'classes'>> & { readonly prompts: readonly Older<PromptResult>[] };

function withEstimates({ classes = [], ...result }: Stored): RunResult {
  const pool = poolOf(classes);
  return {
    ...result,
    classes,
    prompts: result.prompts.map((prompt) => ({ ...prompt, estimate: prompt.estimate ?? estimateOf(prompt, pool) })),
  };
}

function flawOf(result: Readonly<Record<string, unknown>>): string | undefined {
  const flaw = mismatch(result, RESULT, '');
  if (flaw !== undefined) return flaw;
  const prompts = result.prompts as readonly { test?: unknown }[];
  if (prompts.length === 0) return '"prompts" is empty';
  const test = result.kind === 'generation' ? TEST : TEST_OF_CLASSES;
  for (const [i, prompt] of prompts.entries()) {
    const place = `prompts[${i}]`;
    const wrong = mismatch(prompt, PROMPT, place) ?? (prompt.test === undefined ? undefined : mismatch(prompt.test, test, `${place}.test`));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** The first place where a value is not of a shape, as part of a sentence. */
function mismatch(value: unknown, shape: Shape, place: string): string | undefined {
  const expected = typeof shape === 'string' ? shape : 'object';
  const found = typeName(value);
  if (found !== expected) return `"${place}" is ${found}, expected: ${expected}`;
  if (typeof shape === 'string') return undefined;
  for (const [field, inner] of Object.entries(shape)) {
    const wrong = mismatch((value as Readonly<Record<string, unknown>>)[field], inner, place === '' ? field : `${place}.${field}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
