import { setTimeout as delay } from 'node:timers/promises';

/** What the clients of inference servers and of the hub share. */

/** Time, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since an arbitrary start. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
  random: () => Math.random(),
};

/**
 * A signal that aborts when time is up, or when the caller's signal aborts. Not AbortSignal.any, which in Node 20 keeps
 * every signal that it was ever given: a run sends thousands of requests under one signal.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly onAbort = (): void => this.controller.abort(this.outer?.reason);
  private timer: NodeJS.Timeout | undefined;
  expired = false;

  /** @param milliseconds unlimited when undefined. @throws the outer signal's reason when it is aborted already */
  constructor(
    private readonly milliseconds: number | undefined,
    private readonly outer: AbortSignal | undefined,
  ) {
    outer?.throwIfAborted();
    outer?.addEventListener('abort', this.onAbort, { once: true });
    this.restart();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Starts the time anew. */
  restart(): void {
    clearTimeout(this.timer);
    if (this.milliseconds === undefined) return;
    this.timer = setTimeout(() => {
      this.expired = true;
      this.controller.abort();
    }, this.milliseconds);
  }

  /** The result of some work; rejects as soon as the signal aborts, even if the work ignores it. */
  race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    const aborted = new Promise<never>((_, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    });
    return Promise.race([work, aborted]);
  }

  /** Aborts whatever still runs under the signal. */
  stop(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.onAbort);
    this.controller.abort();
  }
}

/** A body of at most `most` bytes; undefined when it is longer, without reading the rest. */
export async function readBounded(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Milliseconds that a server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date. */
export function retryAfter(headers: Headers, now = Date.now()): number | undefined {
  const milliseconds = headers.get('retry-after-ms');
  if (milliseconds !== null && Number(milliseconds) >= 0) return Number(milliseconds);
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Codes of connections that were never made: no such host, nothing listens, no route. */
export const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
