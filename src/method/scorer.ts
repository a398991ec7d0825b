import type { PromptIds, RowSet, RowsOfPrompt, TaskModel } from '../model/taskModel';
import { CodedError, type Code } from '../wording/wording';
import type { Margins } from './margins';
import { classMean, measureOf, rowScore, type Measure, type RowScore } from './reward';

/** Memory of one scorer's cache. */
const CACHE_BYTES = 96e6;
/** Prompts that stay in the cache for their gap, however long ago they were used: selection chooses from them. */
const BEST = 512;

/** A prompt on a row. */
interface Pair {
  readonly ids: PromptIds;
  readonly row: number;
}

export interface LabeledRows {
  readonly set: RowSet;
  readonly labels: readonly number[];
}

/** Scores of one prompt on rows of one split. */
export interface PromptScore {
  /** Mean reward (piecewise) and mean gap, or score of a generated text; class-weighted as the task asks. */
  readonly reward: number;
  readonly gap: number;
  /** Share of right answers over rows, unweighted, or mean score. */
  readonly accuracy: number;
  /** Class of each row; NO_CLASS where the model named none, or where the row could not be scored. */
  readonly predicted: readonly number[];
  /** Score of each row, 0 where there is none; of generated texts. */
  readonly scores?: readonly number[];
  /** How many rows could not be scored and are left out of the means, and which; absent when there are none. */
  readonly missing?: number;
  readonly failed?: readonly number[];
}

/** Instead of a class: the answer was none of them. */
export const NO_CLASS = -1;

interface Entry {
  readonly gap: Float64Array; // [rows]
  readonly predicted: Int16Array; // [rows]
  readonly done: Uint8Array; // [rows]; 2 where the row could not be scored
}

const SCORED = 1;
const FAILED = 2;

/** A prompt without a single score. */
export class ScoringError<C extends Code = Code> extends CodedError<C> {}

/**
 * Gap and class of a row, or score in place of the gap where there is one class; undefined where it could not be scored. An answer that is not a class is as wrong as possible; if
 * all classes are exactly as likely, the model chose none.
 */
export function judge(logits: Float32Array, label: number): RowScore | undefined {
  const [first] = logits;
  if (first === undefined || Number.isNaN(first)) return undefined;
  if (logits.length === 1) return { gap: first, predicted: 0 };
  if (logits.every((x) => x === first)) return { gap: first === -Infinity ? -1 : 0, predicted: NO_CLASS };
  return rowScore(logits, label);
}

/**
 * Scores prompts on one split with the task model, remembers every (prompt, row) pair, and counts queries.
 *
 * One query is one (prompt, row) pair: `asked` counts all of them, `computed` those that the model had to score.
 * The cache keeps the best and the most recently used prompts, in `CACHE_BYTES`; others are computed, and counted, again.
 */
export class Scorer {
  asked = 0;
  computed = 0;
  private cache = new Map<string, Entry>();
  private readonly bound: number;
  private readonly measure: Measure;

  constructor(
    readonly model: TaskModel,
    readonly rows: LabeledRows,
    readonly weights: 'balanced' | 'rows',
    cacheBytes = CACHE_BYTES,
  ) {
    this.measure = measureOf(model.classes);
    // In addition to its scores a prompt takes about 200 bytes of keys and objects.
    this.bound = Math.floor(cacheBytes / (rows.labels.length * 11 + 200));
  }

  get size(): number {
    return this.rows.labels.length;
  }

  /** Scores prompts on the whole split, or on its first `count` rows. @throws ScoringError when no row of a prompt could be scored */
  async score(prompts: readonly PromptIds[], signal?: AbortSignal, count = this.size): Promise<PromptScore[]> {
    const scores = await this.scoreAny(prompts, signal, count);
    return scores.map((score) => {
      if (!score) throw new ScoringError('method.noRowScored', { rows: count, reason: this.model.failure });
      return score;
    });
  }

