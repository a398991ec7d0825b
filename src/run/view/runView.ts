/** What the user sees of a run: plain data, made by `RunViewBuilder` and sent to the panel's page. */
import type { Part } from '../../spec/template';
import type { Queries, StopReason } from '../../search/search';
import type { Stage } from '../events';
import type { PromptRow, RunResult, TransferScore } from '../result';
import type { Verdict } from '../verdict';

export type { PromptRow, TransferScore };
export type { NextStep, Verdict } from '../verdict';

/**
 * `queued` waits for another run; `starting` opens models and data; `interrupted` has a checkpoint or a journal on disk and no
 * process; `elsewhere` trains in a process that this window did not start; `failed` ended with an error.
 */
export type RunState =
  'queued' | 'starting' | 'running' | 'pausing' | 'paused' | 'stopping' | 'interrupted' | 'elsewhere' | 'failed' | 'finished';

/** What a run is, and how far it is: small, sent whole with every update. */
export interface RunHead {
  /** The run's folder: what names it everywhere. */
  readonly id: string;
  /** The task's name: the spec's file name without its ending. */
  readonly name: string;
  readonly state: RunState;
  readonly stage: Stage;
  readonly specFile: string;
  readonly taskModel: string;
  readonly policyModel: string;
  readonly template: string;
  /** The template, parsed. */
  readonly parts: readonly Part[];
  /** Tokens of a prompt. */
  readonly promptLength: number;
  readonly seed: number;
  /** ISO 8601. */
  readonly created: string;
  /** Absent until the data is read. */
  readonly rows?: { readonly train: number; readonly validation: number; readonly test: number };
  /** Tokens that a prompt may be made of. */
  readonly actions?: number;
  readonly step: number;
  readonly steps: number;
  /** Seconds of work so far, pauses left out. */
  readonly seconds: number;
  /** An estimate for the whole run, random search and the table included; null while there is too little to go by. */
  readonly secondsLeft: number | null;
  readonly queries: Queries;
  readonly queryBudget: number;
  /** Why training ended. */
  readonly reason?: StopReason;
  /** For `failed`: what happened and what to do. For `interrupted`: why the engine was killed, if it was. */
  readonly error?: string;
  /** For `failed`: the last lines of the engine's log. */
  readonly log?: readonly string[];
  /** Whether the run can be resumed. */
  readonly resumable: boolean;
  /** Remarks on data and models ("12 texts were cut …"). */
  readonly notes: readonly string[];
  /** Of a finished run. */
  readonly summary?: RunSummary;
  readonly verdict?: Verdict;
}

export type RunSummary = Pick<
  RunResult,
  | 'maskToken'
  | 'classes'
  | 'stopped'
  | 'seconds'
  | 'queries'
  | 'randomQueries'
  | 'testQueries'
  | 'learning'
  | 'majorityBaseline'
  | 'pairedTest'
  | 'peakMemory'
>;

/** Series of the charts as columns; the arrays of a group are equally long. */
export interface Curves {
  /** One entry a training step. */
  readonly steps: {
    readonly step: readonly number[];
    readonly mean: readonly number[];
    readonly best: readonly number[];
    readonly entropy: readonly number[];
    readonly loss: readonly number[];
  };
  /** The greedy prompt, every few steps; `accuracy` is a share, `reward` on the scale of the training reward. */
  readonly validation: {
    readonly step: readonly number[];
    readonly reward: readonly number[];
    readonly accuracy: readonly number[];
  };
  /** Batches of random search, after the training. */
  readonly random: { readonly step: readonly number[]; readonly mean: readonly number[]; readonly best: readonly number[] };
}

export interface RunView {
  readonly head: RunHead;
  readonly curves: Curves;
  readonly rows: readonly PromptRow[];
}
