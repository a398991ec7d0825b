/**
 * Every message between the extension host, the engine process and the panel's page. Types only: each side brings its own
 * code. All of it is plain data that survives `postMessage` and process messages with `serialization: 'advanced'`.
 */
import type { AskFailure } from '../model/server/editorModel';
import type { Message } from '../model/server/chat';
import type { RunEvent } from '../run/events';
import type { Origin, PromptResult, RunResult, SplitScore, TestScore } from '../run/result';
import type { StopReason } from '../run/events';
import type { RunTask } from '../run/store/task';
import type { Problem } from '../spec/problem';

// ---------------------------------------------------------------- what a person sees of a run

/**
 * `queued` waits for another run; `starting` opens models and data; `interrupted` has a checkpoint or a journal on disk and no
 * process; `elsewhere` trains in a process that this window did not start; `failed` ended with an error; the rest say themselves.
 */
export type RunState = 'queued' | 'starting' | 'running' | 'paused' | 'stopping' | 'interrupted' | 'elsewhere' | 'failed' | 'finished';

export type RunStage = 'policy' | 'ranking' | 'random' | 'test' | 'finished';

/** What a run is, and how far it is: small, sent whole with every update. */
export interface RunHead {
  /** The run's folder: what names it everywhere. */
  readonly id: string;
  /** The task's name: the spec's file name without its ending. */
  readonly name: string;
  readonly state: RunState;
  readonly stage: RunStage;
  readonly specFile: string;
  readonly taskModel: string;
  readonly policyModel: string;
  readonly template: string;
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
  readonly queries: { readonly asked: number; readonly computed: number };
  readonly queryBudget: number;
  /** Why training ended. */
  readonly reason?: StopReason;
  /** For `failed`: what happened and what to do, for people. */
  readonly error?: string;
  /** For `failed`: the last lines of the engine's log. */
  readonly log?: readonly string[];
  /** Whether the run can be taken up where it stopped. */
  readonly resumable: boolean;
  /** Remarks on data and models ("12 texts were cut …"). */
  readonly notes: readonly string[];
  /** Of a finished run. */
  readonly summary?: RunSummary;
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

/** A line of the table. While a run trains: baselines and greedy prompts so far; afterwards the ranked result. */
export interface PromptRow {
  readonly rank: number;
  readonly prompt: string;
  readonly pieces: readonly string[];
  readonly tokens?: readonly number[];
  /** `evaluated`: typed or selected by the person, after the run. */
  readonly origin: Origin | 'evaluated';
  readonly gap: number;
  readonly train: SplitScore;
  readonly validation: SplitScore;
  readonly test?: TestScore;
  readonly perplexity?: number | null;
  readonly roundTrip?: boolean;
  /** Held-out accuracy on other models, by model reference. */
  readonly transfer?: Readonly<Record<string, TransferScore>>;
}

export interface TransferScore {
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly n: number;
}

export interface RunView {
  readonly head: RunHead;
  readonly curves: Curves;
  readonly rows: readonly PromptRow[];
}

// ---------------------------------------------------------------- host ⇄ page

export interface PageSettings {
  /** Weight of the past in the smoothed curve, 0 (none) to 0.99. */
  readonly smoothing: number;
  /** False in an untrusted workspace: nothing can be started. */
  readonly trusted: boolean;
}

/** What has come since the last message; columns are to be put behind those the page has. */
export interface RunUpdate {
  readonly id: string;
  readonly head: RunHead;
  readonly append: Curves;
  /** The table, when it changed. */
  readonly rows?: readonly PromptRow[];
}

export type ToPage =
  /** Everything, when the page appears; replaces what it has. With `other`, two runs are compared. */
  | { readonly type: 'snapshot'; readonly view: RunView; readonly other?: RunView; readonly settings: PageSettings }
  /** At most ten a second, while the page is visible. */
  | { readonly type: 'update'; readonly update: RunUpdate }
  | { readonly type: 'settings'; readonly settings: PageSettings }
  /**
   * A prompt of the person's is being scored (`busy`), could not be (`error`), or was: `prompt`, as the rows have it that come next.
   * None of them: it was cancelled.
   */
  | { readonly type: 'evaluation'; readonly busy: boolean; readonly error?: string; readonly prompt?: string }
  /** The run's folder is gone. */
  | { readonly type: 'gone'; readonly id: string };

export type InsertForm = 'string' | 'function';

export type FromPage =
  /** The page has its listeners and wants a snapshot. */
  | { readonly type: 'ready' }
  | { readonly type: 'pause' }
  | { readonly type: 'continue' }
  | { readonly type: 'stop' }
  /** Take an interrupted or failed run up again. */
  | { readonly type: 'resume' }
  /** `row` is the index into the rows last sent; `prompt` its text, so that a late click never inserts another prompt. */
  | { readonly type: 'insert'; readonly row: number; readonly prompt: string; readonly form: InsertForm }
  | { readonly type: 'copy'; readonly row: number; readonly prompt: string }
  | { readonly type: 'evaluate'; readonly prompt: string }
  | { readonly type: 'transfer' }
  | { readonly type: 'compare' }
  | { readonly type: 'export'; readonly format: 'csv' | 'markdown' }
  | { readonly type: 'copyCommand' }
  | { readonly type: 'openSpec' }
  | { readonly type: 'showLog' };

/** What the page keeps through `setState`, and what a panel is restored from after the window was reloaded. */
export interface PageState {
  readonly id: string;
  readonly other?: string;
}

// ---------------------------------------------------------------- host ⇄ engine process

/** What an engine process is forked for. It does the one job and ends, but for `serve`, which answers questions. */
export type Job =
  | {
      readonly type: 'optimize';
      readonly specFile: string;
      readonly folder: string;
      readonly seed: number;
      readonly random: boolean;
      readonly threads: number;
    }
  | { readonly type: 'resume'; readonly folder: string; readonly threads: number }
  /** Scores prompts on the task of a run, or of a spec. */
  | {
      readonly type: 'evaluate';
      readonly task: { readonly folder: string } | { readonly specFile: string };
      readonly prompts: readonly string[];
      readonly threads: number;
    }
  | { readonly type: 'transfer'; readonly folder: string; readonly models: readonly string[]; readonly threads: number }
  | { readonly type: 'serve' };

export type ToEngine =
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'pause' }
  | { readonly type: 'continue' }
  /** Ends at the next step, with the checkpoint written. */
  | { readonly type: 'stop' }
  | { readonly type: 'question'; readonly id: number; readonly question: Question }
  | { readonly type: 'answer'; readonly id: number; readonly text: string }
  | { readonly type: 'noAnswer'; readonly id: number; readonly reason: AskFailure; readonly message: string };

