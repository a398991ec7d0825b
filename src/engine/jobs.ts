import type { FromEngine, Job } from '../messages/engine';
import { evaluate, makeRoom } from '../run/evaluate';
import { openExperiment, type Experiment } from '../run/experiment';
import { readJournal } from '../run/store/history';
import { whileLocked } from '../run/store/lock';
import { OptimizationRun } from '../run/optimize';
import { planEvaluation, planRuns, type Plan } from '../run/preview';
import { describePreview } from '../run/report/previewText';
import { keepEvaluated, refuseChanges } from '../run/start';
import { RunFolder } from '../run/store/storage';
import { describeTask, type RunTask } from '../run/store/task';
import { saveTransfer, transfer } from '../run/transfer';
import { parseSpecValues, readSpec, type Spec } from '../spec/spec';
import type { Asking } from './asking';
import { fetchHubModels } from './hubModels';

/** What a job may use of the process it runs in. */
export interface JobContext {
  readonly send: (message: FromEngine) => void;
  readonly asking: Asking;
  readonly signal: AbortSignal;
  readonly pause: () => Promise<void> | undefined;
}

type JobOf<T extends Job['type']> = Extract<Job, { type: T }>;

export async function optimizeJob(job: JobOf<'optimize'>, context: JobContext): Promise<FromEngine> {
  const spec = await readSpec(job.specFile);
  return withExperiment(spec, job.threads, context, planRuns(job.random), async (experiment) => {
    const folder = new RunFolder(job.folder);
    const task = await describeTask(experiment, job.seed, job.random, job.threads);
    return whileLocked(folder, () => {
      folder.create(task);
      context.send({ type: 'opened', task });
      return train(experiment, folder, { seed: job.seed, random: job.random, threads: job.threads, resume: false }, context);
    });
  });
}

export async function resumeJob(job: JobOf<'resume'>, context: JobContext): Promise<FromEngine> {
  const folder = new RunFolder(job.folder);
  const task = folder.readTask() as RunTask;
  context.send({ type: 'opened', task });
  const { specFile, seed, random, threads } = task;
  return whileLocked(folder, () =>
    withExperiment(parseSpecValues(task.spec, specFile), threads, context, planRuns(random), async (experiment) => {
      refuseChanges(task, await describeTask(experiment, seed, random, threads));
      return train(experiment, folder, { seed, random, threads, resume: true }, context);
    }),
  );
}

export async function evaluateJob(job: JobOf<'evaluate'>, context: JobContext): Promise<FromEngine> {
  const inRun = 'folder' in job.task;
  let spec: Spec;
  if (inRun) {
    const task = new RunFolder(job.task.folder).readTask() as RunTask;
    spec = parseSpecValues(task.spec, task.specFile);
  } else spec = await readSpec(job.task.specFile);
  makeRoom(spec, job.prompts);
  return withExperiment(spec, job.threads, context, planEvaluation(job.prompts.length), async (experiment) => {
    const prompts = await evaluate(experiment, job.prompts, context.signal);
    if ('folder' in job.task)
      await keepEvaluated(
        new RunFolder(job.task.folder),
        prompts.filter(({ prompt }) => prompt !== ''),
      );
    return { type: 'evaluated', prompts };
  });
}

export async function transferJob(job: JobOf<'transfer'>, context: JobContext): Promise<FromEngine> {
  const { send, asking, signal } = context;
  const folder = new RunFolder(job.folder);
  const result = await transfer(
    folder,
    job.models,
    { threads: job.threads },
    {
      signal,
      ask: asking.ask,
      fetch: (reference) => fetchHubModels([reference], context),
      onColumn: (now) => saveTransfer(folder, now, job.models),
      onOpen: async ({ reference, notes, preview }) => {
        send({ type: 'notes', notes: [`scoring the prompts on ${reference}`, ...notes], warnings: [] });
        if (preview) await asking.confirm(reference, describePreview(preview), signal);
      },
    },
  );
  const errors = result.models.flatMap(({ reference, error }) => (error === undefined ? [] : [`${reference}: ${error}`]));
  return { type: 'transferred', errors };
}

async function train(
  experiment: Experiment,
  folder: RunFolder,
  { seed, random, threads, resume }: { seed: number; random: boolean; threads: number; resume: boolean },
  { send, signal, pause }: JobContext,
): Promise<FromEngine> {
  let told = 0;
  const run = await OptimizationRun.open(experiment, folder, seed, { threads }, resume, {
    random,
    signal,
    pause,
    onEvent: (event) => {
      told++;
      send({ type: 'events', events: [event] });
    },
  });
  // The journal is cut back to the checkpoint: what is left of it is the run so far. Without a checkpoint it has begun anew.
  if (told === 0) send({ type: 'events', events: await readJournal(folder.path) });
  return { type: 'finished', result: await run.run() };
}

async function withExperiment(
  spec: Spec,
  threads: number,
  context: JobContext,
  plan: Plan,
  use: (experiment: Experiment) => Promise<FromEngine>,
): Promise<FromEngine> {
  const { send, asking, signal } = context;
  await fetchHubModels([spec.taskModel, spec.policyModel], context);
  const experiment = await openExperiment(spec, { threads }, { plan, signal, ask: asking.ask });
  try {
    send({ type: 'notes', notes: experiment.notes, warnings: experiment.warnings });
    if (experiment.preview) await asking.confirm(spec.taskModel, describePreview(experiment.preview), signal);
    return await use(experiment);
  } finally {
    await experiment.release();
  }
}
