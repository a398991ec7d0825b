/** What the extension host and the panel's page tell each other. Types only: plain data that survives `postMessage`. */
import type { Curves, PromptRow, RunHead, RunView } from '../run/view/runView';

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
