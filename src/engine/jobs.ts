import type { EngineMethods, HostChannel, OptimizeJob } from '../messages/engine';
import type { Ask } from '../model/server/editorModel';
import { evaluate, makeRoom } from '../run/evaluate';
import { openExperiment, type Experiment } from '../run/experiment';
import { readJournal } from '../run/store/history';
import { whileLocked } from '../run/store/lock';
import { OptimizationRun } from '../run/optimize';
import { planEvaluation, planRuns, type Plan } from '../run/preview';
import type { PromptResult, RunResult } from '../run/result';
import { describePreview } from '../run/report/previewText';
import { keepEvaluated, refuseChanges } from '../run/start';
import { RunFolder } from '../run/store/storage';
import { describeTask, type RunTask } from '../run/store/task';
import { saveTransfer, transfer } from '../run/transfer';
import { parseSpecValues, readSpec, type Spec } from '../spec/spec';
import { fetchHubModels } from './hubModels';

/** What a job may use of the process it runs in. */
export interface JobContext {
  readonly host: HostChannel;
  readonly signal: AbortSignal;
  readonly pause: () => Promise<void> | undefined;
}

type JobOf<T extends 'resume' | 'evaluate' | 'transfer'> = Parameters<EngineMethods[T]>[0];

export async function optimizeJob(job: OptimizeJob, context: JobContext): Promise<RunResult> {
  const spec = await readSpec(job.specFile);
  return withExperiment(spec, job.threads, context, planRuns(job.random), async (experiment) => {
    const folder = new RunFolder(job.folder);
    const task = await describeTask(experiment, job.seed, job.random, job.threads);
    return whileLocked(folder, () => {
      folder.create(task);
      context.host.notify('opened', task);
      return train(experiment, folder, { seed: job.seed, random: job.random, threads: job.threads, resume: false }, context);
    });
  });
}

export async function resumeJob(job: JobOf<'resume'>, context: JobContext): Promise<RunResult> {
  const folder = new RunFolder(job.folder);
  const task = folder.readTask() as RunTask;
  context.host.notify('opened', task);
  const { specFile, seed, random, threads } = task;
  return whileLocked(folder, () =>
    withExperiment(parseSpecValues(task.spec, specFile), threads, context, planRuns(random), async (experiment) => {
      refuseChanges(task, await describeTask(experiment, seed, random, threads));
      return train(experiment, folder, { seed, random, threads, resume: true }, context);
    }),
  );
}

export async function evaluateJob(job: JobOf<'evaluate'>, context: JobContext): Promise<PromptResult[]> {
  const folder = new RunFolder(job.folder);
  const task = folder.readTask() as RunTask;
  const spec = parseSpecValues(task.spec, task.specFile);
  makeRoom(spec, job.prompts);
  return withExperiment(spec, job.threads, context, planEvaluation(job.prompts.length), async (experiment) => {
    const prompts = await evaluate(experiment, job.prompts, context.signal);
    await keepEvaluated(
      folder,
      prompts.filter(({ prompt }) => prompt !== ''),
    );
    return prompts;
  });
}

export async function transferJob(job: JobOf<'transfer'>, context: JobContext): Promise<string[]> {
  const { host, signal } = context;
  const folder = new RunFolder(job.folder);
  const result = await transfer(
    folder,
    job.models,
    { threads: job.threads },
    {
      signal,
      ask: askThrough(host),
      fetch: (reference) => fetchHubModels([reference], context),
      onColumn: (now) => saveTransfer(folder, now, job.models),
      onOpen: async ({ reference, notes, preview }) => {
        host.notify('notes', { notes: [`scoring the prompts on ${reference}`, ...notes], warnings: [] });
        if (preview) await host.request('confirm', { model: reference, lines: describePreview(preview) }, signal);
      },
    },
  );
  return result.models.flatMap(({ reference, error }) => (error === undefined ? [] : [`${reference}: ${error}`]));
}

async function train(
  experiment: Experiment,
  folder: RunFolder,
  { seed, random, threads, resume }: { seed: number; random: boolean; threads: number; resume: boolean },
  { host, signal, pause }: JobContext,
): Promise<RunResult> {
  let told = 0;
  const run = await OptimizationRun.open(experiment, folder, seed, { threads }, resume, {
    random,
    signal,
    pause,
    onEvent: (event) => {
      told++;
      host.notify('events', [event]);
    },
  });
  // The journal is cut back to the checkpoint: what is left of it is the run so far. Without a checkpoint it has begun anew.
  if (told === 0) host.notify('events', await readJournal(folder.path));
  return run.run();
}

async function withExperiment<T>(
  spec: Spec,
  threads: number,
  context: JobContext,
  plan: Plan,
  use: (experiment: Experiment) => Promise<T>,
): Promise<T> {
  const { host, signal } = context;
  await fetchHubModels([spec.taskModel, spec.policyModel], context);
  const experiment = await openExperiment(spec, { threads }, { plan, signal, ask: askThrough(host) });
  try {
    host.notify('notes', { notes: experiment.notes, warnings: experiment.warnings });
    if (experiment.preview) await host.request('confirm', { model: spec.taskModel, lines: describePreview(experiment.preview) }, signal);
    return await use(experiment);
  } finally {
    await experiment.release();
  }
}

function askThrough(host: HostChannel): Ask {
  return (request, signal) => host.request('ask', request, signal);
}
