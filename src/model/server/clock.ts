/** Time, so that tests need not wait. */
export interface Clock {
  /** Milliseconds, from any beginning. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((done, stop) => {
      if (signal?.aborted) return stop(signal.reason as Error);
      const abort = (): void => {
        clearTimeout(timer);
        stop(signal!.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        done();
      }, milliseconds);
      signal?.addEventListener('abort', abort, { once: true });
    }),
  random: () => Math.random(),
};
