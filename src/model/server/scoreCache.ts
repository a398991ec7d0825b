import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../files/ownFolder';
import { word } from '../../wording/wording';
import type { TextScore } from './textModel';

/** Scores that one file may hold, at about 60 bytes each; when there are more, the newest half is kept. */
const MOST = 500_000;
/** A longer file is not ours to read. */
const MOST_BYTES = 256e6;

/**
 * Scores of texts by one model behind one server, in memory and in a file that outlives the process: one JSON line per
 * text, with a hash of the text as its key, so that neither texts nor API keys are in it. A crash costs no score: each is
 * on disk before the next request goes out; a line that a crash cut short is ignored. A file that cannot be written costs
 * the cache, not the run. Several processes may use one file: each opens it anew for every answer, so that a score goes into
 * the current file even after another process has rewritten it.
 */
export class ScoreCache {
  private readonly scores = new Map<string, { readonly logits: Float32Array; readonly missing: number }>();
  /** Why nothing is kept on disk. */
  problem: string | undefined;

  private constructor(
    private readonly path: string,
    private readonly classes: number,
    private readonly most: number,
  ) {}

  /** Opens the file of one identity (TextModel.identity) in a folder, which it creates if necessary. */
  static open(folder: string, identity: readonly unknown[], classes: number, most = MOST): ScoreCache {
    const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 24);
    const cache = new ScoreCache(join(folder, `scores-${name}.jsonl`), classes, most);
    try {
      makeFolder(folder);
      const { bytes, torn } = cache.read();
      if (cache.size > most) cache.rewrite(bytes);
      // Even when nothing is torn: this is the time to find out that the file cannot be written.
      appendFileSync(cache.path, torn ? '\n' : '', { mode: 0o600 });
    } catch (error) {
      cache.giveUp(error);
    }
    return cache;
  }

  get size(): number {
    return this.scores.size;
  }

  get(text: string): TextScore | undefined {
    const score = this.scores.get(keyOf(text));
    return score && { logits: [...score.logits], missing: score.missing };
  }

  /** Keeps the scores of one answer. */
  keep(scores: readonly (readonly [text: string, score: TextScore])[]): void {
    const lines = scores.flatMap(([text, score]) => {
      const key = keyOf(text);
      // Beyond the bound a run continues without caching more: the next one uses what there is.
      if (this.scores.has(key) || this.size >= 2 * this.most) return [];
      this.put(key, score);
      return [lineOf(key, score.logits, score.missing)];
    });
    if (lines.length === 0 || this.problem !== undefined) return;
    try {
      appendFileSync(this.path, lines.join(''), { mode: 0o600 });
    } catch (error) {
      this.giveUp(error);
    }
  }

  private put(key: string, { logits, missing }: TextScore): void {
    this.scores.set(key, { logits: Float32Array.from(logits), missing });
  }

  private read(): { bytes: number; torn: boolean } {
    const length = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    if (length > MOST_BYTES) rmSync(this.path);
    if (length === 0 || length > MOST_BYTES) return { bytes: 0, torn: false };
    const bytes = readFileSync(this.path);
    const text = bytes.toString('utf8');
    for (const line of text.split('\n')) {
      const entry = this.parse(line);
      if (entry && !this.scores.has(entry.key)) this.put(entry.key, entry);
    }
    return { bytes: bytes.length, torn: !text.endsWith('\n') };
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

  /** Keeps the newest half, and what other processes have added after the `bytes` that were read. */
  private rewrite(bytes: number): void {
    for (const key of [...this.scores.keys()].slice(0, -Math.ceil(this.most / 2))) this.scores.delete(key);
    const lines = [...this.scores].map(([key, { logits, missing }]) => lineOf(key, [...logits], missing));
    const mine = `${this.path}.${process.pid}.tmp`;
    try {
      writeFileSync(mine, lines.join(''), { mode: 0o600 });
      appendFileSync(mine, readFileSync(this.path).subarray(bytes));
      renameSync(mine, this.path);
    } catch (error) {
      rmSync(mine, { force: true });
      throw error;
    }
  }

  private giveUp(error: unknown): void {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    this.problem = word('server.cacheUnusable', { path: this.path, reason });
  }
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** −∞ is null in JSON; nine digits hold every fp32 number, so that a score read back is the same score. */
function lineOf(key: string, logits: readonly number[], missing: number): string {
  const rounded = logits.map((x) => (Number.isFinite(x) ? Number(Math.fround(x).toPrecision(9)) : null));
  return `${JSON.stringify({ k: key, s: rounded, ...(missing > 0 && { m: missing }) })}\n`;
}
