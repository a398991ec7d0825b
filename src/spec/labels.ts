import { word } from '../wording/wording';
import { setTo, type Fix } from './problem';

/** A label without what `data.ignoreCase` ignores: capitals and repeated spaces. */
export function foldLabel(label: string): string {
  return label.trim().replace(/\s+/g, ' ').normalize('NFC').toLowerCase();
}

/** Labels that differ only in capitals or spaces, in groups of two or more; the first of each group comes first in the list. */
export function twinLabels(labels: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const label of labels) groups.set(foldLabel(label), [...(groups.get(foldLabel(label)) ?? []), label]);
  return [...groups.values()].filter((group) => group.length > 1);
}

/** The fix that makes labels one class; `unlist` are those that leave the spec's `labels`. */
export function ignoreCase(labels: readonly string[], unlist: readonly string[] = []): Fix {
  return {
    ...setTo(['data', 'ignoreCase'], true, word('spec.fixIgnoreCase', { labels })),
    also: unlist.map((label) => ({ path: ['labels', label], change: 'remove' as const })),
  };
}
