import type { DownloadPlan } from './plan';

/** Bytes for people: `348 MB`, `1.2 kB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** One line on what a plan would do, for a question or a title. */
export function describePlan(plan: DownloadPlan): string {
  if (plan.cached) return `${plan.model} is in the cache (revision ${plan.commit.slice(0, 7)}, ${formatBytes(plan.bytesTotal)}).`;
  if (plan.bytesToFetch === 0) return `${plan.model} is in the cache already (${formatBytes(plan.bytesTotal)}).`;
  return `Download ${plan.model}: ${formatBytes(plan.bytesToFetch)}, licence ${plan.licence ?? 'not stated'}.`;
}

/** What a person should know before agreeing, one fact a line. */
export function planDetails(plan: DownloadPlan): string[] {
  if (plan.cached) return [`Model: ${plan.model}, revision ${plan.commit.slice(0, 7)}, from the cache: ${plan.folder}`, ...plan.notes];
  const kept = plan.bytesThere > 0 ? ` (${formatBytes(plan.bytesThere)} of ${formatBytes(plan.bytesTotal)} are there)` : '';
  const smaller = plan.alternatives.filter(({ size }) => size > 0 && size < plan.bytesTotal * 0.9).slice(0, 3);
  return [
    `Model: ${plan.model}, revision ${plan.revision === plan.commit ? '' : `${plan.revision} = `}${plan.commit.slice(0, 7)}, ${plan.page}`,
    `Licence: ${plan.licence ?? `not stated by its card; see ${plan.page}`}`,
    `Size: ${formatBytes(plan.bytesToFetch)} to fetch${kept}: ${plan.files.map(({ path, size }) => `${path} ${formatBytes(size)}`).join(', ')}`,
    `Folder: ${plan.folder}`,
    ...(smaller.length > 0
      ? [`Smaller: ${smaller.map(({ file, size }) => `hf:${plan.model}#${file} ${formatBytes(size)}`).join(', ')}`]
      : []),
    ...plan.notes,
  ];
}
