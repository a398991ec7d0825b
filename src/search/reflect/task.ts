import type { Usage } from './record';

/** A score in [0, 1], NaN where the row failed, and what the model answered. */
export interface Outcome {
  readonly score: number;
  readonly got: string;
  /** How sure the model was, or why a metric gave its score. */
  readonly reason?: string;
}

export interface ScoreJob {
  readonly instruction: string;
  /** Rows shown as examples. */
  readonly examples: readonly number[];
  /** Of the pool. */
  readonly rows: readonly number[];
}

export interface TrainRow {
  readonly input: string;
  readonly expected: string;
}

/** The answer to a request; undefined where none came. */
export interface Proposed {
  readonly text: string | undefined;
  /** Why there is none. */
  readonly problem?: string;
  readonly usage: Usage;
}

/** What the search by reflection needs of the outside: a pool of rows, scores, and a model that answers requests. */
export interface ReflectTask {
  /** The first rows of the pool: requests may show them. */
  readonly shown: readonly TrainRow[];
  /** Rows of the pool. Where some are behind the shown ones, those alone tell how good a candidate is; else all do. */
  readonly size: number;
  /** (Instruction, row) pairs that were paid for, and that may still be. */
  readonly queries: number;
  readonly left: number;
  /** Requests that may still be sent. */
  readonly callsLeft: number;
  /** How many of the pairs have to be paid for. */
  cost(jobs: readonly ScoreJob[]): number;
  score(jobs: readonly ScoreJob[], signal?: AbortSignal): Promise<Outcome[][]>;
  /** @param id of the candidate that the answer may become */
  propose(id: number, request: string, signal?: AbortSignal): Promise<Proposed>;
  tokens(text: string): number;
  /** A text as it comes back from the task model's tokens, which may not hold every character. */
  asScored(text: string): string;
  /** Whether nothing is left to improve on a row with this score. */
  solved(score: number): boolean;
  /** What counts in tables: 1 or 0 for an answer, the score of a text. */
  accuracy(score: number): number;
}
