import { word } from '../../wording/wording';
import type { DownloadPlan } from './plan';

/** One line on a plan, for a question or a title. */
export function describePlan({ model, commit, cached, bytesTotal, bytesToFetch, license }: DownloadPlan): string {
  if (cached || bytesToFetch === 0) return word('hub.planCached', { model, commit, bytes: bytesTotal });
  return word('hub.planDownload', { model, bytes: bytesToFetch, license });
}

/** What the user should know before agreeing to a plan, one fact per line. */
export function planDetails(plan: DownloadPlan): string[] {
  const { model, revision, commit, page, folder, license, bytesThere, bytesTotal, bytesToFetch, files } = plan;
  if (plan.cached) return [word('hub.planFolder', { model, commit, folder }), ...plan.notes];
  const smaller = plan.alternatives.filter(({ size }) => size > 0 && size < bytesTotal * 0.9).slice(0, 3);
  return [
    word('hub.planModel', { model, revision, commit, page }),
    word('hub.planLicense', { license, page }),
    word('hub.planSize', { bytesToFetch, bytesThere, bytesTotal, files }),
    word('hub.planPlace', { folder }),
    ...(smaller.length > 0 ? [word('hub.planSmaller', { model, smaller })] : []),
    ...plan.notes,
  ];
}
