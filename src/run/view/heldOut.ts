import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadDataset } from '../../data/dataset';
import { judge } from '../../method/scorer';
import { parseSpecValues } from '../../spec/spec';
import { CodedError } from '../../wording/wording';
import { heldOutTexts, type HeldOutTexts } from './heldOutTexts';
import { cutText, promptsOf, type TablePrompt } from './promptsOf';
import { decodeGroups, readHeader, splitHash, type Decoded, type RowHeader } from '../store/rows/format';
import { EVALUATED_ROWS, ROWS } from '../store/rows/names';
import { byPrompt } from '../store/rows/storedModel';
import type { RunFolder } from '../store/storage';

/** Held-out rows of a run, and what its prompts answer on them, or wrote for them. Plain data. */
export type HeldOut = HeldOutClasses | HeldOutTexts;

export interface HeldOutClasses {
  readonly classes: readonly string[];
  /** The data file that the rows come from: an absolute path. */
  readonly file: string;
  readonly rows: readonly HeldOutRow[];
  /** Prompts with an answer on every row, in the order of the table. */
  readonly prompts: readonly HeldOutAnswers[];
}

interface HeldOutRow {
  /** Cut where it is very long. */
  readonly text: string;
  readonly label: number;
  /** In the data file. */
  readonly line: number;
}

export interface HeldOutAnswers extends Pick<TablePrompt, 'prompt' | 'origin'> {
  /** A class by row; −1 where the model named none, null where the row has no score. */
  readonly predicted: readonly (number | null)[];
  /** Probability of that class among the classes. */
  readonly confidence: readonly number[];
}

/** Held-out rows of a run with the answers of all prompts that the run has kept. @throws CodedError, TaskError */
export async function heldOut(folder: RunFolder): Promise<HeldOut> {
  const task = folder.readTask();
  const spec = parseSpecValues(task.spec, task.specFile);
  if (spec.kind === 'generation') return heldOutTexts(folder, spec);
  const stored = [ROWS, EVALUATED_ROWS].flatMap((name) => read(folder.file(name)) ?? []);
  const result = folder.hasResult() ? folder.readResult() : undefined;
  if (stored.length === 0 || !result) throw new CodedError(result ? 'run.noRowsKept' : 'run.noHeldOutYet');
  const { classes, splits } = await loadDataset(spec);
  const name = spec.data.test ?? spec.data.train;
  const hash = splitHash(splits.test);
  const own = stored.filter(({ header }) => header.splits.test.hash === hash);
  if (own.length === 0) throw new CodedError('run.rowsChanged', { name });
  const answers = byPrompt(own.flatMap(({ results }) => results.filter(({ split }) => split === 'test')));
  const { texts, labels, lines } = splits.test;
  const prompts = promptsOf(folder, result).flatMap(({ prompt, tokens, origin }) => {
    const of = answers.get(`test ${tokens.join()}`);
    return of?.size === texts.length ? [{ prompt, origin, ...answersOf(of, labels) }] : [];
  });
  return {
    classes,
    file: resolve(spec.folder, name),
    rows: texts.map((text, i) => ({ text: cutText(text), label: labels[i]!, line: lines[i]! })),
    prompts,
  };
}

function answersOf(answers: ReadonlyMap<number, Float32Array>, labels: readonly number[]): Omit<HeldOutAnswers, 'prompt' | 'origin'> {
  const judged = labels.map((label, row) => judge(answers.get(row)!, label));
  return {
    predicted: judged.map((score) => score?.predicted ?? null),
    confidence: judged.map((score, row) => {
      const logits = answers.get(row)!;
      const top = score && logits[score.predicted];
      return top === undefined ? 0 : Math.round(1000 / logits.reduce((sum, x) => sum + Math.exp(x - top), 0)) / 1000;
    }),
  };
}

function read(file: string): { header: RowHeader; results: Decoded['results'] } | undefined {
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  const found = readHeader(bytes);
  if (!found) return undefined;
  return { header: found.header, results: decodeGroups(bytes, found.end, found.header.width).results };
}