/** What the host asks a serving engine. */
export type Question =
  | { readonly type: 'check'; readonly text: string; readonly file: string; readonly data: boolean; readonly models: boolean }
  | { readonly type: 'inspect'; readonly file: string }
  | { readonly type: 'suggestWords'; readonly labels: readonly string[]; readonly model: string };

export type FromEngine =
  /** The task is read and the run's folder made, or found again. */
  | { readonly type: 'opened'; readonly task: RunTask }
  | { readonly type: 'events'; readonly events: readonly RunEvent[] }
  | { readonly type: 'notes'; readonly notes: readonly string[]; readonly warnings: readonly Problem[] }
  | { readonly type: 'paused' }
  | { readonly type: 'continued' }
  | { readonly type: 'finished'; readonly result: RunResult }
  | { readonly type: 'stopped'; readonly step: number }
  | { readonly type: 'evaluated'; readonly prompts: readonly PromptResult[] }
  /** The columns are in the run's folder; `errors` names the models that gave none, and why. */
  | { readonly type: 'transferred'; readonly errors: readonly string[] }
  | { readonly type: 'failed'; readonly message: string; readonly problems: readonly Problem[] }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'noReply'; readonly id: number; readonly message: string; readonly problems: readonly Problem[] }
  /** A question to one of VS Code's language models. */
  | { readonly type: 'ask'; readonly id: number; readonly model: string; readonly messages: readonly Message[] }
  /** What is to be sent to a server is only sent once the person says so: `answer` or `noAnswer`. */
  | { readonly type: 'confirm'; readonly id: number; readonly model: string; readonly lines: readonly string[] };
