import { HubError } from './hubError';
import type { HubSettings } from './settings';

/** Consecutive failures that end a request. */
const MOST_FAILURES = 6;
/** The same for a server that cannot be reached at all. */
const MOST_UNREACHABLE = 2;
/** The hub counts its limits over five minutes; nobody waits longer than that without being told. */
const LONGEST_WAIT_SECONDS = 300;
const LONGEST_BACKOFF_SECONDS = 30;

/** Told before each wait. */
export type OnWait = (seconds: number, reason: string) => void;

/** Where a wait happens, and who is told. */
interface Waits {
  readonly settings: HubSettings;
  readonly signal: AbortSignal | undefined;
  readonly onWait: OnWait | undefined;
}

/** Runs a request until it succeeds, fails for good, or has failed too often. @throws HubError */
export async function retrying<T>(run: () => Promise<T>, waits: Waits): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await run();
    } catch (error) {
      if (error instanceof HubError && error.code === 'hub.unreachable' && failures >= MOST_UNREACHABLE) throw error;
      await waitToRetry(error, failures, waits);
    }
  }
}

/** Waits before the next try: as long as the server asks, otherwise 1, 2, 4 … seconds plus jitter. @throws what must not be retried */
export async function waitToRetry(error: unknown, failures: number, { settings, signal, onWait }: Waits): Promise<void> {
  signal?.throwIfAborted();
  if (!(error instanceof HubError) || !error.retryable) throw error;
  const { message: problem, retryAfter: asked } = error;
  if (failures >= MOST_FAILURES) throw new HubError('hub.triedOften', [{ problem, times: failures }], { cause: error });
  if (asked !== undefined && asked > LONGEST_WAIT_SECONDS)
    throw new HubError('hub.waitTooLong', [{ problem, minutes: Math.ceil(asked / 60) }], { cause: error });
  const seconds = asked ?? Math.min(2 ** (failures - 1), LONGEST_BACKOFF_SECONDS) * (1 + Math.random() / 4);
  onWait?.(seconds, problem);
  await settings.sleep(seconds * 1000, signal);
}
