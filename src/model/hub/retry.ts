import { HubError } from './hubError';
import type { HubSettings } from './settings';

/** So many failures in a row end a request. */
export const MOST_FAILURES = 6;
/** A server that cannot be reached at all is asked only twice. */
const MOST_UNREACHABLE = 2;
/** The hub's limits are counted over five minutes; nobody waits longer than that without being told. */
const LONGEST_WAIT_SECONDS = 300;
const LONGEST_BACKOFF_SECONDS = 30;

export type OnWait = (seconds: number, reason: string) => void;

/** Runs a request until it succeeds, fails for good, or has failed too often. @throws HubError */
export async function retrying<T>(run: () => Promise<T>, settings: HubSettings, signal?: AbortSignal, onWait?: OnWait): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await run();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof HubError && error.kind === 'unreachable' && failures >= MOST_UNREACHABLE) throw error;
      await waitToRetry(error, failures, settings, signal, onWait);
    }
  }
}

/** Waits before the next try: as long as the server asks, else 1, 2, 4 … seconds and a bit. @throws what must not be tried again */
export async function waitToRetry(
  error: unknown,
  failures: number,
  settings: HubSettings,
  signal: AbortSignal | undefined,
  onWait: OnWait | undefined,
): Promise<void> {
  if (!(error instanceof HubError) || !error.retryable) throw error;
  if (failures >= MOST_FAILURES)
    throw new HubError(error.kind, `${error.message} It was tried ${failures} times. Try again later.`, { cause: error });
  const asked = error.retryAfter;
  if (asked !== undefined && asked > LONGEST_WAIT_SECONDS)
    throw new HubError(error.kind, `${error.message} It asks to wait for ${Math.ceil(asked / 60)} minutes: try again then.`, {
      cause: error,
    });
  const seconds = asked ?? Math.min(2 ** (failures - 1), LONGEST_BACKOFF_SECONDS) * (1 + Math.random() / 4);
  onWait?.(seconds, error.message);
  await settings.sleep(seconds * 1000, signal);
}
