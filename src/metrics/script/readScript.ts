import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { z } from 'zod';
import type { MetricEntry } from '../../spec/generation';
import { TaskError, type Problem, type ProblemAt } from '../../spec/problem';
import { worded } from '../../wording/wording';
import { MetricProblem } from '../entry';
import type { Script } from './script';

/** A longer file is not a script for scores. */
const MOST_BYTES = 1e6;

const file = z.string().regex(/\.[cm]?js$/);
const limits = {
  timeoutSeconds: z.number().positive().max(300).default(5),
  memoryMegabytes: z.number().int().min(16).max(65_536).default(256),
};
const schema = z.union([
  file.transform((file) => ({ file, timeoutSeconds: 5, memoryMegabytes: 256 })),
  z.strictObject({ file, ...limits }),
]);

export type ScriptSettings = z.output<typeof schema>;

/** @throws MetricProblem */
export function scriptSettings({ value }: MetricEntry): ScriptSettings {
  const { data } = schema.safeParse(value);
  if (!data) throw new MetricProblem('value', worded('metric.noScript', { found: JSON.stringify(value) }));
  return data;
}

/** Reads a script that lies beside the spec or below it. @throws MetricProblem */
function readScript(name: string, folder: string): Script {
  try {
    // Links are followed first: what a link leads to may be elsewhere.
    const path = realpathSync(resolve(folder, name));
    const place = relative(realpathSync(folder), path);
    if (place.startsWith('..') || isAbsolute(place)) throw new MetricProblem('value', worded('metric.scriptElsewhere', { found: name }));
    const source = readFileSync(path);
    if (source.length > MOST_BYTES) throw new MetricProblem('value', worded('metric.scriptTooLong', { name, bytes: source.length }));
    return { name, path, source: source.toString('utf8'), hash: createHash('sha256').update(source).digest('hex') };
  } catch (error) {
    if (error instanceof MetricProblem) throw error;
    throw new MetricProblem(
      'value',
      worded('metric.scriptUnreadable', { path: resolve(folder, name), errno: (error as NodeJS.ErrnoException).code }),
    );
  }
}

/** The scripts of a spec's metrics, by their names in it; opening a metric reports what else is wrong with it. @throws TaskError */
export function readScripts(
  entries: readonly MetricEntry[],
  { folder, problemAt }: { readonly folder: string; readonly problemAt: ProblemAt },
): ReadonlyMap<string, Script> {
  const scripts = new Map<string, Script>();
  const problems: Problem[] = [];
  entries.forEach((entry, i) => {
    const { data: { file } = {} } = schema.safeParse(entry.value);
    if (!isScript(entry) || file === undefined) return;
    try {
      if (!scripts.has(file)) scripts.set(file, readScript(file, folder));
    } catch (error) {
      if (!(error instanceof MetricProblem)) throw error;
      problems.push(problemAt(['metrics', i, error.field], error.worded));
    }
  });
  if (problems.length > 0) throw new TaskError(problems);
  return scripts;
}

function isScript({ type }: Pick<MetricEntry, 'type'>): boolean {
  return /^(not-)?javascript$/.test(type);
}
