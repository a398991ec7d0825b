import type { Random } from '../../method/random';

/** Scores by row; a row without a score is missing, or NaN. */
export type Scores = ReadonlyMap<number, number>;

/**
 * How many rows each candidate is best on, once dominated candidates are dropped: a candidate is dominated while every row
 * that it is best on has another, kept candidate that is as good (Agrawal et al., arXiv 2507.19457). The worst go first.
 */
export function frontCounts(candidates: readonly Scores[]): number[] {
  const best = new Map<number, number>();
  for (const scores of candidates)
    for (const [row, score] of scores) if (!Number.isNaN(score)) best.set(row, Math.max(score, best.get(row) ?? -Infinity));
  const leads = candidates.map((scores) => [...scores].flatMap(([row, score]) => (score === best.get(row) ? [row] : [])));
  const size = new Map<number, number>();
  for (const row of leads.flat()) size.set(row, (size.get(row) ?? 0) + 1);
  const total = candidates.map((scores) => [...scores.values()].reduce((sum, score) => sum + (score || 0), 0));
  const order = candidates.map((_, i) => i).sort((a, b) => total[a]! - total[b]! || b - a);
  for (const i of order) {
    if (!leads[i]!.every((row) => size.get(row)! > 1)) continue;
    for (const row of leads[i]!) size.set(row, size.get(row)! - 1);
    leads[i] = [];
  }
  return leads.map(({ length }) => length);
}

/** A candidate with a probability in proportion to the number of rows that it is best on. */
export function sampleParent(candidates: readonly Scores[], random: Random): number {
  const counts = frontCounts(candidates);
  let left = random.uniform() * counts.reduce((a, b) => a + b, 0);
  return Math.max(
    0,
    counts.findIndex((count) => (left -= count) < 0),
  );
}
