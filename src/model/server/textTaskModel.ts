import { word } from '../../wording/wording';
import type { RequestLog, RowSet, RowsOfPrompt, Spent, TaskModel } from '../taskModel';
import { Deadline } from '../http';
import { Requests } from './requests';
import type { ScoreCache } from './scoreCache';
import { ServerError } from './serverError';
import { keyOf, type Sent, type TextModel, type TextScore } from './textModel';
import { warning, type Note } from '../../wording/note';

interface TextTask {
  /** Names the model, the template and the label words. */
  readonly key: string;
  readonly classes: number;
  /** The text to send for an input and a prompt, which is ids in the policy's tokenizer. */
  fill(input: string, prompt: readonly number[]): Sent;
  /** Budget of texts to send. */
  readonly mostQueries: number;
  /** Requests at a time. */
  readonly concurrency: number;
}

/** Consecutive failures that end a run. */
const IN_A_ROW = 24;
/** Failed texts below which their share does not count. */
const SOME = 4;

interface Job {
  readonly text: Sent;
  /** Its key in the cache. */
  readonly key: string;
  /** Where the results wait for this text's score. */
  readonly places: Float32Array[];
}

type Done = (job: Job, score: TextScore | ServerError) => void;

/**
 * A task model that takes text. Every text is sent once, whichever prompts or runs need it; a text that fails for good is
 * left out of its prompt's mean (NaN), and the run ends when that happens to more than half of the texts scored together.
 */
export class TextTaskModel implements TaskModel {
  answered = 0;
  private sent = 0;
  private fromCache = 0;
  private scored = 0;
  private unreported = 0;
  private withoutAnswer = 0;
  private failed = 0;
  private lastFailure: ServerError | undefined;
  private inARow = 0;
  /** Texts that the rate was measured on: this process sent them, so they do not count as found in the cache. */
  private readonly measured = new Set<string>();
  private readonly requests: Requests;

  constructor(
    private readonly task: TextTask,
    readonly model: TextModel,
    private readonly cache: ScoreCache,
  ) {
    this.requests = new Requests(task.concurrency);
  }

  get key(): string {
    return this.task.key;
  }

  get spent(): Spent {
    return this.model.count.spent;
  }

  countFor(run: RequestLog): void {
    this.requests.countFor(run);
  }

  get classes(): number {
    return this.task.classes;
  }

  rows(texts: readonly string[]): RowSet {
    return { texts, cut: 0 };
  }

  async score(prompts: readonly (readonly number[])[], set: RowSet, rows: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const each = await this.scoreEach(
      prompts.map((ids) => ({ ids, rows })),
      set,
      signal,
    );
    const size = rows.length * this.classes;
    const result = new Float32Array(prompts.length * size);
    each.forEach((logits, p) => result.set(logits, p * size));
    return result;
  }

  async scoreEach(each: readonly RowsOfPrompt[], set: RowSet, signal?: AbortSignal): Promise<Float32Array[]> {
    const K = this.classes;
    const results = each.map(({ rows }) => new Float32Array(rows.length * K).fill(Number.NaN));
    const pairs = each.flatMap(({ ids, rows }, p) => rows.map((row, r) => ({ ids, row, place: results[p]!.subarray(r * K, (r + 1) * K) })));
    const jobs = new Map<string, Job>();
    // Row after row: texts that begin alike are sent one after the other, and servers cache prefixes.
    for (const { ids, row, place } of pairs.sort((a, b) => a.row - b.row)) {
      const text = this.task.fill(set.texts[row]!, ids);
      const key = keyOf(text);
      const job = jobs.get(key) ?? { text, key, places: [] };
      job.places.push(place);
      jobs.set(key, job);
    }
    // Counted over all prompts: a server that fails now and then may fail on all rows of a single one.
    let failed = 0;
    await this.ask([...jobs.values()], signal, (job, score) => {
      this.answered += job.places.length;
      if (score instanceof ServerError) failed += job.places.length;
      else for (const place of job.places) place.set(score.logits);
    });
    if (failed >= SOME && failed > pairs.length / 2)
      throw new ServerError('broken', 'server.mostFailed', [{ failed, texts: pairs.length, problem: this.lastFailure!.message }]);
    return results;
  }

