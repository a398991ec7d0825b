import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyEdits } from 'jsonc-parser';
import { onTestFinished } from 'vitest';
import { loadDataset, type Dataset } from '../../../src/data/dataset';
import { editsOf } from '../../../src/host/spec/specEdits';
import { TaskError, type Fix, type Problem } from '../../../src/spec/problem';
import type { Row } from '../../../src/data/row';
import { readRows } from '../../../src/data/rows';
import { parseSpec, type Spec } from '../../../src/spec/spec';

/** A folder for one test, with these files; `null` makes a folder. It is removed when the test ends. */
export async function makeFolder(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rlprompt-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    if (content === null) await mkdir(join(folder, name));
    else await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A spec file in a folder, as text or as values. */
export function specIn(folder: string, spec: string | object): Spec {
  return parseSpec(typeof spec === 'string' ? spec : JSON.stringify(spec, null, 2), join(folder, 'task.prompt-task.json'));
}

/** The problems of the error that a call must end in. */
export async function problemsOf(run: () => unknown): Promise<readonly Problem[]> {
  try {
    await run();
  } catch (error) {
    // Quick fixes have their own tests (fixes.test.ts).
    if (error instanceof TaskError) return error.problems.map(({ fixes: _fixes, ...problem }) => problem);
    throw error;
  }
  throw new Error('no TaskError was thrown');
}

/** The only problem. */
export async function problemOf(run: () => unknown): Promise<Problem> {
  const problems = await problemsOf(run);
  if (problems.length !== 1) throw new Error(`${problems.length} problems: ${problems.map((p) => p.message).join('; ')}`);
  return problems[0]!;
}

/** The text of a spec after a quick fix. */
export const applyFix = (text: string, fix: Fix): string => applyEdits(text, editsOf(text, fix));

export type Files = Readonly<Record<string, string | Uint8Array | null>>;

/** Loads a spec from a folder with these files; the spec names train.csv and the given values. */
export async function load(files: Files, values: { data?: object } & Record<string, unknown> = {}): Promise<Dataset> {
  const folder = await makeFolder(files);
  return loadDataset(specIn(folder, { ...values, data: { train: 'train.csv', ...values.data } }));
}

/** A CSV file of rows written as `text,label`. */
export const csv = (...rows: string[]): string => `text,label\n${rows.map((row) => `${row}\n`).join('')}`;

/** Rows `NAME CLASS i,CLASS`, with a count for each class. */
export function lines(name: string, counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([label, count]) => Array.from({ length: count }, (_, i) => `${name} ${label} ${i},${label}`));
}

/** Three small files, and how a spec names two of them. */
export const FILES = {
  'train.csv': csv(...lines('train', { neg: 10, pos: 10 })),
  'dev.csv': csv(...lines('dev', { neg: 3, pos: 3 })),
  'test.csv': csv(...lines('test', { neg: 3, pos: 3 })),
};
export const OWN = { validation: 'dev.csv', test: 'test.csv' };

/** All rows of a file with this name and content. */
export async function rowsOf(name: string, content: string | Uint8Array): Promise<Row[]> {
  const folder = await makeFolder({ [name]: content });
  return collect(join(folder, name), name);
}

export async function collect(file: string, shown?: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(file, shown)) rows.push(row);
  return rows;
}

export const row = (line: number, text: string, label: string): Row => ({ line, fields: { text, label } });
