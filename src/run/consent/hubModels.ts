import { describePlan, planDetails } from '../../model/hub/describe';
import { download } from '../../model/hub/download';
import { planDownload } from '../../model/hub/plan';
import { isHubReference } from '../../model/hub/reference';
import type { HubOptions } from '../../model/hub/settings';
import { word } from '../../wording/wording';
import { Declined } from './declined';
import type { FrontEnd } from '../frontEnd';

/** Milliseconds between two texts on a download. */
const PACE = 250;

/**
 * Ensures that every model of the hub among the references is in the cache; asks before a download and tells its progress.
 * @throws HubError, Declined, and the signal's reason when the user stops it; what is there stays for the next try
 */
export async function fetchHubModels(references: readonly string[], frontEnd: FrontEnd, options: HubOptions = {}): Promise<void> {
  const { signal } = frontEnd;
  for (const reference of new Set(references)) {
    if (!isHubReference(reference)) continue;
    const onWait = (seconds: number, reason: string): void =>
      frontEnd.status(word('run.hubWaits', { reference, reason, seconds: Math.ceil(seconds) }));
    const plan = await planDownload(reference, { ...options, signal, onWait });
    if (plan.cached) for (const line of [describePlan(plan), ...plan.notes]) frontEnd.status(line);
    else if (plan.bytesToFetch > 0 && !(await frontEnd.consent(reference, planDetails(plan))))
      throw new Declined('run.declined', { model: reference });
    let told = 0;
    let waited: string | undefined;
    await download(plan, {
      ...options,
      signal,
      onProgress: ({ bytesDone, bytesTotal, file, waiting }) => {
        if (waiting !== undefined && waiting !== waited) frontEnd.status(waiting);
        waited = waiting;
        if (Date.now() - told < PACE && bytesDone < bytesTotal) return;
        told = Date.now();
        frontEnd.status(word('run.downloading', { reference, bytesDone, bytesTotal, file }), true);
      },
    });
  }
}
