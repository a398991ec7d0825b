/** What the extension host and the panel's page call in each other; plain data that survives `postMessage`. */
import type { CandidateDetails, CandidateSummary } from '../run/view/candidates';
import type { HeldOut } from '../run/view/heldOut';
import type { ExportFormat } from '../run/report/exportRun';
import type { Difference } from '../run/view/compare';
import type { Curves, NextStep, PromptRow, RunHead, RunView } from '../run/view/runView';

export type { Difference } from '../run/view/compare';

export type { CandidateDetails, CandidateSummary } from '../run/view/candidates';
export type { HeldOut, HeldOutAnswers, HeldOutClasses } from '../run/view/heldOut';
export type { HeldOutOutputs, HeldOutTexts } from '../run/view/heldOutTexts';
export type { ExportFormat } from '../run/report/exportRun';

export interface PageSettings {
  /** Weight of the past in the smoothed curve, 0 (none) to 0.99. */
  readonly smoothing: number;
  /** False in an untrusted workspace, where nothing may run. */
  readonly trusted: boolean;
  /** Whether a prompt can be inserted as a function into the editor that was used last. */
  readonly functions: boolean;
}

/** Everything that the page shows; with `others`, it compares runs. */
export interface Snapshot {
  readonly view: RunView;
  readonly others?: readonly RunView[];
  /** Fields in which the compared runs differ, in the order of the runs. */
  readonly differences?: readonly Difference[];
  readonly settings: PageSettings;
}

/** What changed in one run since the last message; the curves are appended to those that the page has. */
export interface RunUpdate {
  readonly id: string;
  readonly head: RunHead;
  readonly append: Curves;
  /** The table, if it changed. */
  readonly rows?: readonly PromptRow[];
}

/** A prompt is being evaluated (`busy`), could not be (`error`), or was: `prompt`, as the next rows have it. Else it was canceled. */
export interface EvaluationState {
  readonly busy: boolean;
  readonly error?: string;
  readonly prompt?: string;
}

export interface PageMethods {
  /** Replaces all that the page has. */
  snapshot(snapshot: Snapshot): void;
  /** At most ten a second for each run, while the page is visible. */
  update(update: RunUpdate): void;
  settings(settings: PageSettings): void;
  evaluation(state: EvaluationState): void;
  /** The run's folder no longer exists. */
  gone(): void;
}

/** `row` is the index in the last rows; its text is sent along, so that a late click never takes another prompt. */
export interface RowReference {
  readonly row: number;
  readonly prompt: string;
}

/** `prompts` and `call` are of a policy that gives each input a prompt: a list of its prompts, or code that asks it. */
export type InsertForm = 'string' | 'function' | 'classifier' | 'prompts' | 'call';

export interface PanelMethods {
  /** The page listens, and wants a snapshot. */
  ready(): void;
  pause(): void;
  continue(): void;
  stop(): void;
  rankNow(): void;
  resume(): void;
  insert(row: RowReference & { readonly form: InsertForm }): void;
  copy(row: RowReference): void;
  evaluate(prompt: string): void;
  transfer(): void;
  compare(): void;
  export(format: ExportFormat): void;
  copyCommand(): void;
  openSpec(): void;
  /** Starts a run of the spec that searches for other label words first. */
  tryLabelWords(): void;
  /** Runs again with a longer prompt, picks a model, or opens the spec at the field that the step is about. */
  editSpec(step: NextStep): void;
  showLog(): void;
  /** The same of any run, to compare it. */
  heldOutOf(run: string): Promise<HeldOut>;
  /** The held-out rows with the answers of the run's prompts. */
  heldOut(): Promise<HeldOut>;
  /** What the run's search by reflection tried, and one of that in full. */
  candidates(): Promise<readonly CandidateSummary[]>;
  candidate(id: number): Promise<CandidateDetails>;
  /** Opens the data file that the held-out rows come from, at a line. */
  openRow(line: number): void;
}

/** What the page keeps with `setState`; after the window reloads, its panel is restored from it. */
export interface PageState {
  readonly id: string;
  readonly others?: readonly string[];
  /** Of pages before there were `others`. */
  readonly other?: string;
}
