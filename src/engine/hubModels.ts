import { planDetails } from '../model/hub/describe';
import { download } from '../model/hub/download';
import { planDownload } from '../model/hub/plan';
import { isHubReference } from '../model/hub/reference';
import type { HubOptions } from '../model/hub/settings';
import type { JobContext } from './jobs';

/**
 * Has every model of the hub among the references in the cache, once the person has agreed to size and licence; says in notes how far
 * it is, and why it waits. @throws HubError, AskError on a no
 */
export async function fetchHubModels(
  references: readonly string[],
  { host, signal }: Pick<JobContext, 'host' | 'signal'>,
  options: HubOptions = {},
): Promise<void> {
  const say = (note: string): void => host.notify('notes', { notes: [note], warnings: [] });
  for (const reference of new Set(references)) {
    if (!isHubReference(reference)) continue;
    const onWait = (seconds: number, reason: string): void => say(`${reference}: ${reason} Next try in ${Math.ceil(seconds)} s`);
    const plan = await planDownload(reference, { ...options, signal, onWait });
    if (plan.bytesToFetch > 0) await host.request('confirm', { model: reference, lines: planDetails(plan) }, signal);
    let told = 0;
    await download(plan, {
      ...options,
      signal,
      onProgress: ({ bytesDone, bytesTotal, waiting }) => {
        if (waiting === undefined && Date.now() - told < 250) return;
        told = Date.now();
        const share = Math.floor((100 * bytesDone) / Math.max(1, bytesTotal));
        say(`downloading ${reference}: ${share} %${waiting === undefined ? '' : `. ${waiting.replace(/\.$/, '')}`}`);
      },
    });
  }
}
