import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseTask } from './taskFile';

interface Scored {
  readonly created: string;
  /** SHA-256 of the file that the held-out rows come from. */
  readonly rows: string;
}

/** Runs with a result, by their folders: their tasks no longer change. */
const known = new Map<string, Scored>();

/**
 * The number of runs beside a run, itself and earlier ones, whose held-out rows come from the same file: each is one more
 * chance for a prompt to do well on these rows by accident. Runs without a result do not count.
 */
export function runsOnSameRows(folder: string): number {
  const path = resolve(folder);
  const own = readScored(path);
  if (!own) return 1;
  const others = siblings(path).flatMap((sibling) => (sibling === path ? [] : (scored(sibling) ?? [])));
  return 1 + others.filter(({ rows, created }) => rows === own.rows && created < own.created).length;
}

function siblings(path: string): string[] {
  try {
    return readdirSync(dirname(path)).map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}

function scored(folder: string): Scored | undefined {
  const before = known.get(folder);
  if (before) return before;
  const read = existsSync(join(folder, 'result.json')) ? readScored(folder) : undefined;
  if (read) known.set(folder, read);
  return read;
}

function readScored(folder: string): Scored | undefined {
  try {
    const { created, data, spec } = parseTask(readFileSync(join(folder, 'task.json'), 'utf8'), folder);
    const rows = data[spec.data.test ?? spec.data.train];
    return rows === undefined ? undefined : { created, rows };
  } catch {
    // Not a run, or a damaged one.
    return undefined;
  }
}
