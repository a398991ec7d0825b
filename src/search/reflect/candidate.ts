import type { Operator } from './operators/operators';

/** An instruction with the examples that follow it, and its scores. */
export interface Candidate {
  readonly id: number;
  readonly instruction: string;
  /** Rows that are shown as examples. */
  readonly examples: readonly number[];
  readonly parents: readonly number[];
  /** What made it; `start` was there before the search. */
  readonly operator: Operator | 'start';
  /** Scores in [0, 1] by row of the pool; NaN where the row failed. */
  readonly scores: Map<number, number>;
}

/** Rows that say as much as the parent's estimate does of its child. */
const PRIOR_ROWS = 16;

/**
 * Estimated score of a candidate by some of its rows, shrunk toward its best parent's: of many children, the best on a few dozen
 * rows is mostly lucky.
 */
export function estimateOf(known: readonly number[], prior: number | undefined): number {
  const scores = known.filter((score) => !Number.isNaN(score));
  const sum = scores.reduce((a, b) => a + b, 0);
  if (prior === undefined) return sum / Math.max(1, scores.length);
  return (sum + PRIOR_ROWS * prior) / (scores.length + PRIOR_ROWS);
}
