import type { EngineMethods, HostChannel, OptimizeJob } from '../messages/engine';
import type { RunFrontEnd } from '../run/frontEnd';
import * as jobs from '../run/jobs';
import type { PromptResult, RunResult } from '../run/result/result';
import * as transfers from '../run/transfer';
import { readSpec } from '../spec/spec';

/** What a job may use of the process it runs in. */
export interface JobContext {
  readonly host: HostChannel;
  readonly signal: AbortSignal;
  readonly rankNow: AbortSignal;
  readonly pause: () => Promise<void> | undefined;
}

type JobOf<T extends 'resume' | 'evaluate' | 'transfer'> = Parameters<EngineMethods[T]>[0];

export async function optimizeJob(
  { specFile, seed, folder, random, threads, autoLabels, promptLength }: OptimizeJob,
  context: JobContext,
): Promise<RunResult> {
  const results: RunResult[] = [];
  const spec = await readSpec(specFile);
  if (promptLength !== undefined) spec.prompt.length = promptLength;
  const request = { spec: autoLabels ? { ...spec, autoLabels } : spec, runs: [{ seed, folder }], random, threads };
  await jobs.optimizeJob(request, frontEnd(context), (result) => results.push(result));
  return results[0]!;
}

export function resumeJob(job: JobOf<'resume'>, context: JobContext): Promise<RunResult> {
  return jobs.resumeJob(job, frontEnd(context));
}

export function evaluateJob({ folder, prompts, threads }: JobOf<'evaluate'>, context: JobContext): Promise<PromptResult[]> {
  return jobs.evaluateJob({ task: folder, prompts, threads }, frontEnd(context));
}

export async function transferJob(job: JobOf<'transfer'>, context: JobContext): Promise<string[]> {
  const { result, unsaved } = await transfers.transferJob(job, frontEnd(context));
  if (unsaved) throw unsaved;
  return result.models.flatMap(({ reference, error }) => (error === undefined ? [] : [`${reference}: ${error}`]));
}

/** The extension host as the front end of a job. */
function frontEnd({ host, signal, rankNow, pause }: JobContext): RunFrontEnd {
  return {
    signal,
    rankNow,
    pause,
    ask: (request, stop) => host.request('ask', request, stop),
    notes: (notes, warnings) => host.notify('notes', { notes, warnings }),
    status: (text) => host.notify('notes', { notes: [text], warnings: [] }),
    consent: (model, lines) => host.request('confirm', { model, lines }, signal),
    allowScript: (name, lines) => host.request('confirm', { model: name, lines }, signal),
    opened: (_folder, task) => host.notify('opened', task),
    progress: (event) => host.notify('events', [event]),
    events: (events) => host.notify('events', events),
  };
}
