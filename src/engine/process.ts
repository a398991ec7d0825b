import type { FromEngine, Job, ToEngine } from '../messages/engine';
import { RunStopped } from '../run/optimize';
import { Asking } from './asking';
import { failure } from './failure';
import { Pause } from './pause';
import { answerQuestion } from './questions';
import { evaluateJob, optimizeJob, resumeJob, transferJob, type JobContext } from './jobs';

/**
 * Entry of the engine process: forked by the extension host, which it talks to by messages, and gone as soon as the host is.
 * A process and not a worker thread, since ending a thread while ONNX Runtime works in it aborts the whole process.
 */
const stop = new AbortController();
const pause = new Pause();
const asking = new Asking(send);

process.on('disconnect', () => process.exit());
process.on('uncaughtException', (error) => void end(failure(error, true), 1));
process.on('unhandledRejection', (error) => void end(failure(error, true), 1));
process.on('message', (message: ToEngine) => {
  switch (message.type) {
    case 'job':
      void work(message.job);
      break;
    case 'pause':
      pause.begin();
      send({ type: 'paused' });
      break;
    case 'continue':
      pause.end();
      send({ type: 'continued' });
      break;
    case 'stop':
      stop.abort();
      pause.end();
      break;
    case 'question':
      void answerQuestion(message.id, message.question).then(send);
      break;
    case 'answer':
    case 'noAnswer':
      asking.settle(message);
      break;
  }
});

async function work(job: Job): Promise<void> {
  if (job.type === 'serve') return;
  const context: JobContext = { send, asking, signal: stop.signal, pause: () => pause.wait() };
  try {
    const last = await run(job, context);
    await end(last, 0);
  } catch (error) {
    if (error instanceof RunStopped) await end({ type: 'stopped', step: error.step }, 0);
    else if (stop.signal.aborted) await end({ type: 'stopped', step: 0 }, 0);
    else await end(failure(error), 1);
  }
}

function run(job: Exclude<Job, { type: 'serve' }>, context: JobContext): Promise<FromEngine> {
  switch (job.type) {
    case 'optimize':
      return optimizeJob(job, context);
    case 'resume':
      return resumeJob(job, context);
    case 'evaluate':
      return evaluateJob(job, context);
    case 'transfer':
      return transferJob(job, context);
  }
}

function send(message: FromEngine): void {
  process.send?.(message);
}

/** The last message goes out before the process does. */
function end(message: FromEngine, status: number): Promise<never> {
  return new Promise(() => {
    if (process.send) process.send(message, undefined, undefined, () => process.exit(status));
    else process.exit(status);
  });
}
