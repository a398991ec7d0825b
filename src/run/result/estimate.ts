import type { ScoredPrompt } from '../../search/prompt';
import { wilson } from '../report/statistics';
import type { TransferScore } from './result';

/** Rows that steer the search. */
export interface Pool {
  readonly train: number;
  readonly validation: number;
}

type Scores = Pick<ScoredPrompt, 'train' | 'validation' | 'filledIn'>;

/** Of version 0.1.0, which wrote no estimates. */
export type Older<Row extends { readonly estimate: TransferScore }> = Omit<Row, 'estimate'> & Partial<Pick<Row, 'estimate'>>;

/** A prompt's mean over the rows of the pool that have a score. */
export function pooled({ train, validation }: Scores, pool: Pool, what: 'accuracy' | 'reward'): number {
  const [a, b] = [pool.train - (train.missing ?? 0), pool.validation - (validation.missing ?? 0)];
  // A result that does not say how many rows it has still has both scores.
  return a + b > 0 ? (a * train[what] + b * validation[what]) / (a + b) : (train[what] + validation[what]) / 2;
}

/**
 * A prompt's accuracy on the pool, train and validation rows together, with its 95% interval. `n` rows were scored; a search
 * with a memory may have filled in the others. The interval ignores that the search chose the prompt by these rows.
 */
export function estimateOf(scores: Scores, pool: Pool): TransferScore {
  const accuracy = pooled(scores, pool, 'accuracy');
  const { train, validation, filledIn } = scores;
  const scored = Math.max(0, pool.train + pool.validation - (train.missing ?? 0) - (validation.missing ?? 0));
  return { accuracy, interval: estimateInterval(accuracy, filledIn?.worth ?? scored), n: filledIn?.rows ?? scored };
}

/** @param worth scored rows that the accuracy is worth */
export function estimateInterval(accuracy: number, worth: number): readonly [low: number, high: number] {
  return worth > 0 ? wilson(accuracy * worth, worth) : [0, 1];
}

/** The pool of a finished run. */
export function poolOf(classes: readonly { readonly train: number; readonly validation: number }[]): Pool {
  const sum = (split: keyof Pool): number => classes.reduce((total, one) => total + one[split], 0);
  return { train: sum('train'), validation: sum('validation') };
}
