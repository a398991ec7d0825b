import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { RunEvent } from '../run/events';
import { openExperiment } from '../run/experiment';
import { readJournal } from '../run/store/history';
import { whileLocked } from '../run/store/lock';
import { OptimizationRun, RunStopped } from '../run/optimize';
import { planRuns } from '../run/preview';
import { seedsSummary } from '../run/report/report';
import type { RunResult } from '../run/result';
import { summarizeSeeds } from '../run/report/seeds';
import { quote } from '../run/report/shell';
import { newRunPath, refuseChanges, reproduceCommand } from '../run/start';
import { RunFolder } from '../run/store/storage';
import { describeTask, type RunTask } from '../run/store/task';
import { ScoringError } from '../method/scorer';
import { parseSpecValues, readSpec, type Spec } from '../spec/spec';
import type { Command } from './arguments';
import { fetchHubModels } from './consent';
import { printResult, tellNotes } from './report';
import { introduce, progress } from './terminal';
import { ServerError } from '../model/server/serverError';

type Optimize = Extract<Command, { name: 'optimize' }>;

/** Runs a search, of one seed or several; resolves to the exit status. */
export async function optimize(command: Optimize): Promise<number> {
  const resumed = command.resume === undefined ? undefined : new RunFolder(resolve(command.resume));
  const task = resumed?.readTask() as RunTask | undefined;
  // Sums round differently on other numbers of threads: a run goes on with its own.
  const threads = command.threads ?? task?.threads ?? availableParallelism();
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
  const random = task?.random ?? command.random;
  let experiment: Awaited<ReturnType<typeof openExperiment>> | undefined;
  const results: RunResult[] = [];
  try {
    await fetchHubModels([spec.taskModel, spec.policyModel], { yes: command.yes, signal: stop.signal });
    experiment = await openExperiment(spec, { threads }, { plan: planRuns(random, seeds.length), signal: stop.signal });
    const told = new Set(experiment.notes);
    await introduce(experiment, command.yes);
    for (const seed of seeds) {
      const now = await describeTask(experiment, seed, random, threads);
      const folder = resumed ?? new RunFolder(runPath(command, spec, seed, seeds.length > 1));
      if (task) refuseChanges(task, now);
      const result = await whileLocked(folder, () => {
        if (!task) folder.create(now);
        return resumable(folder, async () => {
          const options = { random, signal: stop.signal, onEvent: (event: RunEvent) => progress.show(event) };
          const run = await OptimizationRun.open(experiment!, folder, seed, { threads }, resumed !== undefined, options);
          // The journal is cut back to the checkpoint by now.
          if (resumed) progress.resume(await readJournal(folder.path));
          return run.run();
        });
      });
      progress.clear();
      results.push(result);
      if (!command.json) printResult(result);
      tellNotes(result, told);
      if (result.status === 'failed') {
        printSeeds(results, command.json);
        progress.line(`rlprompt: ${result.error}`);
        return 1;
      }
      progress.line(
        `\nSaved in ${folder.path}\nTo reproduce: ${reproduceCommand({ specFile: command.spec ?? spec.file, seed, random, threads, steps: command.steps, budget: command.budget })}`,
      );
    }
    printSeeds(results, command.json);
    return 0;
  } catch (error) {
    // The seeds that are done are worth their table, whatever stopped this one.
    if (results.length > 0) {
      printSeeds(results, command.json);
      const left = seeds.slice(results.length).map((seed) => `--seed ${seed}`);
      progress.line(`Seeds not finished: ${left.join(', ')}. Each can be run by itself.`);
    }
    if (!stop.signal.aborted || error instanceof RunStopped) throw error;
    progress.line('Stopped before the first step.');
    return 130;
  } finally {
    process.off('SIGINT', onInterrupt);
    await experiment?.release();
  }
}

/** A server that fails ends the run, not the work: its last checkpoint stands, and scores since then are kept. */
export async function resumable<T>(folder: RunFolder, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if ((error instanceof ServerError || error instanceof ScoringError) && folder.hasCheckpoint())
      progress.line(`The run can be taken up from its last checkpoint: npx rlprompt optimize --resume ${quote(folder.path)}`);
    throw error;
  }
}

/** Mean and spread of several seeds; as JSON, the results themselves. */
function printSeeds(results: readonly RunResult[], json: boolean): void {
  const all = summarizeSeeds(results);
  if (json) process.stdout.write(`${JSON.stringify(all ?? results[0], null, 2)}\n`);
  else if (all) process.stdout.write(`\n${seedsSummary(all)}\n`);
}

function override(spec: Spec, command: Optimize): void {
  if (command.steps !== undefined) spec.search.steps = command.steps;
  if (command.budget !== undefined) spec.search.queryBudget = command.budget;
}

/** `.rlprompt/runs/ID` beside the spec, or --out (a folder in it for each of several seeds). */
function runPath(command: Optimize, spec: Spec, seed: number, several: boolean): string {
  if (command.out === undefined) return newRunPath(spec, seed);
  return several ? resolve(command.out, `seed-${seed}`) : resolve(command.out);
}
