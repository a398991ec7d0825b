import type { ScoredPrompt } from '../../search/prompt';
import { pooled, type Pool } from './estimate';
import type { OutlookEvent } from '../events';
import { jointQuantile, wilson } from '../report/statistics';

/**
 * Whether the prompts that are there before the search beat always answering the most common class; undefined if one does.
 * The interval holds for all of them together, since the best is chosen among them.
 * @param labels of the pool
 */
export function outlookOf(prompts: readonly ScoredPrompt[], pool: Pool, labels: readonly number[]): OutlookEvent | undefined {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const majority = Math.max(...counts.filter(Boolean)) / labels.length;
  const scores = prompts.map((prompt) => ({
    accuracy: pooled(prompt, pool, 'accuracy'),
    n: pool.train + pool.validation - (prompt.train.missing ?? 0) - (prompt.validation.missing ?? 0),
  }));
  const best = scores.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const interval = wilson(best.accuracy * best.n, best.n, jointQuantile(scores.length));
  return interval[0] > majority ? undefined : { event: 'outlook', code: 'verdict.notAboveChanceSoFar', ...best, interval, majority };
}
