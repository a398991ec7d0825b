import { OPERATORS, type Operator } from './operators/operators';

/** How the search by reflection works; each switch can be set back to what GEPA publishes. */
export interface ReflectSettings {
  /** Rows of a request at first, and mistakes until which further rows are drawn; 0: none. */
  readonly shown: number;
  readonly mistakes: number;
  /** Children that win one after the other, and proposals in a row that lead nowhere, before further rows tell how good the last child is. */
  readonly chain: number;
  readonly failures: number;
  /** Whether the best gets scores on the rows that requests show, too. */
  readonly promote: boolean;
  /** `thompson`: the best by a draw from each candidate's posterior; `fronts`: in proportion to the rows that it is best on; `mixed`: half of the time so, else the best. */
  readonly parent: 'thompson' | 'fronts' | 'mixed';
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
  mistakes: 2,
  chain: 3,
  failures: 4,
  promote: true,
  parent: 'mixed',
  gate: 'strict',
  validation: 'race',
  operators: OPERATORS,
  learnOperators: true,
  parallel: 1,
  lengthPenalty: 0,
  copyGuard: true,
};

/** The settings that GEPA publishes (Agrawal et al., arXiv 2507.19457). */
export const GEPA: ReflectSettings = {
  shown: 3,
  mistakes: 0,
  chain: 1,
  failures: 1,
  promote: false,
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
/** A validation that is a race continues by so many rows while the child may be better than its parent, until it is this unlikely. */
export const VALIDATE = { more: 16, hopeless: 0.3 } as const;
/** Rows drawn at once, and at most, to find mistakes. */
export const AT_ONCE = 1;
export const MOST_ROWS = 12;
/** Candidates that are promoted after a new one, while the best is another. */
export const PROMOTED = 2;
/** How much the operator `reflect` is preferred at first, in the exponent of its weight. */
export const PREFERRED = 3;
/** Rows that a start is scored on before anything else. */
export const START_ROWS = 64;
/** Examples that the operator `examples` shows. */
export const EXAMPLES = 4;
/** Candidates that get scores on all rows at the end. */
export const FINALISTS = 4;
/** A budget of so many times the pool has room for scores of the best one's instruction and of its examples, each alone. */
export const ROOM_FOR_PARTS = 20;
