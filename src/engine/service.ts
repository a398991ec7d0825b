import type { Question } from '../messages/engine';
import { EngineProcess } from './client';

/** The engine cannot answer a question. */
export class EngineError extends Error {}

const IDLE = 60_000;

interface Waiting {
  readonly asked: EngineProcess;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** An engine process that answers questions about specs and data; started by the first one and ended when idle. */
export class EngineService {
  private engine: EngineProcess | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly file: string,
    private readonly onLog: (line: string) => void,
  ) {}

  /** @throws EngineError */
  ask(question: Question): Promise<unknown> {
    clearTimeout(this.idle);
    this.engine ??= this.start();
    const id = this.next++;
    const { engine } = this;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { asked: engine, resolve, reject });
      engine.send({ type: 'question', id, question });
    });
  }

  dispose(): void {
    clearTimeout(this.idle);
    this.kill();
  }

  /** What is asked from now on gets an engine of its own, though this one takes a moment to be gone. */
  private kill(): void {
    this.engine?.kill();
    this.engine = undefined;
  }

  private start(): EngineProcess {
    const engine: EngineProcess = new EngineProcess(
      this.file,
      { type: 'serve' },
      {
        onLog: this.onLog,
        onMessage: (message) => {
          if (message.type === 'reply') this.settle(message.id)?.resolve(message.value);
          else if (message.type === 'noReply') this.settle(message.id)?.reject(new EngineError(message.message));
        },
        onEnd: ({ description }) => {
          if (this.engine === engine) this.engine = undefined;
          for (const [id, { asked }] of [...this.waiting]) if (asked === engine) this.settle(id)?.reject(new EngineError(description));
        },
      },
    );
    return engine;
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    clearTimeout(this.idle);
    if (this.waiting.size === 0 && this.engine) this.idle = setTimeout(() => this.kill(), IDLE);
    return waiting;
  }
}
