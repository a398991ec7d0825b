import { OPERATORS, type Operator } from './operators/operators';

/** How the search by reflection works; each switch can be set back to what GEPA publishes. */
export interface ReflectSettings {
  /** Rows in a request. */
  readonly shown: number;
  /** Whether known mistakes of the parent are shown; otherwise the next rows of a shuffled epoch, and none if all are right. */
  readonly knownMistakes: boolean;
  /** `race`: drops a child that is not higher on its first rows, and races the others; `strict`: strictly higher on the shown rows. */
  readonly gate: 'race' | 'strict';
  /** `race`: ends the validation of a child that is unlikely to be the best; `full`: all rows. */
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
  shown: 6,
  knownMistakes: true,
  gate: 'race',
  validation: 'race',
  operators: OPERATORS,
  learnOperators: true,
  parallel: 4,
  lengthPenalty: 0.02,
  copyGuard: true,
};

/** The settings that GEPA publishes (Agrawal et al., arXiv 2507.19457). */
export const GEPA: ReflectSettings = {
  shown: 3,
  knownMistakes: false,
  gate: 'strict',
  validation: 'full',
  operators: ['reflect'],
  learnOperators: false,
  parallel: 1,
  lengthPenalty: 0,
  copyGuard: false,
};

/** The gate's race: first rows, most rows, and how sure it has to be. */
export const GATE = { first: 8, more: 8, most: 32, sure: 0.8 } as const;
/** Validation goes on by so many rows while the child may still be the best. */
export const VALIDATE = { more: 16, hopeless: 0.2 };
/** Examples that the operator `examples` shows. */
export const EXAMPLES = 4;
/** Candidates that get scores on all rows at the end. */
export const FINALISTS = 4;
