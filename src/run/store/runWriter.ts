import type { Checkpoint } from './checkpoint';
import type { RowHeader } from './rows/format';
import { byPrompt, type RowLog } from './rows/storedModel';
import { StorageError, type RunFolder } from './storage';

/** A file of lines: those of processes that worked on the run before, and what adds one. */
export interface Lines<T> {
  readonly before: readonly T[];
  add(line: T): void;
}

/** What a run writes to its folder. A write that fails ends the writing, not the run: the results so far are still worth showing. */
export class RunWriter {
  /** Why nothing is written any more. */
  error: StorageError | undefined;
  /** Every result on a row, before a search sees it. */
  readonly rows: RowLog;
  /** Where the stored results begin that are still to be replayed; undefined if there are none. */
  private readonly unplayed: () => number | undefined;

  /** @param from where the results after a checkpoint begin */
  constructor(
    readonly folder: RunFolder,
    header: RowHeader,
    from: number,
  ) {
    const known = byPrompt(folder.openRows(header, from));
    this.unplayed = () => ([...known.values()].some(({ size }) => size > 0) ? from : undefined);
    this.rows = {
      known: (split, ids) => known.get(`${split} ${ids.join()}`),
      keep: (results) => this.write(() => folder.appendRows(results)),
    };
  }

  /** @throws LockLost when another process took over the folder */
  write(action: (folder: RunFolder) => void): void {
    if (this.error) return;
    try {
      action(this.folder);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.error = error;
    }
  }

  lines<T>(file: string): Lines<T> {
    return {
      before: this.folder.readLines(file) as T[],
      add: (line) => this.write((folder) => folder.appendLines(file, [line])),
    };
  }

  checkpoint(state: Checkpoint): void {
    this.write((folder) => folder.writeCheckpoint(state, this.unplayed()));
  }
}
