import type { Ask } from '../model/server/editorModel';
import type { Problem } from '../spec/problem';
import type { ProgressEvent, RunEvent } from './events';
import type { RunTask } from './store/task';
import type { Note } from '../wording/note';

/** What a job needs of the front end that runs it: a terminal, or an editor. */
export interface FrontEnd {
  /** Aborts when the user stops the job. */
  readonly signal: AbortSignal;
  /** Asks one of VS Code's models; absent outside VS Code. */
  readonly ask?: Ask | undefined;
  /** Remarks on data and models, all that there are so far, and warnings about the spec. */
  notes(notes: readonly Note[], warnings: readonly Problem[]): void;
  /** What the job is doing. A passing text, as of a download, may be replaced by the next one. */
  status(text: string, passing?: boolean): void;
  /** How far the job is before its run begins. */
  progress?(event: ProgressEvent): void;
  /** Whether the user agrees to use a model, given what that downloads or asks of a server. @throws Declined if the front end is not interactive */
  consent(model: string, lines: readonly string[]): Promise<boolean>;
  /** Whether the user agrees to run a script, given what it may do. @throws Declined if the front end is not interactive */
  allowScript(name: string, lines: readonly string[]): Promise<boolean>;
}

/** What a run needs beside that. */
export interface RunFrontEnd extends FrontEnd {
  /** Aborts when the user wants the search to end and its prompts to be ranked now. */
  readonly rankNow?: AbortSignal | undefined;
  /** A promise to wait for while the run is paused. */
  pause?(): Promise<void> | undefined;
  /** The run's folder is there: made, or found again. */
  opened(folder: string, task: RunTask): void;
  /** Events as they happen; `replayed` are those from before the run was resumed. */
  events(events: readonly RunEvent[], replayed: boolean): void;
}
