import limitTo from 'p-limit';
import type { RequestLog } from '../taskModel';

/** So many requests at a time; those of a run are on record from before they are sent until their answers are kept. */
export class Requests {
  private readonly limit: ReturnType<typeof limitTo>;
  private run: RequestLog | undefined;

  constructor(concurrency: number) {
    this.limit = limitTo(concurrency);
  }

  countFor(run: RequestLog): void {
    this.run = run;
  }

  /**
   * Sends a request when its turn comes. One that is aborted has no end: the server may answer it, and a resumed run asks again.
   * @param send sends it and keeps its answer
   */
  send<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.limit(async () => {
      signal.throwIfAborted();
      this.run?.sent();
      try {
        const answer = await send();
        this.run?.ended();
        return answer;
      } catch (error) {
        if (!signal.aborted) this.run?.ended();
        throw error;
      }
    });
  }
}
