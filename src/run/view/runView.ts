/** What the user sees of a run: plain data, made by `RunViewBuilder` and sent to the panel's page. */
import type { Part, Turn } from '../../spec/template';
import type { Operator } from '../../search/reflect/operators/operators';
import type { Price } from '../../spec/price';
import type { Proposer } from '../../spec/schema';
import type { Queries, StopReason } from '../../search/search';
import type { OutlookEvent, Stage } from '../events';
import type { PromptRow, RunResult, TransferScore } from '../result/result';
import type { Verdict } from '../result/verdict';
import type { Note } from '../../wording/note';

export type { Note, PromptRow, TransferScore };
export type { NextStep, Verdict } from '../result/verdict';

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
  /** The user's name for the run, else the task's: the spec's file name without its ending. */
  readonly name: string;
  /** The user keeps the run first in lists. */
  readonly pinned?: boolean;
  readonly state: RunState;
  readonly stage: Stage;
  readonly specFile: string;
  readonly taskModel: string;
  readonly policyModel: string;
  /** As text: of a chat, a line for each message. */
  readonly template: string;
  /** What tokens cost, if the spec says so. */
  readonly price?: Price;
  /** The template, parsed; of a chat, the parts of all messages. */
  readonly parts: readonly Part[];
  /** Of a chat. */
  readonly turns?: readonly Turn[] | undefined;
  /** Of a generation task: texts for each prompt and row, and the names of its metrics. Scores then stand where accuracies do. */
  readonly texts?: { readonly samples: number; readonly metrics: readonly string[] };
  /** Tokens of a prompt. */
  readonly promptLength: number;
  /** The label words that the run found, with their accuracy without a prompt beside that of the labels' own words. */
  readonly labelWords?: string;
  readonly seed: number;
  /** ISO 8601. */
  readonly created: string;
  /** Absent until the data is read. */
  readonly rows?: { readonly train: number; readonly validation: number; readonly test: number };
  /** Tokens that a prompt may be made of. */
  readonly actions?: number;
  readonly step: number;
  readonly steps: number;
  /** The stages of the run, in order. */
  readonly stages: readonly Stage[];
  /** Share of the stage that is done; in the search, of its steps or its queries, whichever ends it first. */
  readonly progress: number;
  /** Seconds of work so far, pauses left out. */
  readonly seconds: number;
  /** An estimate for the whole run, random search and the table included; null while there is too little to go by. */
  readonly secondsLeft: number | null;
  readonly queries: Queries;
  readonly queryBudget: number;
  /** Why the search ended, and that in words. */
  readonly reason?: StopReason;
  readonly ended?: string;
  /** Whether the user can end the search and have its prompts ranked now. */
  readonly rankable: boolean;
  /** The user asked for the ranking, which comes after the step. */
  readonly rankingSoon?: boolean;
  /** What the first scores say of the task, while nothing better is known. */
  readonly outlook?: Outlook;
  /** For `failed`: what happened and what to do. For `interrupted`: why the engine was killed, if it was. */
  readonly error?: string;
  /** For `failed`: the last lines of the engine's log. */
  readonly log?: readonly string[];
  /** Whether the run can be resumed. */
  readonly resumable: boolean;
  /** Remarks on data and models ("12 texts were cut …"). */
  readonly notes: readonly Note[];
  /** What a run that no process trains takes on disk, in words. */
  readonly size?: string;
  /** Of a finished run. */
  readonly summary?: RunSummary;
  readonly verdict?: Verdict;
}

/** Coded in the journal; here with its text. */
type Outlook = Omit<OutlookEvent, 'event'> & { readonly text: string };

export type RunSummary = Pick<
  RunResult,
  | 'maskToken'
  | 'call'
  | 'classes'
  | 'stopped'
  | 'seconds'
  | 'queries'
  | 'searches'
  | 'randomQueries'
  | 'randomTaskModel'
  | 'taskModelUse'
  | 'cost'
  | 'testQueries'
  | 'learning'
  | 'majorityBaseline'
  | 'pairedTest'
  | 'peakMemory'
  | 'perInput'
>;

type Columns<Name extends string> = { readonly [N in Name]: readonly number[] };

/** Series of the charts as columns, which are equally long in a group. `queries` are those that the budget counts. */
export interface Curves {
  /** One entry a step. */
  readonly steps: Columns<'queries' | 'mean' | 'best' | 'entropy'>;
  /** The greedy prompt of a policy, every few steps: `accuracy` is its estimate, `reward` on the scale of the training reward. */
  readonly greedy: Columns<'queries' | 'reward' | 'accuracy'>;
  /** Batches of random search, after the search. */
  readonly random: Columns<'queries' | 'mean' | 'best'>;
  /** Estimated accuracies in a search with a memory: the best prompt so far with its 95% interval, the mean of the step. */
  readonly estimates: Columns<'queries' | 'best' | 'low' | 'high' | 'mean'>;
  /** The best prompt so far of its control. */
  readonly randomEstimates: Columns<'queries' | 'best'>;
  /** Share of each proposer in the steps of a search with a memory. */
  readonly shares: Columns<'queries' | Proposer>;
  /** Estimated accuracy of the best prompt so far in a search by reflection, with its 95% interval. */
  readonly reflectEstimates: Columns<'queries' | 'best' | 'low' | 'high'>;
  /** What its proposer took so far. */
  readonly proposals: Columns<'queries' | 'calls' | 'tokens'>;
  /** Probability of each of its operators. */
  readonly operators: Columns<'queries' | Operator>;
}

export interface RunView {
  readonly head: RunHead;
  readonly curves: Curves;
  readonly rows: readonly PromptRow[];
}
