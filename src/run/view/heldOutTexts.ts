import { resolve } from 'node:path';
import { loadDataset } from '../../data/dataset';
import type { Spec } from '../../spec/spec';
import { CodedError } from '../../wording/wording';
import { cutText, promptsOf, type TablePrompt } from './promptsOf';
import { EVALUATED_TEXTS, TEXTS } from '../store/rows/names';
import type { RunFolder } from '../store/storage';
import { hashOfRows, readTexts, type KeptText } from '../store/texts';

/** Held-out rows of a generation run, and what its prompts wrote for them. Plain data. */
export interface HeldOutTexts {
  readonly metrics: readonly string[];
  /** The data file that the rows come from: an absolute path. */
  readonly file: string;
  /** Those that the run kept texts of, and how many it was scored on. */
  readonly rows: readonly HeldOutTextRow[];
  readonly of: number;
  readonly prompts: readonly HeldOutOutputs[];
}

interface HeldOutTextRow {
  /** Cut where it is very long. */
  readonly text: string;
  readonly references: readonly string[];
  /** In the data file. */
  readonly line: number;
}

export interface HeldOutOutputs extends Pick<TablePrompt, 'prompt' | 'origin'> {
  /** By row; one for each sample, none where the row has no score. */
  readonly outputs: readonly (readonly KeptText[])[];
}

/** @throws CodedError, TaskError */
export async function heldOutTexts(folder: RunFolder, spec: Spec): Promise<HeldOutTexts> {
  const result = folder.hasResult() ? folder.readResult() : undefined;
  const [own, later] = [TEXTS, EVALUATED_TEXTS].map((name) => readTexts(folder.file(name)));
  if (!own || !result) throw new CodedError(result ? 'run.noTextsKept' : 'run.noHeldOutYet');
  const { test } = (await loadDataset(spec)).splits;
  const name = spec.data.test ?? spec.data.train;
  if (own.rows !== hashOfRows(test)) throw new CodedError('run.rowsChanged', { name });
  const kept = [own, ...(later?.rows === own.rows ? [later] : [])].flatMap(({ prompts }) => prompts);
  const texts = new Map(kept.map(({ tokens, rows }) => [tokens.join(), new Map(rows)]));
  const rows = [...new Set(own.prompts.flatMap((prompt) => prompt.rows.map(([row]) => row)))].sort((a, b) => a - b);
  const prompts = promptsOf(folder, result).flatMap(({ prompt, tokens, origin }) => {
    const of = texts.get(tokens.join());
    return of ? [{ prompt, origin, outputs: rows.map((row) => of.get(row) ?? []) }] : [];
  });
  return {
    metrics: own.metrics,
    file: resolve(spec.folder, name),
    rows: rows.map((row) => ({
      text: cutText(test.texts[row]!),
      references: (test.references?.[row] ?? []).map(cutText),
      line: test.lines[row]!,
    })),
    of: test.texts.length,
    prompts,
  };
}
