import { join } from 'node:path';
import { isTextModel } from '../spec/scheme';
import { budgetField } from '../spec/kind';
import type { ParsedSpec } from '../spec/schema';
import { hasMethod } from '../spec/searches';
import type { Spec } from '../spec/spec';
import { taskName } from './store/history';
import type { PromptResult, RunResult } from './result/result';
import { quote } from './report/shell';
import type { RunFolder } from './store/storage';
import type { RunTask } from './store/task';

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

/** Whether random search on an equal budget follows, as a control: unless asked for, not where its queries are paid for. */
export function hasControl({ search, taskModel }: Pick<ParsedSpec, 'search' | 'taskModel'>, asked?: boolean): boolean {
  return asked ?? search.method?.includes('random') ?? search.random ?? !isTextModel(taskModel);
}

/**
 * The command line that repeats a run with the options that it was started with, whether its spec or the command line had them.
 * @param how with the result, the run ends where the user or the clock ended this one
 */
export function reproduceCommand(
  { spec, specFile, seed, labelWords, scripts, ...task }: RunTask,
  how: {
    /** As the command line names it. */
    readonly specFile?: string;
    readonly threads?: number | undefined;
    readonly result?: Pick<RunResult, 'stopped' | 'steps' | 'randomQueries'>;
  } = {},
): string {
  const { search } = spec;
  const { result, threads = task.threads } = how;
  const steps = result?.stopped === 'request' || result?.stopped === 'time' ? result.steps : search.steps;
  const budget = search[budgetField(spec.kind)];
  const random = result ? result.randomQueries !== null : task.random;
  return [
    `npx rlprompt optimize ${quote(how.specFile ?? specFile)} --seed ${seed}`,
    ...(hasMethod(spec, 'rlprompt') || random ? [`--length ${spec.prompt.length}`] : []),
    ...(steps === undefined ? [] : [`--steps ${steps}`]),
    ...(budget === undefined ? [] : [`--budget ${budget}`]),
    ...(labelWords ? ['--labels auto'] : []),
    ...(random === hasControl(spec) ? [] : [random ? '--random' : '--no-random']),
    ...(scripts ? ['--allow-scripts'] : []),
    `--threads ${threads}`,
  ].join(' ');
}
