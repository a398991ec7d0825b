import { isTextModel } from '../spec/scheme';
import { searchSettings } from '../spec/schema';
import type { Spec } from '../spec/spec';

/** Rows that a run draws. */
export interface Quotas {
  /** Of each class. */
  readonly train: number;
  readonly validation: number;
  /** Of each class in train and validation together; neither field of the spec says more. */
  readonly pool: number;
  /** In all. */
  readonly test: number;
  /** Whether validation rows are drawn from train. */
  readonly drawsValidation: boolean;
}

/** Rows of a class that steer the default search. */
const POOL = 32;
const PAPER = { train: 32, validation: 64 };
const TEST = { here: 2000, elsewhere: 300 };

/**
 * The default search uses all rows that steer it alike, so it draws none from train for validation unless the spec says how
 * many; the paper's search ranks its prompts on validation rows.
 */
export function quotasOf(spec: Spec): Quotas {
  const { rowsPerClass, testRows, validation: file } = spec.data;
  const test = testRows ?? (isTextModel(spec.taskModel) ? TEST.elsewhere : TEST.here);
  if (searchSettings(spec).proposals === null) {
    const { train = PAPER.train, validation = PAPER.validation } = rowsPerClass;
    return { train, validation, pool: Infinity, test, drawsValidation: file === undefined };
  }
  const { train = POOL, validation = POOL } = rowsPerClass;
  const isFree = rowsPerClass.train === undefined && rowsPerClass.validation === undefined;
  // Of a policy with a prompt for each input, rows that it did not learn from choose the best.
  const drawsValidation = file === undefined && (rowsPerClass.validation !== undefined || spec.prompt.perInput === true);
  return { train, validation, pool: isFree ? POOL : Infinity, test, drawsValidation };
}

/** How many of a class's rows each of the two files gives: half of the pool each, more where the other has too few. */
export function halves(pool: number, train: number, validation: number): { train: number; validation: number } {
  const ofValidation = Math.min(validation, Math.max(Math.floor(pool / 2), pool - train));
  return { train: Math.min(train, pool - ofValidation), validation: ofValidation };
}
