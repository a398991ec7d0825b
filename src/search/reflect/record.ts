import type { Operator } from './operators/operators';
import type { Refusal } from './proposal';

/**
 * A line of a run's `candidates.jsonl`: a proposal, whatever became of it, or an instruction that the search started from. A
 * later line with the same `id` brings some of its fields anew.
 */
export interface CandidateRecord {
  readonly id: number;
  /** By `id`; none for a start. The first is the one that the gate compares with and a diff shows; a second was recombined with it. */
  readonly parents: readonly number[];
  /** What made it. */
  readonly operator: Operator | 'start';
  /** `kept`: won at its gate, so that it may become a parent; with a `validation`, a finalist. `dropped`: lost at the gate or in validation. `refused`: never tried. */
  readonly state: 'kept' | 'dropped' | 'refused';
  readonly refused?: Refusal;
  /** What goes into the template's `{prompt}`, its examples included; absent where the answer held none that could be shown. */
  readonly text?: string;
  /** How many rows of the training data the text shows as examples. */
  readonly examples: number;
  /** What the proposer said beside the instruction, cut where it is long; of one that `failed`, why. */
  readonly reason?: string;
  readonly gate?: GateRecord;
  /** Estimated score in [0, 1] by so many validation rows. */
  readonly validation?: { readonly estimate: number; readonly rows: number };
  /** Queries of the task model that it took, those of its parent for it included, and those of the search so far. */
  readonly queries: number;
  readonly queriesSoFar: number;
  /** Of the rows that told how good it is, once it was the last of its chain. */
  readonly furtherQueries?: number;
  /** What the proposer took for it; absent where it was not asked. */
  readonly proposer?: Usage;
  /** The search's step, 0 for a start. */
  readonly step: number;
}

/** What became of a candidate later. */
export type CandidateUpdate = Pick<CandidateRecord, 'id'> & Partial<Pick<CandidateRecord, 'state' | 'validation' | 'furtherQueries'>>;

/** Calls of the proposer and their tokens, of request and answer together. */
export interface Usage {
  readonly calls: number;
  readonly tokens: number;
  /** Whether the server counted them all; else a fourth of the characters stands for some. */
  readonly counted: boolean;
}

/** Child against parent on the same training rows. */
export interface GateRecord {
  readonly rows: readonly GateRow[];
  /** Mean difference of the scores, in [−1, 1], and the probability that the child is better. */
  readonly gain: number;
  readonly better: number;
  readonly passed: boolean;
}

export interface GateRow {
  /** Of the training rows, from 0. */
  readonly row: number;
  /** Its text, cut where it is long, and what is expected. */
  readonly input: string;
  readonly expected: string;
  /** Score in [0, 1] and answer of the parent and of the child; null where the row failed. */
  readonly parent: Answered | null;
  readonly child: Answered | null;
}

export interface Answered {
  readonly score: number;
  readonly got: string;
}
