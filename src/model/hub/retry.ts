import { word } from '../../wording/wording';
import { HubError } from './hubError';
import type { HubSettings } from './settings';

/** Consecutive failures that end a request. */
const MOST_FAILURES = 6;
/** The same for a server that cannot be reached at all. */
const MOST_UNREACHABLE = 2;
/** The hub counts its limits over five minutes; nobody waits longer than that without being told. */
const LONGEST_WAIT_SECONDS = 300;
const LONGEST_BACKOFF_SECONDS = 30;

/** Told before each wait: seconds, and a text on the reason and the wait. */
export type OnWait = (seconds: number, reason: string) => void;

/** What the user reads while a download waits. */
export function waitText(seconds: number, reason: string): string {
  return seconds > 0 ? word('hub.nextTry', { reason, seconds: Math.ceil(seconds) }) : reason;
}

/** Runs a request until it succeeds, fails for good, or has failed too often. @throws HubError */
export async function retrying<T>(run: () => Promise<T>, settings: HubSettings, signal?: AbortSignal, onWait?: OnWait): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await run();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof HubError && error.code === 'hub.unreachable' && failures >= MOST_UNREACHABLE) throw error;
      await waitToRetry(error, failures, settings, signal, onWait);
    }
  }
}

/** Waits before the next try: as long as the server asks, otherwise 1, 2, 4 … seconds plus jitter. @throws what must not be retried */
export async function waitToRetry(
  error: unknown,
  failures: number,
  settings: HubSettings,
  signal: AbortSignal | undefined,
  onWait: OnWait | undefined,
): Promise<void> {
  if (!(error instanceof HubError) || !error.retryable) throw error;
  const { message: problem, retryAfter: asked } = error;
  if (failures >= MOST_FAILURES) throw new HubError('hub.triedOften', [{ problem, times: failures }], { cause: error });
  if (asked !== undefined && asked > LONGEST_WAIT_SECONDS)
    throw new HubError('hub.waitTooLong', [{ problem, minutes: Math.ceil(asked / 60) }], { cause: error });
  const seconds = asked ?? Math.min(2 ** (failures - 1), LONGEST_BACKOFF_SECONDS) * (1 + Math.random() / 4);
  onWait?.(seconds, problem);
  await settings.sleep(seconds * 1000, signal);
}
