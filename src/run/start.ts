import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Spec } from '../spec/spec';
import { taskName } from './store/history';
import type { PromptResult } from './result';
import { quote } from './report/shell';
import { changesSince, type RunTask } from './store/task';

/** A new run's folder: `TIME-TASK-seedN` in `root`, by default `.rlprompt/runs` beside the spec. */
export function newRunPath(spec: Pick<Spec, 'file' | 'folder'>, seed: number, root = join(spec.folder, '.rlprompt', 'runs')): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return join(root, `${time}-${taskName(spec.file)}-seed${seed}`);
}

/** @throws Error when spec, data or models are no longer those that the run began with */
export function refuseChanges(task: RunTask, now: RunTask): void {
  const changes = changesSince(task, now);
  if (changes.length > 0)
    throw new Error(
      `This run cannot be taken up, since ${changes.join(', and ')}. Start a new one: npx rlprompt optimize ${quote(task.specFile)}`,
    );
}

/** Adds prompts that a person had scored to those that lie in the run's folder; the latest scores of a prompt stand. */
export function keepEvaluated(folder: string, prompts: readonly PromptResult[]): void {
  const file = join(folder, 'evaluated.json');
  const before = readEvaluated(file);
  const texts = new Set(prompts.map(({ prompt }) => prompt));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.tmp`, `${JSON.stringify([...before.filter(({ prompt }) => !texts.has(prompt)), ...prompts], null, 2)}\n`);
  renameSync(`${file}.tmp`, file);
}

/** None where there is no file yet; one that is damaged is put aside under another name, so that it is not written over. */
function readEvaluated(file: string): PromptResult[] {
  if (!existsSync(file)) return [];
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    if (Array.isArray(value)) return value as PromptResult[];
  } catch {
    // No JSON.
  }
  renameSync(file, `${file}.damaged`);
  return [];
}

/** The command line that gives the same run again. */
export function reproduceCommand(run: {
  specFile: string;
  seed: number;
  random: boolean;
  threads: number;
  steps?: number | undefined;
  budget?: number | undefined;
}): string {
  const parts = ['npx rlprompt optimize', quote(run.specFile), `--seed ${run.seed}`];
  if (run.steps !== undefined) parts.push(`--steps ${run.steps}`);
  if (run.budget !== undefined) parts.push(`--budget ${run.budget}`);
  if (!run.random) parts.push('--no-random');
  return [...parts, `--threads ${run.threads}`].join(' ');
}
