import type { EngineChannel } from '../messages/engine';
import { EngineProcess } from './client';

const IDLE = 60_000;

/** An engine process that answers questions about specs and data; started by the first question, ended when idle. */
export class EngineService {
  private engine: EngineProcess | undefined;
  private asking = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(private readonly start: () => EngineProcess) {}

  async use<T>(ask: (engine: EngineChannel) => Promise<T>): Promise<T> {
    clearTimeout(this.idle);
    this.engine ??= this.started();
    this.asking++;
    try {
      return await ask(this.engine.channel);
    } finally {
      if (--this.asking === 0) this.idle = setTimeout(() => this.dispose(), IDLE);
    }
  }

  dispose(): void {
    clearTimeout(this.idle);
    this.engine?.kill();
    this.engine = undefined;
  }

  private started(): EngineProcess {
    const engine = this.start();
    void engine.ended.then(() => {
      if (this.engine === engine) this.engine = undefined;
    });
    return engine;
  }
}
