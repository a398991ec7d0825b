import { EventEmitter, once } from 'node:events';
import { checkSpec } from '../checks/check';
import { dataPreview } from '../checks/dataPreview';
import { inspectDataset, suggestWords } from '../checks/inspect';
import { Channel } from '../messages/channel';
import type { EngineMethods, HostChannel, HostMethods, RunEnd } from '../messages/engine';
import { candidate, candidates } from '../run/view/candidates';
import { heldOut } from '../run/view/heldOut';
import { RunStopped } from '../run/optimize';
import { generationPreview } from '../run/outset';
import { exportRun } from '../run/report/exportRun';
import type { RunResult } from '../run/result/result';
import { RunFolder } from '../run/store/storage';
import { logCrash } from './crash';
import { evaluateJob, optimizeJob, resumeJob, transferJob, type JobContext } from './jobs';

/**
 * Entry point of the engine process, which the extension host forks and which ends with it.
 * A process, not a worker thread: ending a thread while ONNX Runtime works in it aborts the whole process.
 */
const stop = new AbortController();
const rankNow = new AbortController();
let paused = false;
const gate = new EventEmitter();
const resume = (): void => {
  paused = false;
  gate.emit('continue');
};

const host: HostChannel = new Channel<HostMethods, EngineMethods>(
  { post: (message) => process.send?.(message), onMessage: (listener) => process.on('message', listener) },
  {
    optimize: (job) => training(optimizeJob(job, context)),
    resume: (job) => training(resumeJob(job, context)),
    evaluate: (job, signal) => working(evaluateJob(job, { ...context, signal })),
    transfer: (job, signal) => working(transferJob(job, { ...context, signal })),
    pause: () => void (paused = true),
    continue: resume,
    stop: () => {
      stop.abort();
      resume();
    },
    rankNow: () => {
      rankNow.abort();
      resume();
    },
    ping: () => undefined,
    check: (spec) => checkSpec(spec.text, spec.file, spec),
    preview: ({ text, file }) => dataPreview(text, file, generationPreview),
    heldOut: (folder) => heldOut(new RunFolder(folder)),
    candidates: (folder) => candidates(new RunFolder(folder)),
    candidate: ({ folder, id }) => candidate(new RunFolder(folder), id),
    exportRun: ({ folder, format }) => exportRun(folder, format),
    inspect: (file) => inspectDataset(file),
    suggestWords: ({ labels, model }) => suggestWords(labels, model),
  },
);
const context: JobContext = { host, signal: stop.signal, rankNow: rankNow.signal, pause };

/** Called between two steps: what the run waits for, if it is paused. */
function pause(): Promise<void> | undefined {
  if (!paused) return undefined;
  host.notify('paused');
  return once(gate, 'continue').then(() => undefined);
}

/** Rejects on an error that nothing catches: the job in progress fails with it, and the process ends. */
const crashed = new Promise<never>((_, reject) => {
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (error) => {
      reject(error as Error);
      // Time for the reply, after which the host ends this process.
      setTimeout(() => process.exit(1), 1000);
    });
});
crashed.catch((error: unknown) => logCrash(error, true));
process.on('disconnect', () => process.exit());

/** Logs where a bug was hit: the host shows the log with the message. */
async function working<T>(work: Promise<T>): Promise<T> {
  try {
    return await Promise.race([work, crashed]);
  } catch (error) {
    logCrash(error);
    throw error;
  }
}

async function training(work: Promise<RunResult>): Promise<RunEnd> {
  const end = work.then(
    (result) => ({ result }),
    (error: unknown) => {
      if (error instanceof RunStopped) return { stoppedAt: error.step };
      if (stop.signal.aborted) return { stoppedAt: 0 };
      throw error;
    },
  );
  return working(end);
}
