import type { PromptForm } from '../prompt';
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

export function formOf({ instruction, examples }: Pick<Candidate, 'instruction' | 'examples'>): PromptForm {
  if (examples.length === 0) return 'instruction';
  return instruction === '' ? 'examples' : 'both';
}
