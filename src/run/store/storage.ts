import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { RunEvent } from '../events';
import { parseResult } from './resultFile';
import { quote } from '../report/shell';

/** The run's folder cannot be written to; the message says what to do. */
export class StorageError extends Error {
  constructor(folder: string, cause: unknown) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const reasons: Record<string, string> = {
      ENOSPC: 'the disk is full. Free some space there',
      EDQUOT: 'your disk quota is used up. Free some space there',
      EACCES: 'you may not write there',
      EPERM: 'you may not write there',
      EROFS: 'it is on a read-only file system',
      ENOTDIR: 'a part of the path is a file, not a folder',
      EEXIST: 'a file of that name is in the way',
    };
    super(
      `The run's folder ${folder} cannot be written: ${reasons[code] ?? (cause as Error).message}${code in reasons ? ', or name another folder with --out' : ''}.`,
      { cause },
    );
    this.name = 'StorageError';
  }
}

/** A run on disk: `task.json`, `events.jsonl`, `checkpoint`, `result.json`. Writing is all or nothing, file by file. */
export class RunFolder {
  private journal: number | undefined;
  private offset = 0;

  constructor(readonly path: string) {}

  /** Makes the folder and an empty journal. @throws StorageError; Error where a run lies there already, which is never written over */
  create(task: object): void {
    if (existsSync(this.file('task.json')))
      throw new Error(
        `The folder ${this.path} holds a run already. Name another one with --out, or take that run up with --resume ${quote(this.path)}.`,
      );
    this.guard(() => {
      mkdirSync(this.path, { recursive: true });
      // The journal first: where there is a task.json, there is a journal to resume.
      this.journal = openSync(this.file('events.jsonl'), 'w');
      this.replace('task.json', `${JSON.stringify(task, null, 2)}\n`);
    });
  }

  /** Opens the journal again and cuts it back to where the checkpoint was written. */
  reopen(offset: number): void {
    this.guard(() => {
      this.journal = openSync(this.file('events.jsonl'), 'r+');
      ftruncateSync(this.journal, offset);
      this.offset = offset;
    });
  }

  append(event: RunEvent): void {
    this.guard(() => {
      const line = Buffer.from(`${JSON.stringify(event)}\n`);
      for (let written = 0; written < line.length;)
        written += writeSync(this.journal!, line, written, line.length - written, this.offset + written);
      this.offset += line.length;
    });
  }

  /** Writes the checkpoint with the journal's length; the old one stands until the new one is whole. */
  writeCheckpoint(state: object): void {
    this.guard(() => {
      fsyncSync(this.journal!);
      this.replace('checkpoint', serialize({ ...state, journalOffset: this.offset }));
    });
  }

  hasCheckpoint(): boolean {
    return existsSync(this.file('checkpoint'));
  }

  /** Undefined where there is none. @throws Error when it cannot be read: the run must not begin anew unasked */
  readCheckpoint(): unknown {
    if (!this.hasCheckpoint()) return undefined;
    const file = this.file('checkpoint');
    let state: unknown;
    try {
      state = deserialize(readFileSync(file));
    } catch (error) {
      throw damagedCheckpoint(file, (error as Error).message, error);
    }
    if (typeof state !== 'object' || state === null || !('journalOffset' in state && 'stage' in state))
      throw damagedCheckpoint(file, 'it holds no state of a run');
    return state;
  }

  hasResult(): boolean {
    return existsSync(this.file('result.json'));
  }

  /** A RunResult. @throws Error when there is none that can be read */
  readResult(): unknown {
    const file = this.file('result.json');
    if (!this.hasResult()) throw new Error(`${file} is missing. Restore it from a copy, or start the run anew from its spec.`);
    return parseResult(readFileSync(file, 'utf8'), file);
  }

  writeResult(result: object): void {
    this.guard(() => this.replace('result.json', `${JSON.stringify(result, null, 2)}\n`));
  }

  /** @throws Error when the folder is no run */
  readTask(): unknown {
    try {
      return JSON.parse(readFileSync(this.file('task.json'), 'utf8'));
    } catch {
      throw new Error(`${this.path} is not the folder of a run: it has no readable task.json.`);
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  close(): void {
    if (this.journal !== undefined) closeSync(this.journal);
    this.journal = undefined;
  }

  private replace(name: string, content: string | Buffer): void {
    const temporary = this.file(`${name}.tmp`);
    try {
      const fd = openSync(temporary, 'w');
      try {
        writeFileSync(fd, content);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(temporary, this.file(name));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  private guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new StorageError(this.path, error);
    }
  }
}

function damagedCheckpoint(file: string, found: string, cause?: unknown): Error {
  return new Error(
    `The checkpoint ${file} cannot be read (${found.replace(/\.$/, '')}). Restore it from a copy; or delete it and take the run up again: it then begins at its first step.`,
    { cause },
  );
}
