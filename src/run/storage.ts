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
import type { RunEvent } from './events';
import { quote } from './shell';

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

  readCheckpoint(): unknown {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.file('checkpoint'));
    } catch {
      return undefined;
    }
    return deserialize(bytes);
  }

  /** @throws Error when there is none */
  readResult(): unknown {
    return JSON.parse(readFileSync(this.file('result.json'), 'utf8'));
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
