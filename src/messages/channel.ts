/**
 * Typed calls over anything that carries plain messages: an engine process's pipe or a page's `postMessage`. Each side lists its
 * methods in one interface (`engine.ts`, `page.ts`): a method that returns a promise is a request, one that returns nothing is a
 * notification. Works in Node and in a page alike.
 */
export interface Port {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** An interface of methods, each with one argument or none. */
type Methods<M> = { readonly [K in keyof M]: (argument: never) => unknown };

type Argument<Method> = Method extends () => unknown ? undefined : Method extends (argument: infer A) => unknown ? A : never;
type Reply<Method> = Method extends (argument: never) => infer R ? R : never;
type Requests<M> = { [K in keyof M]: Reply<M[K]> extends Promise<unknown> ? K : never }[keyof M] & string;
type Notifications<M> = Exclude<keyof M, Requests<M>> & string;
type Given<A> = [A] extends [undefined] ? [argument?: undefined, signal?: AbortSignal] : [argument: A, signal?: AbortSignal];

/**
 * What answers the other side's calls, at once or later; the signal aborts when the other side aborts its request or the channel
 * closes.
 */
export type Handlers<M> = {
  readonly [K in keyof M]: (
    argument: Argument<M[K]>,
    signal: AbortSignal,
  ) => Reply<M[K]> | Awaited<Reply<M[K]>> | (K extends Requests<M> ? never : Promise<void>);
};

type Message =
  | { readonly method: string; readonly argument?: unknown; readonly id?: number }
  | { readonly cancel: number }
  | { readonly reply: number; readonly value?: unknown }
  | { readonly reply: number; readonly error: { readonly message: string } };

/** What the other side's handler threw: its message, and its own fields as far as they can be sent. */
export class RemoteError extends Error {}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export class Channel<Theirs extends Methods<Theirs>, Ours extends Methods<Ours>> {
  private nextId = 0;
  private closed: Error | undefined;
  private readonly waiting = new Map<number, Waiting>();
  /** Requests of the other side, while their handlers work. */
  private readonly serving = new Map<number, AbortController>();

  constructor(
    private readonly port: Port,
    private readonly handlers: Handlers<Ours>,
  ) {
    port.onMessage((message) => this.receive(message as Message));
  }

  notify<K extends Notifications<Theirs>>(method: K, ...[argument]: Given<Argument<Theirs[K]>>): void {
    this.post({ method, argument });
  }

  /** Rejects with a `RemoteError`, with the signal's reason, or with the reason why the channel closed. */
  async request<K extends Requests<Theirs>>(
    method: K,
    ...[argument, signal]: Given<Argument<Theirs[K]>>
  ): Promise<Awaited<Reply<Theirs[K]>>> {
    if (this.closed) throw this.closed;
    signal?.throwIfAborted();
    const id = this.nextId++;
    let abort = (): void => undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.waiting.set(id, { resolve, reject });
        abort = () => {
          reject(signal?.reason as Error);
          this.post({ cancel: id });
        };
        signal?.addEventListener('abort', abort);
        this.post({ method, argument, id });
      });
    } finally {
      this.waiting.delete(id);
      // One signal may serve thousands of requests.
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Rejects the requests of this side and aborts those of the other. */
  close(reason: Error): void {
    this.closed ??= reason;
    for (const { reject } of this.waiting.values()) reject(reason);
    for (const controller of this.serving.values()) controller.abort(reason);
  }

  private post(message: Message): void {
    if (!this.closed) this.port.post(message);
  }

  private receive(message: Message): void {
    if ('method' in message) {
      if (message.id === undefined) void this.call(message);
      else void this.serve(message, message.id);
    } else if ('cancel' in message) this.serving.get(message.cancel)?.abort();
    else if ('error' in message)
      this.waiting.get(message.reply)?.reject(Object.assign(new RemoteError(message.error.message), message.error));
    else this.waiting.get(message.reply)?.resolve(message.value as never);
  }

  private call({ method, argument }: { method: string; argument?: unknown }, { signal } = new AbortController()): unknown {
    if (!Object.hasOwn(this.handlers, method)) throw new Error(`Unknown method ${method}.`);
    return (this.handlers[method as keyof Ours] as (argument: unknown, signal: AbortSignal) => unknown)(argument, signal);
  }

  private async serve(message: { method: string; argument?: unknown }, id: number): Promise<void> {
    const controller = new AbortController();
    this.serving.set(id, controller);
    try {
      this.post({ reply: id, value: await this.call(message, controller) });
    } catch (error) {
      const thrown = error instanceof Error ? error : new Error(String(error));
      const { message: text } = thrown;
      try {
        this.post({ reply: id, error: Object.assign({}, thrown, { message: text }) });
      } catch {
        // One of its fields cannot be sent.
        this.post({ reply: id, error: { message: text } });
      }
    } finally {
      this.serving.delete(id);
    }
  }
}
