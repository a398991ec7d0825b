import type { Operator } from './operators/operators';
import type { Refusal } from './proposal';

/** Rows may be train rows, which proposals learn from, or validation rows, which no proposal ever sees. */
export type Split = 'train' | 'validation';

/** An instruction with the examples that follow it, and its scores. */
export interface Candidate {
  readonly id: number;
  readonly instruction: string;
  /** Train rows that are shown as examples. */
  readonly examples: readonly number[];
  readonly parents: readonly number[];
  /** What made it; `start` is one of the user's. */
  readonly operator: Operator | 'start';
  /** Scores in [0, 1] by row; NaN where the row failed. */
  readonly train: Map<number, number>;
  readonly validation: Map<number, number>;
}

/** What became of a proposal, for the journal and the tree of candidates. */
export interface Attempt {
  readonly operator: Operator;
  readonly parents: readonly number[];
  /** The candidate that it became; absent when it was refused or dropped. */
  readonly id?: number;
  readonly instruction?: string;
  readonly examples?: readonly number[];
  readonly refused?: Refusal;
  /** Paired comparison with the parent on the gate's rows. */
  readonly gate?: Gate;
}

export interface Gate {
  readonly rows: number;
  /** Mean difference of the scores, in [−1, 1], and the probability that the child is better. */
  readonly gain: number;
  readonly better: number;
  readonly passed: boolean;
}

/** Rows that say as much as the parent's estimate does of its child. */
const PRIOR_ROWS = 16;

/**
 * Estimated score of a candidate by its validation rows, shrunk toward its best parent's: of many children, the best on a
 * few dozen rows is mostly lucky.
 */
export function estimateOf({ validation }: Pick<Candidate, 'validation'>, prior: number | undefined): number {
  const scores = [...validation.values()].filter((score) => !Number.isNaN(score));
  const sum = scores.reduce((a, b) => a + b, 0);
  if (prior === undefined) return sum / Math.max(1, scores.length);
  return (sum + PRIOR_ROWS * prior) / (scores.length + PRIOR_ROWS);
}
