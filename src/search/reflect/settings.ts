import { OPERATORS, type Operator } from './operators/operators';

/** How the search by reflection works; each switch can be set back to what GEPA publishes. */
export interface ReflectSettings {
  /** Rows in a request. */
  readonly shown: number;
  /** `thompson`: the best by a draw from each candidate's posterior; `fronts`: in proportion to the rows that it is best on. */
  readonly parent: 'thompson' | 'fronts';
  /** `strict`: strictly higher on the shown rows; `race`: drops a child that is not higher on its first rows, and races the others. */
  readonly gate: 'race' | 'strict';
  /** `race`: ends the validation of a child that is unlikely to be better than its parent; `full`: all rows. */
  readonly validation: 'race' | 'full';
  readonly operators: readonly Operator[];
  /** Whether operators are chosen by what they gained; otherwise evenly. */
  readonly learnOperators: boolean;
  /** Proposals in flight at once. */
  readonly parallel: number;
  /** What a hundred tokens more must gain at the gate, in score. */
  readonly lengthPenalty: number;
  /** Whether proposals that copy training rows are refused. */
  readonly copyGuard: boolean;
}

export const DEFAULTS: ReflectSettings = {
  shown: 3,
  parent: 'thompson',
  gate: 'strict',
  validation: 'full',
  operators: OPERATORS,
  learnOperators: true,
  parallel: 2,
  lengthPenalty: 0,
  copyGuard: true,
};

/** The settings that GEPA publishes (Agrawal et al., arXiv 2507.19457). */
export const GEPA: ReflectSettings = {
  shown: 3,
  parent: 'fronts',
  gate: 'strict',
  validation: 'full',
  operators: ['reflect'],
  learnOperators: false,
  parallel: 1,
  lengthPenalty: 0,
  copyGuard: false,
};

/** The gate's race: first rows, rows at a time, most rows, and how sure it has to be. */
export const GATE = { first: 8, more: 8, most: 32, sure: 0.8 } as const;
/** A validation that is a race goes on by so many rows while the child may be better than its parent, and ends where it surely is. */
export const VALIDATE = { more: 16, hopeless: 0.2, sure: 0.99 } as const;
/** Rows that a start is scored on before anything else. */
export const START_ROWS = 64;
/** Examples that the operator `examples` shows. */
export const EXAMPLES = 4;
/** Candidates that get scores on all rows at the end. */
export const FINALISTS = 4;
