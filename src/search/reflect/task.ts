import type { Split } from './candidate';

/** A score in [0, 1], NaN where the row failed, and what the model answered. */
export interface Outcome {
  readonly score: number;
  readonly got: string;
  /** Why a metric gave its score. */
  readonly reason?: string;
}

export interface ScoreJob {
  readonly instruction: string;
  /** Train rows shown as examples. */
  readonly examples: readonly number[];
  readonly split: Split;
  readonly rows: readonly number[];
}

export interface TrainRow {
  readonly input: string;
  readonly expected: string;
}

/** What the search by reflection needs of the outside: rows, scores, and a model that answers requests. */
export interface ReflectTask {
  readonly train: readonly TrainRow[];
  readonly validationSize: number;
  /** (Instruction, row) pairs that may still be scored. */
  left(): number;
  /** Scores pairs that are all new. */
  score(jobs: readonly ScoreJob[], signal?: AbortSignal): Promise<Outcome[][]>;
  /** Undefined where the model gave no answer, or may not be asked any more. */
  propose(request: string, signal?: AbortSignal): Promise<string | undefined>;
  tokens(text: string): number;
}
