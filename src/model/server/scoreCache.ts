import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextScore } from './textModel';

/** Scores that one file may hold; the newest half is kept when there are more. About 60 bytes each. */
const MOST = 500_000;
/** A file longer than this is not ours to read. */
const MOST_BYTES = 256e6;

/**
 * Scores of texts by one model behind one server, in memory and in a file that outlives the process: one JSON line a
 * text, with a hash of the text for its key, so that neither texts nor keys are in it. A line that was cut short by a
 * crash is passed over. What cannot be written costs the cache, not the run. Several processes may use one file: each
 * opens it anew for every line, so that a line goes into the file that is there, also after another process has rewritten it.
 */
export class ScoreCache {
  private readonly places = new Map<string, number>();
  private readonly values: Float32Array[] = [];
  private readonly missing: number[] = [];
  private open = true;
  /** Bytes of the file that were read. */
  private bytesRead = 0;
  /** Why nothing is kept on disk, for people. */
  problem: string | undefined;

  private constructor(
    private readonly path: string,
    private readonly classes: number,
    private readonly most: number,
  ) {}

  /** Opens the file of one identity (TextModel.identity) in a folder, which is made when it is not there. */
  static open(folder: string, identity: readonly unknown[], classes: number, most = MOST): ScoreCache {
    const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 24);
    const cache = new ScoreCache(join(folder, `scores-${name}.jsonl`), classes, most);
    try {
      mkdirSync(folder, { recursive: true });
      const torn = cache.read();
      if (cache.places.size > most) cache.rewrite();
      // Also where nothing is torn: now is the time to find out that it cannot be written.
      cache.write(torn ? '\n' : '');
    } catch (error) {
      cache.giveUp(error);
    }
    return cache;
  }

  get size(): number {
    return this.places.size;
  }

  get(text: string): TextScore | undefined {
    const place = this.places.get(keyOf(text));
    return place === undefined ? undefined : { logits: [...this.values[place]!], missing: this.missing[place]! };
  }

  set(text: string, score: TextScore): void {
    const key = keyOf(text);
    if (this.places.has(key)) return;
    // Beyond the bound a run goes on without keeping more: what is there serves the next one.
    if (this.places.size >= 2 * this.most) return;
    this.put(key, score);
    this.append(lineOf(key, score.logits, score.missing));
  }

  close(): void {
    this.open = false;
  }

  private put(key: string, { logits, missing }: TextScore): void {
    this.places.set(key, this.values.length);
    this.values.push(Float32Array.from(logits));
    this.missing.push(missing);
  }

  /** Reads what is there; says whether the last line lacks its end. */
  private read(): boolean {
    let text: string;
    try {
      if (statSync(this.path).size > MOST_BYTES) {
        rmSync(this.path);
        return false;
      }
      const bytes = readFileSync(this.path);
      this.bytesRead = bytes.length;
      text = bytes.toString('utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    for (const line of text.split('\n')) {
      const entry = this.parse(line);
      if (entry && !this.places.has(entry.key)) this.put(entry.key, entry);
    }
    return text !== '' && !text.endsWith('\n');
  }

  private parse(line: string): (TextScore & { key: string }) | undefined {
    try {
      const { k, s, m = 0 } = JSON.parse(line) as { k: unknown; s: unknown; m?: unknown };
      if (typeof k !== 'string' || !Array.isArray(s) || s.length !== this.classes || typeof m !== 'number') return undefined;
      const logits = s.map((x) => (x === null ? -Infinity : Number(x)));
      return logits.some(Number.isNaN) ? undefined : { key: k, logits, missing: m };
    } catch {
      return undefined;
    }
  }

  /** Keeps the newest half, and whatever other processes write meanwhile. */
  private rewrite(): void {
    const kept = [...this.places].slice(-Math.ceil(this.most / 2));
    const lines = kept.map(([key, place]) => lineOf(key, [...this.values[place]!], this.missing[place]!));
    const mine = `${this.path}.${process.pid}.tmp`;
    try {
      writeFileSync(mine, lines.join(''), { mode: 0o600 });
      // What other processes have added since it was read.
      appendFileSync(mine, readFileSync(this.path).subarray(this.bytesRead));
      renameSync(mine, this.path);
    } catch (error) {
      rmSync(mine, { force: true });
      throw error;
    }
    this.places.clear();
    for (const [key, place] of kept) this.places.set(key, place);
  }

  private append(line: string): void {
    if (!this.open) return;
    try {
      this.write(line);
    } catch (error) {
      this.giveUp(error);
    }
  }

  private write(text: string): void {
    appendFileSync(this.path, text, { mode: 0o600 });
  }

  private giveUp(error: unknown): void {
    this.problem = `scores are not kept for a later run: ${this.path} cannot be used (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`;
    this.close();
  }
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** −∞ is null in JSON; nine digits hold every fp32 number, so that a score read again is the same score. */
function lineOf(key: string, logits: readonly number[], missing: number): string {
  const rounded = logits.map((x) => (Number.isFinite(x) ? Number(Math.fround(x).toPrecision(9)) : null));
  return `${JSON.stringify({ k: key, s: rounded, ...(missing > 0 && { m: missing }) })}\n`;
}
