import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { ModelError } from '../lm/modelError';
import { evaluate } from '../run/evaluate';
import { openExperiment } from '../run/experiment';
import { OptimizationRun, RunStopped } from '../run/optimize';
import { csvTable, markdownTable, seedsSummary, summary, textTable } from '../run/report';
import type { RunResult } from '../run/result';
import { RunFolder, StorageError } from '../run/storage';
import { summarizeSeeds } from '../run/seeds';
import { changesSince, describeTask, type RunTask } from '../run/task';
import { formatProblem, TaskError } from '../task/problem';
import { parseSpecValues, readSpec, type Spec } from '../task/spec';
import { parseCommand, USAGE, UsageError, type Command } from './arguments';
import { Progress } from './progress';

type Optimize = Extract<Command, { name: 'optimize' }>;

const progress = new Progress(process.stderr);

/** Runs a command line; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(argv);
    switch (command.name) {
      case 'help':
        process.stdout.write(USAGE);
        return 0;
      case 'version':
        process.stdout.write(`${version()}\n`);
        return 0;
      case 'optimize':
        return await optimize(command);
      case 'evaluate':
        return await evaluatePrompts(command);
      case 'report':
        return report(command);
    }
  } catch (error) {
    progress.clear();
    return complain(error);
  }
}

async function optimize(command: Optimize): Promise<number> {
  const threads = command.threads ?? availableParallelism();
  const resumed = command.resume === undefined ? undefined : new RunFolder(resolve(command.resume));
  const task = resumed?.readTask() as RunTask | undefined;
  const spec = task ? parseSpecValues(task.spec, task.specFile) : await readSpec(resolve(command.spec!));
  override(spec, command);
  const seeds = task ? [task.seed] : command.seed !== undefined ? [command.seed] : (spec.search.seeds ?? [spec.search.seed]);

  const stop = new AbortController();
  const onInterrupt = (): void => {
    if (stop.signal.aborted) process.exit(130);
    progress.line('Stopping at the end of this step; Ctrl-C again stops at once.');
    stop.abort();
  };
  process.on('SIGINT', onInterrupt);
  const experiment = await openExperiment(spec, { threads });
  try {
    for (const warning of experiment.warnings) progress.line(formatProblem(warning));
    for (const note of experiment.notes) progress.line(`Note: ${note}.`);
    const results: RunResult[] = [];
    for (const seed of seeds) {
      const now = await describeTask(experiment, seed, task?.random ?? command.random, threads);
      const folder = resumed ?? new RunFolder(runPath(command, spec, seed, seeds.length > 1));
      if (task) refuseChanges(task, now);
      else folder.create(now);
      const options = {
        random: now.random,
        signal: stop.signal,
        onEvent: (event: Parameters<Progress['show']>[0]) => progress.show(event),
      };
      const run = await OptimizationRun.open(experiment, folder, seed, { threads }, resumed !== undefined, options);
      const result = await run.run();
      progress.clear();
      results.push(result);
      if (!command.json) print(result);
      if (result.status === 'failed') return fail(result, command.json);
      progress.line(`\nSaved in ${folder.path}\nTo reproduce: ${reproduce(command, spec, seed, now.random, threads)}`);
    }
    const all = summarizeSeeds(results);
    if (command.json) process.stdout.write(`${JSON.stringify(all ?? results[0], null, 2)}\n`);
    else if (all) process.stdout.write(`\n${seedsSummary(all)}\n`);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted || error instanceof RunStopped) throw error;
    progress.line('Stopped before the first step.');
    return 130;
  } finally {
    process.off('SIGINT', onInterrupt);
    await experiment.release();
  }
}

/** A failed run still shows what it has. */
function fail(result: RunResult, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  progress.line(`rlprompt: ${result.error}`);
  return 1;
}

function override(spec: Spec, command: Optimize): void {
  if (command.steps !== undefined) spec.search.steps = command.steps;
  if (command.budget !== undefined) spec.search.queryBudget = command.budget;
}

function refuseChanges(task: RunTask, now: RunTask): void {
  const changes = changesSince(task, now);
  if (changes.length > 0)
    throw new Error(`This run cannot be taken up, since ${changes.join(', and ')}. Start a new one: rlprompt optimize ${task.specFile}`);
}

/** `.rlprompt/runs/ID` beside the spec, or --out (a folder in it for each of several seeds). */
function runPath(command: Optimize, spec: Spec, seed: number, several: boolean): string {
  if (command.out !== undefined) return several ? resolve(command.out, `seed-${seed}`) : resolve(command.out);
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return join(spec.folder, '.rlprompt', 'runs', `${time}-${basename(spec.file).replace(/\.prompt-task\.json$/, '')}-seed${seed}`);
}

function reproduce(command: Optimize, spec: Spec, seed: number, random: boolean, threads: number): string {
  const parts = ['npx rlprompt optimize', quote(command.spec ?? spec.file), `--seed ${seed}`];
  if (command.steps !== undefined) parts.push(`--steps ${command.steps}`);
  if (command.budget !== undefined) parts.push(`--budget ${command.budget}`);
  if (!random) parts.push('--no-random');
  return [...parts, `--threads ${threads}`].join(' ');
}

function quote(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

async function evaluatePrompts(command: Extract<Command, { name: 'evaluate' }>): Promise<number> {
  const spec = await readSpec(resolve(command.spec));
  spec.compare = [];
  const experiment = await openExperiment(spec, { threads: command.threads ?? availableParallelism() });
  try {
    for (const note of experiment.notes) progress.line(`Note: ${note}.`);
    const prompts = await evaluate(experiment, command.prompts);
    process.stdout.write(command.json ? `${JSON.stringify({ format: 1, prompts }, null, 2)}\n` : `${textTable(prompts)}\n`);
    return 0;
  } finally {
    await experiment.release();
  }
}

function report(command: Extract<Command, { name: 'report' }>): number {
  const folder = new RunFolder(resolve(command.folder));
  folder.readTask();
  let result: RunResult;
  try {
    result = folder.readResult() as RunResult;
  } catch {
    throw new Error(`${folder.path} has no result yet. Take the run up: rlprompt optimize --resume ${command.folder}`);
  }
  if (command.format === 'csv') process.stdout.write(csvTable(result.prompts));
  else if (command.format === 'markdown') process.stdout.write(`${markdownTable(result.prompts)}\n`);
  else print(result);
  return 0;
}

function print(result: RunResult): void {
  process.stdout.write(`${textTable(result.prompts)}\n\n${summary(result)}\n`);
}

function complain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`rlprompt: ${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (error instanceof RunStopped) {
    process.stderr.write(`Stopped at step ${error.step}. Take it up again with: npx rlprompt optimize --resume ${quote(error.folder)}\n`);
    return 130;
  }
  if (error instanceof TaskError) process.stderr.write(`${error.message}\n`);
  else if (error instanceof ModelError || error instanceof StorageError) process.stderr.write(`rlprompt: ${error.message}\n`);
  else
    process.stderr.write(
      `rlprompt: ${error instanceof Error ? (process.env.RLPROMPT_DEBUG ? error.stack : error.message) : String(error)}\n`,
    );
  return 1;
}

function version(): string {
  return (JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }).version;
}
