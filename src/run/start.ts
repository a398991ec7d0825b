import { join } from 'node:path';
import { isTextModel } from '../spec/scheme';
import type { ParsedSpec } from '../spec/schema';
import type { Spec } from '../spec/spec';
import { taskName } from './store/history';
import type { PromptResult, RunResult } from './result/result';
import { quote } from './report/shell';
import type { RunFolder } from './store/storage';

/** A new run's folder: `TIME-TASK-seedN` in `root`, by default `.rlprompt/runs` beside the spec. */
export function newRunPath(spec: Pick<Spec, 'file' | 'folder'>, seed: number, root = join(spec.folder, '.rlprompt', 'runs')): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return join(root, `${time}-${taskName(spec.file)}-seed${seed}`);
}

/** Adds evaluated prompts to those in the run's folder; a prompt's latest scores replace its earlier ones. @throws StorageError */
export function keepEvaluated(folder: RunFolder, prompts: readonly PromptResult[]): Promise<void> {
  const texts = new Set(prompts.map(({ prompt }) => prompt));
  return folder.update<readonly PromptResult[]>('evaluated.json', Array.isArray, (before = []) => [
    ...before.filter(({ prompt }) => !texts.has(prompt)),
    ...prompts,
  ]);
}

/** What makes a run end where the user, or the clock, ended this one. */
export function asEnded(
  spec: Pick<ParsedSpec, 'search' | 'taskModel'>,
  { stopped, steps, randomQueries }: Pick<RunResult, 'stopped' | 'steps' | 'randomQueries'>,
): { readonly steps?: number; readonly random: boolean | undefined } {
  return { ...((stopped === 'request' || stopped === 'time') && { steps }), random: askedControl(spec, randomQueries !== null) };
}

/** Whether random search on an equal budget follows, as a control: unless asked for, not where its queries are paid for. */
export function hasControl({ search, taskModel }: Pick<ParsedSpec, 'search' | 'taskModel'>, asked?: boolean): boolean {
  return asked ?? search.method?.includes('random') ?? search.random ?? !isTextModel(taskModel);
}

/** What a command line has to say for a run to have its control, or to have none. */
export function askedControl(spec: Pick<ParsedSpec, 'search' | 'taskModel'>, random: boolean): boolean | undefined {
  return random === hasControl(spec) ? undefined : random;
}

/** The command line that repeats the run. */
export function reproduceCommand(run: {
  specFile: string;
  seed: number;
  /** Where it differs from what the spec says. */
  random: boolean | undefined;
  threads: number;
  steps?: number | undefined;
  budget?: number | undefined;
  autoLabels?: boolean;
  /** Of the metrics. */
  scripts?: object | undefined;
}): string {
  const parts = ['npx rlprompt optimize', quote(run.specFile), `--seed ${run.seed}`];
  if (run.steps !== undefined) parts.push(`--steps ${run.steps}`);
  if (run.budget !== undefined) parts.push(`--budget ${run.budget}`);
  if (run.autoLabels) parts.push('--labels auto');
  if (run.random !== undefined) parts.push(run.random ? '--random' : '--no-random');
  if (run.scripts) parts.push('--allow-scripts');
  return [...parts, `--threads ${run.threads}`].join(' ');
}