  /** Sends texts to measure the rate, even those whose scores are in the cache. */
  async measure(texts: readonly Sent[], signal?: AbortSignal): Promise<void> {
    const jobs = [...new Map(texts.map((text) => [keyOf(text), text]))].map(([key, text]): Job => ({ text, key, places: [] }));
    await this.send(jobs, signal, ({ key }) => this.measured.add(key));
  }

  private async ask(jobs: readonly Job[], signal: AbortSignal | undefined, done: Done): Promise<void> {
    const unknown = jobs.filter((job) => {
      const known = this.cache.get(job.key);
      if (known) {
        // Texts of the measurement have been counted.
        if (!this.measured.delete(job.key)) {
          this.fromCache++;
          this.count(known);
        }
        done(job, known);
      }
      return known === undefined;
    });
    await this.send(unknown, signal, done);
  }

  private async send(jobs: readonly Job[], signal: AbortSignal | undefined, done: Done): Promise<void> {
    if (this.sent + jobs.length > this.task.mostQueries)
      throw new ServerError('quota', 'server.budgetSpent', [{ queries: this.task.mostQueries }]);
    this.sent += jobs.length;
    // What ends the run ends the requests that still run.
    const deadline = new Deadline(undefined, signal);
    const { batch } = this.model;
    const batches = Array.from({ length: Math.ceil(jobs.length / batch) }, (_, b) => jobs.slice(b * batch, (b + 1) * batch));
    try {
      await Promise.all(batches.map((part) => this.requests.send(() => this.request(part, deadline.signal, done), deadline.signal)));
    } finally {
      deadline.stop();
    }
  }

  private async request(jobs: readonly Job[], signal: AbortSignal, done: Done): Promise<void> {
    try {
      const scores = await this.model.score(
        jobs.map(({ text }) => text),
        signal,
      );
      this.inARow = 0;
      // On disk before another request takes this one's turn: a crash loses what is in flight, and no more.
      this.cache.keep(jobs.map((job, i) => [job.key, scores[i]!]));
      jobs.forEach((job, i) => {
        const score = scores[i]!;
        this.count(score);
        done(job, score);
      });
    } catch (error) {
      if (!(error instanceof ServerError) || error.lasting) throw error;
      // One text that a server refuses must not cost the others of its batch.
      if (jobs.length > 1 && error.failure === 'request') {
        await Promise.all(jobs.map((job) => this.request([job], signal, done)));
        return;
      }
      this.failed += jobs.length;
      this.lastFailure = error;
      if (++this.inARow >= IN_A_ROW)
        throw new ServerError('broken', 'server.allFailed', [{ requests: this.inARow, problem: error.message }]);
      for (const job of jobs) done(job, error);
    }
  }

  private count(score: TextScore): void {
    this.scored++;
    if (score.missing > 0) this.unreported++;
    if (score.logits.every((x) => x === -Infinity)) this.withoutAnswer++;
  }

  /** What the user should know about how the scores came about. */
  notes(): Note[] {
    const { scored: of } = this;
    return [
      this.model.how,
      ...(this.model.folded === undefined ? [] : [this.model.folded]),
      ...(this.unreported > 0 ? [word('server.unreported', { count: this.unreported, of })] : []),
      ...(this.withoutAnswer > 0 ? [warning('server.withoutAnswer', { count: this.withoutAnswer, of })] : []),
      ...(this.failed > 0 ? [warning('server.leftOut', { queries: this.failed, problem: this.lastFailure!.message })] : []),
      ...(this.fromCache > 0 ? [word('server.fromCache', { scores: this.fromCache })] : []),
      ...(this.cache.problem === undefined ? [] : [this.cache.problem]),
    ];
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}
