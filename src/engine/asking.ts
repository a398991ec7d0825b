import { AskError, type Ask } from '../model/server/editorModel';
import type { FromEngine, ToEngine } from '../messages/engine';

/** Questions of the engine to the host that wait for their answers. */
export class Asking {
  private next = 0;
  private readonly waiting = new Map<number, { resolve(text: string): void; reject(error: Error): void }>();

  constructor(private readonly send: (message: FromEngine) => void) {}

  /** Asks one of VS Code's language models. */
  readonly ask: Ask = ({ model, messages }, signal) => this.question((id) => ({ type: 'ask', id, model, messages }), signal);

  /** Asks the person whether to go on. @throws Error when they say no */
  async confirm(model: string, lines: readonly string[], signal: AbortSignal): Promise<void> {
    await this.question((id) => ({ type: 'confirm', id, model, lines }), signal);
  }

  settle(message: Extract<ToEngine, { type: 'answer' | 'noAnswer' }>): void {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.type === 'answer') waiting?.resolve(message.text);
    else waiting?.reject(new AskError(message.reason, message.message));
  }

  private question(make: (id: number) => FromEngine, signal?: AbortSignal): Promise<string> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        if (this.waiting.delete(id)) reject(signal?.reason as Error);
      };
      // One signal lives as long as the run, which asks thousands of questions.
      const settled = (): void => signal?.removeEventListener('abort', stop);
      this.waiting.set(id, {
        resolve: (text) => {
          settled();
          resolve(text);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      signal?.addEventListener('abort', stop, { once: true });
      this.send(make(id));
    });
  }
}
