import { EngineEnded, type EngineProcess } from '../../../../src/engine/client';
import type { Engines, JobHandlers } from '../../../../src/host/runs/engines';
import type { RunEnd } from '../../../../src/messages/engine';

/** An engine process that does what a test says. */
export class EngineDouble {
  /** The methods that the host called. */
  readonly called: string[] = [];
  killed = false;
  private done = false;
  /** Whether pings get a reply. */
  alive = true;
  readonly pid = 4711;
  readonly log: string[] = [];
  readonly ended: Promise<void>;
  folder = '';
  private reply!: { resolve(end: RunEnd): void; reject(error: Error): void };
  private close!: () => void;

  constructor(readonly tell: Required<JobHandlers>) {
    this.ended = new Promise((resolve) => (this.close = resolve));
  }

  readonly channel = {
    notify: (method: string): void => void this.called.push(method),
    request: (method: string, job?: { folder: string }): Promise<unknown> => {
      this.called.push(method);
      if (method === 'ping') return this.alive ? Promise.resolve() : new Promise(() => undefined);
      this.folder = job!.folder;
      return new Promise((resolve, reject) => (this.reply = { resolve, reject }));
    },
  };

  kill(): void {
    // After its job the process is ended anyway.
    this.killed = !this.done;
  }

  finish(end: RunEnd): void {
    this.done = true;
    this.reply.resolve(end);
  }

  fail(error: Error): void {
    this.done = true;
    this.reply.reject(error);
  }

  /** The process is gone, in the middle of its job or after it. */
  gone(...log: string[]): void {
    this.log.push(...log);
    this.reply.reject(new EngineEnded('The engine was ended by SIGKILL.'));
    this.close();
  }
}

/** Engines that start doubles, each kept in `started`. */
export function engineDoubles(): { engines: Engines; started: EngineDouble[] } {
  const started: EngineDouble[] = [];
  const start = (handlers: JobHandlers): EngineProcess => {
    const engine = new EngineDouble(handlers as Required<JobHandlers>);
    started.push(engine);
    return engine as unknown as EngineProcess;
  };
  return { engines: { start, ready: Promise.resolve() } as unknown as Engines, started };
}
