import type { Split } from '../../data/dataset';

/** Rows that label words are chosen by: train and validation together, never test. */
export interface Pool {
  readonly texts: readonly string[];
  /** The class of each row. */
  readonly labels: readonly number[];
}

/** One label word for each class, in the order of the classes. */
interface ScoredWords {
  readonly words: readonly string[];
  /** Accuracy without a prompt on the rows of the pool. */
  readonly accuracy: number;
}

/** Label words that a run chose before its search; part of `task.json` and `result.json`. */
export interface LabelWordChoice {
  /** `crossValidated`: accuracy on rows that did not choose; null for the labels' own words, which no row chose. */
  readonly chosen: ScoredWords & { readonly crossValidated: number | null };
  /** The words that the task had, or the labels themselves; null if the model cannot tell them apart. */
  readonly own: ScoredWords | null;
  /** Number of candidates for each class. */
  readonly candidates: readonly number[];
  readonly rows: number;
  /** Queries that it took, which count in the run's budget. */
  readonly queries: number;
}

/** A choice by more rows costs more and hardly differs. */
const MOST_ROWS = 2048;

/** The rows that label words are chosen by; both splits list their classes in turn, so the first rows represent them. */
export function labelRows({ train, validation }: Readonly<Record<'train' | 'validation', Split>>, most = MOST_ROWS): Pool {
  const share = Math.min(1, most / (train.labels.length + validation.labels.length));
  const first = <T>(items: readonly T[]): readonly T[] => items.slice(0, Math.floor(share * items.length));
  return {
    texts: [...first(train.texts), ...first(validation.texts)],
    labels: [...first(train.labels), ...first(validation.labels)],
  };
}
