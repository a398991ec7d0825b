import type { HeldOutOutputs } from '../../src/messages/page';

export type TextFilter = 'all' | 'low' | 'fixed' | 'broken';
export type Order = 'file' | 'lowest' | 'highest' | 'worse' | 'better';

/** What rows are shown, by the score of one metric or, without one, of all together. */
interface Choice {
  readonly metric: number | undefined;
  /** In [0, 1]. */
  readonly threshold: number;
  readonly filter: TextFilter;
  readonly order: Order;
}

/** `paired` filters compare a prompt with a baseline. */
export const TEXT_FILTERS: readonly { readonly key: TextFilter; readonly label: string; readonly paired: boolean }[] = [
  { key: 'all', label: 'All', paired: false },
  { key: 'low', label: 'Below the threshold', paired: false },
  { key: 'fixed', label: 'Fixed by this prompt', paired: true },
  { key: 'broken', label: 'Broken by this prompt', paired: true },
];

export const ORDERS: readonly { readonly key: Order; readonly label: string; readonly paired: boolean }[] = [
  { key: 'file', label: 'as in the file', paired: false },
  { key: 'lowest', label: 'lowest score first', paired: false },
  { key: 'highest', label: 'highest score first', paired: false },
  { key: 'worse', label: 'furthest below the baseline first', paired: true },
  { key: 'better', label: 'furthest above the baseline first', paired: true },
];

/** A prompt's score on a row: the mean over its samples; undefined where it has none. */
export function scoreAt({ outputs }: Pick<HeldOutOutputs, 'outputs'>, row: number, metric: number | undefined): number | undefined {
  const samples = outputs[row] ?? [];
  const scores = samples.map(({ score, parts }) => (metric === undefined ? score : parts[metric]![0]));
  return scores.length === 0 ? undefined : scores.reduce((a, b) => a + b, 0) / scores.length;
}

/** The rows that a filter leaves, in order. A row without a score is neither low nor high, and comes last where scores order the rows. */
export function shownTexts(
  rows: number,
  { metric, threshold, filter, order }: Choice,
  prompt: HeldOutOutputs,
  baseline: HeldOutOutputs | undefined,
): number[] {
  const score = (row: number): number | undefined => scoreAt(prompt, row, metric);
  const before = (row: number): number | undefined => baseline && scoreAt(baseline, row, metric);
  const isLow = (value: number | undefined): boolean | undefined => (value === undefined ? undefined : value < threshold);
  const shows = (row: number): boolean => {
    if (filter === 'all') return true;
    const [now, then] = [isLow(score(row)), isLow(before(row))];
    if (filter === 'low') return now === true;
    return filter === 'fixed' ? now === false && then === true : now === true && then === false;
  };
  const found = Array.from({ length: rows }, (_, row) => row).filter(shows);
  if (order === 'file') return found;
  const gain = (row: number): number | undefined => {
    const [now, then] = [score(row), before(row)];
    return now === undefined || then === undefined ? undefined : now - then;
  };
  const value = order === 'lowest' || order === 'highest' ? score : gain;
  const sign = order === 'lowest' || order === 'worse' ? 1 : -1;
  const key = (row: number): number => sign * (value(row) ?? sign * Infinity);
  return found.sort((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b)));
}
