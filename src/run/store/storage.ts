import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import { FileLock } from '../../files/lock';
import { makeFolder } from '../../files/ownFolder';
import { replaceFile } from '../../files/replaceFile';
import type { Learned } from '../../model/server/opening';
import type { InputPolicy } from '../../search/inputPolicy';
import { CodedError } from '../../wording/wording';
import type { JournalEvent } from '../events';
import { quote } from '../report/shell';
import type { RunResult } from '../result/result';
import { CHECKPOINT_FORMAT, type Checkpoint } from './checkpoint';
import { parseLines } from './lines';
import { parseResult } from './resultFile';
import type { RowHeader, RowResults } from './rows/format';
import { CANDIDATES, EVALUATED_ROWS, EVALUATED_TEXTS, OPENING, ROWS, TEXTS } from './rows/names';
import { RowFile } from './rows/rowFile';
import type { RunTask } from './task';
import { parseTask } from './taskFile';
import { encodeTexts, readTexts, withMore, type KeptTexts } from './texts';
import { parseTransfer, type TransferResult } from './transferFile';

/** The run's folder cannot be written. */
export class StorageError extends CodedError<'run.cannotWrite'> {
  constructor(folder: string, cause: unknown) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    super('run.cannotWrite', { folder, code, reason: message });
    this.cause = cause;
  }
}

/** Another process took over the run's folder, so this one must not write there. */
export class LockLost extends CodedError<'run.lockLost'> {}
/** A checkpoint with the lengths of the journal and, unless an older version wrote it, of the row file. */
export type SavedCheckpoint = Checkpoint & {
  readonly journalOffset: number;
  readonly rowsOffset?: number;
  readonly candidatesOffset?: number;
};

/** A run on disk: `task.json`, `events.jsonl`, `rows.bin`, `checkpoint`, `result.json`. Writing is all or nothing, file by file. */
export class RunFolder {
  private journal: number | undefined;
  private offset = 0;
  private rows: RowFile | undefined;
  private lock: FileLock | undefined;

  constructor(readonly path: string) {}

  /** Makes the folder and an empty journal. @throws StorageError; Error where a run lies there already, which is never written over */
  create(task: RunTask): void {
    if (existsSync(this.file('task.json'))) throw new CodedError('run.folderTaken', { folder: this.path, quoted: quote(this.path) });
    this.guard(() => {
      makeFolder(this.path);
      // The journal first: where there is a task.json, there is a journal to resume.
      this.journal = openSync(this.file('events.jsonl'), 'w');
      rmSync(this.file(CANDIDATES), { force: true });
      this.replace('task.json', `${JSON.stringify(task, null, 2)}\n`);
    });
  }

  /** From here on, each write checks the lock first; none is checked without one. */
  writeUnder(lock: FileLock | undefined): void {
    this.lock = lock;
  }

  /** Opens the journal again and cuts it, and the file of candidates, back to where the checkpoint was written. */
  reopen(offset: number, candidates = 0): void {
    this.guard(() => {
      if (existsSync(this.file(CANDIDATES))) truncateSync(this.file(CANDIDATES), Math.min(candidates, this.candidatesOffset));
      this.journal = openSync(this.file('events.jsonl'), 'r+');
      ftruncateSync(this.journal, offset);
      this.offset = offset;
    });
  }

  /** What servers answered while the run's models were opened; undefined in a run of an earlier version, or where it is damaged: they are asked again. */
  readOpening(): Learned | undefined {
    if (!existsSync(this.file(OPENING))) return undefined;
    try {
      return JSON.parse(gunzipSync(readFileSync(this.file(OPENING))).toString('utf8')) as Learned;
    } catch {
      return undefined;
    }
  }

  writeOpening(learned: Learned): void {
    this.guard(() => this.replace(OPENING, gzipSync(JSON.stringify(learned))));
  }

  /** The lines of a file of JSON lines, without what a crash cut short, which is removed; none if it is not there. @throws CodedError */
  readLines(name: string): unknown[] {
    if (!existsSync(this.file(name))) return [];
    const text = readFileSync(this.file(name), 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) this.guard(() => truncateSync(this.file(name), Buffer.byteLength(whole)));
    return parseLines(whole, this.file(name));
  }

  appendLines(name: string, values: readonly unknown[]): void {
    const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('');
    this.guard(() => appendFileSync(this.file(name), lines, { mode: 0o600 }));
  }

  append(event: JournalEvent): void {
    this.guard(() => {
      const line = Buffer.from(`${JSON.stringify(event)}\n`);
      for (let written = 0; written < line.length;)
        written += writeSync(this.journal!, line, written, line.length - written, this.offset + written);
      this.offset += line.length;
    });
  }

  /** Opens the file of row results; returns those that were stored after a checkpoint, whose `rowsOffset` that is. */
  openRows(header: RowHeader, offset = 0): readonly RowResults[] {
    this.guard(() => {
      this.rows = RowFile.open(this.file(ROWS), header);
    });
    return this.rows!.before.filter((group) => group.offset >= offset);
  }

  appendRows(results: readonly RowResults[]): void {
    this.guard(() => this.rows!.append(results));
  }

  /** Adds results to those of prompts that were evaluated later; other jobs may do so at the same time. @throws StorageError */
  async keepEvaluatedRows(header: RowHeader, results: readonly RowResults[]): Promise<void> {
    if (results.length === 0) return;
    await this.alone(EVALUATED_ROWS, () => {
      const file = RowFile.open(this.file(EVALUATED_ROWS), header);
      file.append(results);
      file.close();
    });
  }

  /** What the prompts of a run wrote for held-out rows. */
  writeTexts(texts: KeptTexts): void {
    this.guard(() => this.replace(TEXTS, encodeTexts(texts)));
  }

