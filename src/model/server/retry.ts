import type { Clock } from './clock';
import { ServerError } from './serverError';

const FIRST = 500;
const LONGEST = 30_000;
/** A server that wants more patience than this is as good as out of service. */
const LONGEST_ASKED = 10 * 60_000;

/**
 * Sends requests again when they fail in passing: exponential backoff with full jitter, or as long as the server asks
 * (`Retry-After`). When one request is told to wait, all wait.
 */
export class Retry {
  private pausedUntil = 0;
  /** Requests that were sent again, so far. */
  count = 0;

  constructor(
    private readonly most: number,
    private readonly clock: Clock,
  ) {}

  /** @param mostBroken fewer retries than usual of what fails, where that would be an answer as well */
  async run<T>(attempt: () => Promise<T>, signal?: AbortSignal, mostBroken = this.most): Promise<T> {
    for (let tried = 0; ; tried++) {
      while (this.pausedUntil > this.clock.now()) await this.clock.sleep(this.pausedUntil - this.clock.now(), signal);
      try {
        return await attempt();
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof ServerError) || !error.passing) throw error;
        if (tried >= (error.failure === 'broken' ? mostBroken : this.most)) throw error;
        const asked = error.retryAfter;
        if (asked !== undefined && asked > LONGEST_ASKED)
          throw new ServerError(
            'quota',
            `${error.message} It asks to wait ${Math.round(asked / 60_000)} minutes, which is too long for a run.`,
          );
        const wait = this.clock.random() * Math.min(LONGEST, FIRST * 2 ** tried);
        this.count++;
        if (asked === undefined) await this.clock.sleep(wait, signal);
        // The jitter comes on top, so that those who waited do not all come back at once.
        else {
          this.pausedUntil = Math.max(this.pausedUntil, this.clock.now() + asked);
          await this.clock.sleep(asked + wait / 4, signal);
        }
      }
    }
  }
}

/** Milliseconds of a `Retry-After` (seconds or a date) or `retry-after-ms` header. */
export function retryAfter(headers: Headers, now = Date.now()): number | undefined {
  const milliseconds = headers.get('retry-after-ms');
  if (milliseconds !== null && Number(milliseconds) >= 0) return Number(milliseconds);
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
