import { planDetails } from '../lm/hub/describe';
import { download } from '../lm/hub/download';
import { planDownload } from '../lm/hub/plan';
import { isHubReference } from '../lm/hub/reference';
import type { JobContext } from './jobs';

/** Has every model of the hub among the references in the cache, once the person has agreed to size and licence. @throws HubError */
export async function fetchHubModels(references: readonly string[], { send, asking, signal }: JobContext): Promise<void> {
  for (const reference of new Set(references)) {
    if (!isHubReference(reference)) continue;
    const plan = await planDownload(reference, { signal });
    if (plan.bytesToFetch > 0) await asking.confirm(reference, planDetails(plan), signal);
    let told = 0;
    await download(plan, {
      signal,
      onProgress: ({ bytesDone, bytesTotal }) => {
        if (Date.now() - told < 250) return;
        told = Date.now();
        send({
          type: 'notes',
          notes: [`downloading ${reference}: ${Math.floor((100 * bytesDone) / Math.max(1, bytesTotal))} %`],
          warnings: [],
        });
      },
    });
  }
}