  /** Likewise of prompts that were evaluated later. @throws StorageError */
  async keepEvaluatedTexts(texts: KeptTexts): Promise<void> {
    const file = this.file(EVALUATED_TEXTS);
    await this.alone(EVALUATED_TEXTS, () => replaceFile(file, encodeTexts(withMore(readTexts(file), texts))));
  }

  /**
   * Writes the checkpoint with the other files' lengths; the old one stays until the new one is whole. `rowsOffset` is where the
   * results begin that a resumed run has not replayed yet.
   */
  writeCheckpoint(state: Checkpoint, rowsOffset = this.rows?.offset): void {
    this.guard(() => {
      fsyncSync(this.journal!);
      this.rows?.sync();
      this.replace('checkpoint', serialize({ ...state, journalOffset: this.offset, rowsOffset, candidatesOffset: this.candidatesOffset }));
    });
  }

  private get candidatesOffset(): number {
    return statSync(this.file(CANDIDATES), { throwIfNoEntry: false })?.size ?? 0;
  }

  hasCheckpoint(): boolean {
    return existsSync(this.file('checkpoint'));
  }

  /** Undefined where there is none. @throws CodedError when it cannot be read: a run must not start over without being told to */
  readCheckpoint(): SavedCheckpoint | undefined {
    if (!this.hasCheckpoint()) return undefined;
    const file = this.file('checkpoint');
    let state: object | null;
    try {
      state = deserialize(readFileSync(file)) as object | null;
    } catch (error) {
      throw new CodedError('run.damagedCheckpoint', { file, reason: (error as Error).message });
    }
    if (typeof state !== 'object' || state === null || !('journalOffset' in state && 'stage' in state))
      throw new CodedError('run.damagedCheckpoint', { file });
    if (!('format' in state) || state.format !== CHECKPOINT_FORMAT) throw new CodedError('run.olderCheckpoint', { file });
    return state as SavedCheckpoint;
  }

  hasResult(): boolean {
    return existsSync(this.file('result.json'));
  }

  /** @throws CodedError when there is none that can be read */
  readResult(): RunResult {
    const file = this.file('result.json');
    if (!this.hasResult()) throw new CodedError('run.noResult', { file });
    return parseResult(readFileSync(file, 'utf8'), file);
  }

  /** @throws CodedError when there is none that can be read */
  readPolicy(): InputPolicy {
    const file = this.file('policy');
    if (!existsSync(file)) throw new CodedError('run.noPolicy', { folder: this.path });
    let policy: Partial<InputPolicy> | null;
    try {
      policy = deserialize(readFileSync(file)) as Partial<InputPolicy> | null;
    } catch (error) {
      throw new CodedError('run.damagedPolicy', { file, reason: (error as Error).message });
    }
    if (!policy?.weights || typeof policy.hiddenSize !== 'number' || !Array.isArray(policy.actions))
      throw new CodedError('run.damagedPolicy', { file });
    return policy as InputPolicy;
  }

  /** The scores on other models; undefined where there are none that can be read. */
  readTransfer(): TransferResult | undefined {
    return parseTransfer(this.read('transfer.json') ?? '');
  }

  writePolicy(policy: InputPolicy): void {
    this.guard(() => this.replace('policy', serialize(policy)));
  }

  writeResult(result: RunResult): void {
    this.guard(() => this.replace('result.json', `${JSON.stringify(result, null, 2)}\n`));
  }

  /** @throws CodedError when the folder is not a run */
  readTask(): RunTask {
    return parseTask(this.read('task.json') ?? '', this.path);
  }

  /**
   * Changes a file that several jobs may change at once, such as one of evaluated prompts: reads it, changes its content, and
   * writes it while no other process does. A damaged file is renamed to `NAME.damaged`, so it is not overwritten.
   */
  async update<T>(name: string, isWhole: (value: unknown) => boolean, change: (before: T | undefined) => T): Promise<void> {
    await this.alone(name, () => {
      replaceFile(this.file(name), `${JSON.stringify(change(this.readOrPutAside(name, isWhole) as T | undefined), null, 2)}\n`);
    });
  }

  /** Does something with a file while no other process does. @throws StorageError */
  private async alone(name: string, action: () => void): Promise<void> {
    let lock: FileLock | undefined;
    try {
      lock = await FileLock.wait(this.file(`${name}.lock`));
      action();
    } catch (error) {
      throw new StorageError(this.path, error);
    } finally {
      lock?.release();
    }
  }

  /** The text of a file; undefined if it is not there. */
  read(name: string): string | undefined {
    return existsSync(this.file(name)) ? readFileSync(this.file(name), 'utf8') : undefined;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  close(): void {
    if (this.journal !== undefined) closeSync(this.journal);
    this.journal = undefined;
    this.rows?.close();
    this.rows = undefined;
  }

  private readOrPutAside(name: string, isWhole: (value: unknown) => boolean): unknown {
    if (!existsSync(this.file(name))) return undefined;
    try {
      const value = JSON.parse(readFileSync(this.file(name), 'utf8')) as unknown;
      if (isWhole(value)) return value;
    } catch {
      // Not JSON.
    }
    renameSync(this.file(name), this.file(`${name}.damaged`));
    return undefined;
  }

  private replace(name: string, content: string | Buffer): void {
    replaceFile(this.file(name), content);
  }

  /** @throws LockLost; StorageError when the action fails */
  private guard(action: () => void): void {
    if (this.lock?.isHeld() === false) throw new LockLost('run.lockLost', { folder: this.path });
    try {
      action();
    } catch (error) {
      throw new StorageError(this.path, error);
    }
  }
}
