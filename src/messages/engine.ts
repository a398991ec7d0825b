/** What the extension host and an engine process call in each other; plain data for `serialization: 'advanced'`. */
import type { DatasetOutline, SuggestedWords } from '../checks/inspect';
import type { AskRequest } from '../model/server/editorModel';
import type { CandidateDetails, CandidateSummary } from '../run/view/candidates';
import type { HeldOut } from '../run/view/heldOut';
import type { ExportFormat } from '../run/report/exportRun';
import type { RunEvent } from '../run/events';
import type { PromptResult, RunResult } from '../run/result/result';
import type { RunTask } from '../run/store/task';
import type { Problem } from '../spec/problem';
import type { Channel } from './channel';
import type { Note } from '../wording/note';

export interface OptimizeJob {
  readonly specFile: string;
  /** The new run's folder. */
  readonly folder: string;
  readonly seed: number;
  /** As the spec says if absent. */
  readonly random?: boolean | undefined;
  readonly threads: number;
  /** Search for label words first, whatever the spec has. */
  readonly autoLabels?: boolean;
  /** Tokens of a prompt, in place of the spec's. */
  readonly promptLength?: number;
}

/** How a job that trains ends, unless it fails: with its result, or stopped at a step with the checkpoint written. */
export type RunEnd = { readonly result: RunResult } | { readonly stoppedAt: number };

/** An engine process does one job, or answers any number of questions about specs. */
export interface EngineMethods {
  optimize(job: OptimizeJob): Promise<RunEnd>;
  resume(job: { readonly folder: string }): Promise<RunEnd>;
  /** Scores prompts on the task of a run. */
  evaluate(job: {
    readonly folder: string;
    readonly prompts: readonly string[];
    readonly threads: number;
  }): Promise<readonly PromptResult[]>;
  /** Writes a run's scores on other models into its folder; resolves to a message for each model that failed. */
  transfer(job: { readonly folder: string; readonly models: readonly string[]; readonly threads: number }): Promise<readonly string[]>;
  /** Holds the run between two steps. */
  pause(): void;
  continue(): void;
  /** Ends the run within a step, with the checkpoint written. */
  stop(): void;
  /** Ends the search after its step, ranks its prompts and scores them on the held-out rows. */
  rankNow(): void;
  /** Replies if the engine is still alive. */
  ping(): Promise<void>;
  check(spec: {
    readonly text: string;
    readonly file: string;
    readonly data: boolean;
    readonly models: boolean;
  }): Promise<readonly Problem[]>;
  /** What the data of a spec holds, line by line; empty where it is too large to be read. */
  preview(spec: { readonly text: string; readonly file: string }): Promise<readonly string[]>;
  /** The held-out rows of a run, with what its prompts answer. */
  heldOut(folder: string): Promise<HeldOut>;
  /** What a run's search by reflection tried. */
  candidates(folder: string): Promise<readonly CandidateSummary[]>;
  candidate(of: { readonly folder: string; readonly id: number }): Promise<CandidateDetails>;
  exportRun(request: { readonly folder: string; readonly format: ExportFormat }): Promise<string>;
  inspect(file: string): Promise<DatasetOutline>;
  suggestWords(task: { readonly labels: readonly string[]; readonly model: string }): Promise<SuggestedWords>;
}

export interface HostMethods {
  /** The spec is read and the run's folder exists. */
  opened(task: RunTask): void;
  events(events: readonly RunEvent[]): void;
  /** The run rests between two steps. */
  paused(): void;
  notes(notes: { readonly notes: readonly Note[]; readonly warnings: readonly Problem[] }): void;
  /** Asks one of VS Code's language models. */
  ask(request: AskRequest): Promise<string>;
  /** Asks the user whether to use the model, given what it costs, or the script, given what it may do. */
  confirm(question: { readonly model: string; readonly lines: readonly string[] }): Promise<boolean>;
}

/** The host's side of the channel, and the engine's. */
export type EngineChannel = Channel<EngineMethods, HostMethods>;
export type HostChannel = Channel<HostMethods, EngineMethods>;
