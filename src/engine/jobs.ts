import type { FromEngine, Job } from '../protocol';
import { evaluate } from '../run/evaluate';
import { openExperiment, type Experiment } from '../run/experiment';
import { OptimizationRun } from '../run/optimize';
import { keepEvaluated, refuseChanges } from '../run/start';
import { RunFolder } from '../run/storage';
import { describeTask, type RunTask } from '../run/task';
import { parseSpecValues, readSpec, type Spec } from '../task/spec';

/** What a job may use of the process it runs in. */
export interface JobContext {
  readonly send: (message: FromEngine) => void;
  readonly signal: AbortSignal;
  readonly pause: () => Promise<void> | undefined;
}

type JobOf<T extends Job['type']> = Extract<Job, { type: T }>;

export async function optimizeJob(job: JobOf<'optimize'>, context: JobContext): Promise<FromEngine> {
  const spec = await readSpec(job.specFile);
  return withExperiment(spec, job.threads, context, async (experiment) => {
    const folder = new RunFolder(job.folder);
    const task = await describeTask(experiment, job.seed, job.random, job.threads);
    folder.create(task);
    context.send({ type: 'opened', task });
    return train(experiment, folder, { seed: job.seed, random: job.random, threads: job.threads, resume: false }, context);
  });
}

export async function resumeJob(job: JobOf<'resume'>, context: JobContext): Promise<FromEngine> {
  const folder = new RunFolder(job.folder);
  const task = folder.readTask() as RunTask;
  context.send({ type: 'opened', task });
  return withExperiment(parseSpecValues(task.spec, task.specFile), task.threads, context, async (experiment) => {
    refuseChanges(task, await describeTask(experiment, task.seed, task.random, task.threads));
    return train(experiment, folder, { seed: task.seed, random: task.random, threads: task.threads, resume: true }, context);
  });
}

export async function evaluateJob(job: JobOf<'evaluate'>, context: JobContext): Promise<FromEngine> {
  const inRun = 'folder' in job.task;
  let spec: Spec;
  if (inRun) {
    const task = new RunFolder(job.task.folder).readTask() as RunTask;
    spec = parseSpecValues(task.spec, task.specFile);
  } else spec = await readSpec(job.task.specFile);
  spec.compare = [];
  return withExperiment(spec, job.threads, context, async (experiment) => {
    const prompts = await evaluate(experiment, job.prompts, context.signal);
    if ('folder' in job.task)
      keepEvaluated(
        job.task.folder,
        prompts.filter(({ prompt }) => prompt !== ''),
      );
    return { type: 'evaluated', prompts };
  });
}

export function transferJob(_job: JobOf<'transfer'>, _context: JobContext): Promise<FromEngine> {
  return Promise.reject(new Error('not yet'));
}

async function train(
  experiment: Experiment,
  folder: RunFolder,
  { seed, random, threads, resume }: { seed: number; random: boolean; threads: number; resume: boolean },
  { send, signal, pause }: JobContext,
): Promise<FromEngine> {
  const run = await OptimizationRun.open(experiment, folder, seed, { threads }, resume, {
    random,
    signal,
    pause,
    onEvent: (event) => send({ type: 'events', events: [event] }),
  });
  return { type: 'finished', result: await run.run() };
}

async function withExperiment(
  spec: Spec,
  threads: number,
  { send }: JobContext,
  use: (experiment: Experiment) => Promise<FromEngine>,
): Promise<FromEngine> {
  const experiment = await openExperiment(spec, { threads });
  try {
    send({ type: 'notes', notes: experiment.notes, warnings: experiment.warnings });
    return await use(experiment);
  } finally {
    await experiment.release();
  }
}