  /**
   * Like `score`, but undefined for a prompt of which no row could be scored. Cache and counts change only once the model
   * has answered everything, so that an interrupted call leaves no trace.
   */
  async scoreAny(prompts: readonly PromptIds[], signal?: AbortSignal, count = this.size): Promise<(PromptScore | undefined)[]> {
    // Prompts that lack the same rows go to the model together.
    const byMissing = new Map<string, { prompts: Map<string, PromptIds>; missing: number[] }>();
    for (const ids of prompts) {
      const done = this.cache.get(ids.join())?.done;
      const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !done?.[i]);
      if (missing.length === 0) continue;
      const group = byMissing.get(missing.join()) ?? { prompts: new Map<string, PromptIds>(), missing };
      byMissing.set(missing.join(), group);
      group.prompts.set(ids.join(), ids);
    }
    const answers: { keys: string[]; missing: number[]; logits: Float32Array }[] = [];
    for (const { prompts: group, missing } of byMissing.values()) {
      const logits = await this.model.score([...group.values()], this.rows.set, missing, signal);
      answers.push({ keys: [...group.keys()], missing, logits });
    }

    this.asked += prompts.length * count;
    const entries = new Map([...new Set(prompts.map((ids) => ids.join()))].map((key) => [key, this.entry(key)]));
    const K = this.model.classes;
    for (const { keys, missing, logits } of answers) {
      const size = missing.length * K;
      keys.forEach((key, p) => this.enter(entries.get(key)!, missing, logits.subarray(p * size, (p + 1) * size)));
      this.computed += keys.length * missing.length;
    }
    const scores = prompts.map((ids) => this.summary(entries.get(ids.join())!, count));
    if (this.cache.size > this.bound) this.evict();
    return scores;
  }

  /** Label-word logits [rows, K] of each prompt on rows of its own; NaN where a row failed. They count once `record` is told. */
  async logits(jobs: readonly RowsOfPrompt[], signal?: AbortSignal): Promise<Float32Array[]> {
    if (this.model.scoreEach) return this.model.scoreEach(jobs, this.rows.set, signal);
    const answers: Float32Array[] = [];
    for (const { ids, rows } of jobs) answers.push(await this.model.score([ids], this.rows.set, rows, signal));
    return answers;
  }

  /** Counts the answers of `logits` and keeps their scores. */
  record(jobs: readonly RowsOfPrompt[], answers: readonly Float32Array[]): void {
    jobs.forEach(({ ids, rows }, j) => {
      this.enter(this.entry(ids.join()), rows, answers[j]!);
      this.asked += rows.length;
      this.computed += rows.length;
    });
  }

  /** Keeps the scores of answers that somebody else has paid for. */
  take(jobs: readonly RowsOfPrompt[], answers: readonly Float32Array[]): void {
    jobs.forEach(({ ids, rows }, j) => this.enter(this.entry(ids.join()), rows, answers[j]!));
  }

  /** The score of a prompt on those rows that it has; the others are missing. Undefined where it has none. */
  soFar(ids: PromptIds): PromptScore | undefined {
    const entry = this.cache.get(ids.join());
    return entry && this.summary(entry, this.size);
  }

  /** Gap and class of prompts, each on one row; undefined where that could not be scored. An interrupted call leaves no trace. */
  async pairs(pairs: readonly Pair[], signal?: AbortSignal): Promise<(RowScore | undefined)[]> {
    const lacking = new Map<string, { ids: PromptIds; rows: number[] }>();
    for (const { ids, row } of pairs) {
      const key = ids.join();
      if (this.cache.get(key)?.done[row]) continue;
      const job = lacking.get(key) ?? { ids, rows: [] };
      if (!job.rows.includes(row)) job.rows.push(row);
      lacking.set(key, job);
    }
    const jobs = [...lacking.values()];
    const answers = jobs.length > 0 ? await this.logits(jobs, signal) : [];
    this.record(jobs, answers);
    this.asked += pairs.length - jobs.reduce((sum, { rows }) => sum + rows.length, 0);
    const scores = pairs.map(({ ids, row }) => {
      const { gap, predicted, done } = this.entry(ids.join());
      return done[row] === SCORED ? { gap: gap[row]!, predicted: predicted[row]! } : undefined;
    });
    if (this.cache.size > this.bound) this.evict();
    return scores;
  }

  /** Scores of a prompt for each row. @throws ScoringError when no row could be scored */
  async scoreEachRow(prompts: readonly PromptIds[], signal?: AbortSignal): Promise<PromptScore> {
    const scores = await this.pairs(
      prompts.map((ids, row) => ({ ids, row })),
      signal,
    );
    const score = this.summary(
      {
        gap: Float64Array.from(scores, (score) => score?.gap ?? 0),
        predicted: Int16Array.from(scores, (score) => score?.predicted ?? NO_CLASS),
        done: Uint8Array.from(scores, (score) => (score ? SCORED : FAILED)),
      },
      this.size,
    );
    if (!score) throw new ScoringError('method.noRowScored', { rows: this.size });
    return score;
  }

  private enter(entry: Entry, rows: readonly number[], logits: Float32Array): void {
    const K = this.model.classes;
    rows.forEach((row, r) => {
      const score = judge(logits.subarray(r * K, (r + 1) * K), this.rows.labels[row]!);
      entry.gap[row] = score?.gap ?? 0;
      entry.predicted[row] = score?.predicted ?? NO_CLASS;
      entry.done[row] = score ? SCORED : FAILED;
    });
  }

  /** Cuts the cache to nine tenths: keeps the best, and of the others the most recently used. */
  private evict(): void {
    const room = Math.ceil(0.9 * this.bound);
    const best = this.scored()
      .sort((a, b) => b.score.gap - a.score.gap)
      .slice(0, Math.min(BEST, Math.floor(room / 2)));
    const stay = new Set(best.map(({ ids }) => ids.join()));
    for (const key of [...this.cache.keys()]) {
      if (this.cache.size <= room) break;
      if (!stay.has(key)) this.cache.delete(key);
    }
  }

  /** The score of a prompt that is in the cache with all its rows, unless none of them could be scored. */
  known(ids: PromptIds): PromptScore | undefined {
    const entry = this.cache.get(ids.join());
    return entry?.done.every((done) => done !== 0) ? this.summary(entry, this.size) : undefined;
  }

  /** Adds the margins of a prompt that is in the cache on its rows that were scored. */
  margins(ids: PromptIds, into: Margins): void {
    const entry = this.cache.get(ids.join());
    entry?.done.forEach((done, row) => {
      if (done === SCORED) into.add(this.rows.labels[row]!, entry.gap[row]!);
    });
  }

  /** Every prompt with a score on the whole split, in the order of last use. */
  scored(): { ids: PromptIds; score: PromptScore }[] {
    return [...this.cache.keys()].flatMap((key) => {
      const ids = key === '' ? [] : key.split(',').map(Number);
      const score = this.known(ids);
      return score ? [{ ids, score }] : [];
    });
  }

  private entry(key: string): Entry {
    const entry = this.cache.get(key) ?? {
      gap: new Float64Array(this.size),
      predicted: new Int16Array(this.size),
      done: new Uint8Array(this.size),
    };
    // Newest last, so that the oldest falls out first.
    this.cache.delete(key);
    this.cache.set(key, entry);
    return entry;
  }

  /** Undefined if no row could be scored. */
  private summary(entry: Entry, count: number): PromptScore | undefined {
    const predicted = Array.from(entry.predicted.subarray(0, count));
    // A row that could not be scored says nothing about the prompt.
    const rows = predicted.map((_, i) => i).filter((i) => entry.done[i] === SCORED);
    if (rows.length === 0) return undefined;
    const labels = rows.map((i) => this.rows.labels[i]!);
    const gaps = rows.map((i) => entry.gap[i]!);
    const { reward } = this.measure;
    const isScore = this.model.classes === 1;
    return {
      gap: classMean(gaps, labels, this.weights),
      reward: classMean(gaps.map(reward), labels, this.weights),
      accuracy: isScore ? classMean(gaps, labels, 'rows') : rows.filter((i) => predicted[i] === this.rows.labels[i]).length / rows.length,
      predicted,
      ...(isScore && { scores: Array.from(entry.gap.subarray(0, count)) }),
      ...(rows.length < count && {
        missing: count - rows.length,
        failed: predicted.flatMap((_, i) => (entry.done[i] === SCORED ? [] : [i])),
      }),
    };
  }

  /** For a checkpoint: counts and cache. */
  save(): ScorerState {
    return { key: this.model.key, asked: this.asked, computed: this.computed, cache: this.cache };
  }

  restore(state: ScorerState): void {
    if (state.key !== this.model.key) throw new ScoringError('method.otherScores');
    this.asked = state.asked;
    this.computed = state.computed;
    this.cache = new Map(state.cache);
  }
}

export interface ScorerState {
  readonly key: string;
  readonly asked: number;
  readonly computed: number;
  readonly cache: ReadonlyMap<string, Entry>;
}
