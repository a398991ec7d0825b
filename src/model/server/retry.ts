import type { Clock } from '../http';
import { ServerError } from './serverError';

const FIRST = 500;
const LONGEST = 30_000;
/** A server that asks for a longer wait than this is as good as out of service. */
const LONGEST_ASKED = 10 * 60_000;

/**
 * Retries requests that fail in passing: exponential backoff with full jitter, or as long as the server asks
 * (`Retry-After`). When one request is told to wait, all wait.
 */
export class Retry {
  private pausedUntil = 0;

  constructor(
    private readonly most: number,
    private readonly clock: Clock,
  ) {}

  /** @param mostBroken a smaller number of retries for `broken` answers, when those are worth knowing too */
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
          throw new ServerError('quota', 'server.waitTooLong', [{ problem: error.message, minutes: Math.round(asked / 60_000) }]);
        const wait = this.clock.random() * Math.min(LONGEST, FIRST * 2 ** tried);
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
