import type { EngineListener } from '../../../../src/engine/client';
import type { Engines } from '../../../../src/host/runs/engines';
import type { FromEngine, Job, ToEngine } from '../../../../src/messages/engine';

/** An engine process that does what a test says. */
export class EngineDouble {
  readonly sent: ToEngine[] = [];
  killed = false;
  readonly pid = 4711;

  constructor(
    readonly job: Job,
    private readonly listener: EngineListener,
  ) {}

  send(message: ToEngine): void {
    this.sent.push(message);
  }

  kill(): void {
    this.killed = true;
  }

  tell(message: FromEngine): void {
    this.listener.onMessage(message);
  }

  end(clean: boolean, log: readonly string[] = []): void {
    this.listener.onEnd({ clean, description: clean ? 'The engine ended with status 0.' : 'The engine was ended by SIGKILL.', log });
  }
}

/** Engines that start doubles, each kept in `started`. */
export function engineDoubles(): { engines: Engines; started: EngineDouble[] } {
  const started: EngineDouble[] = [];
  const start = (job: Job, listener: EngineListener): EngineDouble => {
    const engine = new EngineDouble(job, listener);
    started.push(engine);
    return engine;
  };
  return { engines: { start, ready: Promise.resolve() } as unknown as Engines, started };
}
