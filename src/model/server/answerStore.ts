import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../files/ownFolder';
import { word } from '../../wording/wording';

/** A longer file is not ours to read. */
const MOST_BYTES = 256e6;

/**
 * Texts that a server wrote, in memory and in a file that outlives the process: one JSON line for each sample, with a hash of
 * what it answers as its key. An answer is on disk before the next request goes out; a line that a crash cut short is ignored. A
 * file that cannot be written costs the store, not the run.
 */
export class AnswerStore {
  private readonly texts = new Map<string, string>();
  /** Why nothing is kept on disk. */
  problem: string | undefined;

  private constructor(
    private readonly path: string,
    /** The file ends within a line. */
    private torn: boolean,
  ) {}

  /** Opens the file of one identity in a folder, which it creates if necessary. */
  static open(folder: string, identity: readonly unknown[]): AnswerStore {
    const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 24);
    const path = join(folder, `texts-${name}.jsonl`);
    let bytes = Buffer.alloc(0);
    let problem: unknown;
    try {
      makeFolder(folder);
      bytes = readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') problem = error;
    }
    const store = new AnswerStore(path, bytes.length > 0 && bytes.at(-1) !== 10);
    if (problem !== undefined || bytes.length > MOST_BYTES) store.giveUp(problem ?? new Error(word('server.storeTooLarge')));
    for (const line of bytes.toString('utf8').split('\n')) store.learn(line);
    return store;
  }

  get(asked: string, sample: number): string | undefined {
    return this.texts.get(keyOf(asked, sample));
  }

  set(asked: string, sample: number, text: string): void {
    this.keep([[asked, sample, text]]);
  }

  /** Keeps the texts of one answer. */
  keep(texts: readonly (readonly [asked: string, sample: number, text: string])[]): void {
    const lines = texts.map(([asked, sample, text]) => {
      const key = keyOf(asked, sample);
      this.texts.set(key, text);
      return `${JSON.stringify({ k: key, t: text })}\n`;
    });
    if (lines.length === 0 || this.problem !== undefined) return;
    try {
      appendFileSync(this.path, (this.torn ? '\n' : '') + lines.join(''), { mode: 0o600 });
      this.torn = false;
    } catch (error) {
      this.giveUp(error);
    }
  }

  private learn(line: string): void {
    try {
      const { k, t } = JSON.parse(line) as { k: unknown; t: unknown };
      if (typeof k === 'string' && typeof t === 'string') this.texts.set(k, t);
    } catch {
      // Cut short by a crash, or the empty end of the file.
    }
  }

  private giveUp(error: unknown): void {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    this.problem = word('server.cacheUnusable', { path: this.path, reason });
  }
}

function keyOf(asked: string, sample: number): string {
  return createHash('sha256').update(`${sample}\n${asked}`).digest('base64url').slice(0, 22);
}
