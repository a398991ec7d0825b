import type { RowSet, TaskModel } from '../taskModel';
import type { ScoreCache } from './scoreCache';
import { ServerError } from './serverError';
import type { TextModel, TextScore } from './textModel';

export interface TextTask {
  /** Names the model, the template and the label words. */
  readonly key: string;
  readonly classes: number;
  /** The text to send for an input and a prompt, which is ids in the policy's tokenizer. */
  fill(input: string, prompt: readonly number[]): string;
  /** Texts that may be sent in all. */
  readonly mostQueries: number;
}

/** Failures in a row, with nothing that worked between them, that end a run. */
const IN_A_ROW = 24;
/** Texts that must have failed before their share counts. */
const SOME = 4;

interface Job {
  readonly text: string;
  /** Places in the result that wait for this text's score. */
  readonly places: number[];
}

/**
 * A task model that is asked with text. Every text is sent once, whatever prompts or runs need it; a text that fails for
 * good is left out of its prompt's mean (NaN), and the run stops when that happens to more than half of what was asked together.
 */
export class TextTaskModel implements TaskModel {
  private sent = 0;
  private fromCache = 0;
  private scored = 0;
  private unreported = 0;
  private withoutAnswer = 0;
  private failed = 0;
  private lastFailure: ServerError | undefined;
  private inARow = 0;
  /** Texts that the rate was measured on: asked by this process, so not "known from before". */
  private readonly measured = new Set<string>();

  constructor(
    private readonly task: TextTask,
    readonly model: TextModel,
    private readonly cache: ScoreCache,
  ) {}

  get key(): string {
    return this.task.key;
  }

  get classes(): number {
    return this.task.classes;
  }

  rows(texts: readonly string[]): RowSet {
    return { texts, cut: 0 };
  }

  async score(prompts: readonly (readonly number[])[], set: RowSet, rows: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const K = this.classes;
    const result = new Float32Array(prompts.length * rows.length * K).fill(Number.NaN);
    const jobs = new Map<string, Job>();
    // Rows outside, prompts inside: texts that begin alike are sent one after the other, and servers keep beginnings.
    rows.forEach((row, r) =>
      prompts.forEach((prompt, p) => {
        const text = this.task.fill(set.texts[row]!, prompt);
        const job = jobs.get(text) ?? { text, places: [] };
        job.places.push((p * rows.length + r) * K);
        jobs.set(text, job);
      }),
    );
    // Of all that was asked: a server that fails now and then may fail for all rows of one prompt.
    let failed = 0;
    await this.ask([...jobs.values()], signal, (job, score) => {
      if (score instanceof ServerError) failed += job.places.length;
      else for (const at of job.places) result.set(score.logits, at);
    });
    const asked = prompts.length * rows.length;
    if (failed >= SOME && failed > asked / 2)
      throw new ServerError(
        'broken',
        `${failed} of ${asked} texts could not be scored, each sent as often as server.maxRetries allows. The last failure: ${this.lastFailure!.message}`,
      );
    return result;
  }

  /** Scores texts that need not be known yet; what is known is asked again, for a measurement. */
  async measure(texts: readonly string[], signal?: AbortSignal): Promise<void> {
    const jobs = [...new Set(texts)].map((text): Job => ({ text, places: [] }));
    await this.send(jobs, signal, ({ text }) => this.measured.add(text));
  }

  private async ask(
    jobs: readonly Job[],
    signal: AbortSignal | undefined,
    done: (job: Job, score: TextScore | ServerError) => void,
  ): Promise<void> {
    const unknown = jobs.filter((job) => {
      const known = this.cache.get(job.text);
      if (known) {
        // What was measured has been counted.
        if (!this.measured.delete(job.text)) {
          this.fromCache++;
          this.count(known);
        }
        done(job, known);
      }
      return known === undefined;
    });
    await this.send(unknown, signal, done);
  }

  private async send(
    jobs: readonly Job[],
    signal: AbortSignal | undefined,
    done: (job: Job, score: TextScore | ServerError) => void,
  ): Promise<void> {
    if (this.sent + jobs.length > this.task.mostQueries)
      throw new ServerError(
        'quota',
        `The run has sent the ${this.task.mostQueries} queries that its budget allows, and will not send more (search.queryBudget).`,
      );
    this.sent += jobs.length;
    // What ends the run ends the requests that are still under way.
    const controller = new AbortController();
    const stop = (): void => controller.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop, { once: true });
    const { batch } = this.model;
    const batches = Array.from({ length: Math.ceil(jobs.length / batch) }, (_, b) => jobs.slice(b * batch, (b + 1) * batch));
    try {
      await Promise.all(batches.map((part) => this.request(part, controller.signal, done)));
    } catch (error) {
      stop();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  private async request(
    jobs: readonly Job[],
    signal: AbortSignal,
    done: (job: Job, score: TextScore | ServerError) => void,
  ): Promise<void> {
    try {
      const scores = await this.model.score(
        jobs.map(({ text }) => text),
        signal,
      );
      this.inARow = 0;
      jobs.forEach((job, i) => {
        const score = scores[i]!;
        this.cache.set(job.text, score);
        this.count(score);
        done(job, score);
      });
    } catch (error) {
      if (!(error instanceof ServerError) || error.lasting) throw error;
      // One text that a server will not take must not cost the others of its batch.
      if (jobs.length > 1 && error.failure === 'request') {
        await Promise.all(jobs.map((job) => this.request([job], signal, done)));
        return;
      }
      this.failed += jobs.length;
      this.lastFailure = error;
      if (++this.inARow >= IN_A_ROW)
        throw new ServerError(
          'broken',
          `The last ${this.inARow} requests all failed, each sent as often as server.maxRetries allows. The last failure: ${error.message}`,
        );
      for (const job of jobs) done(job, error);
    }
  }

  private count(score: TextScore): void {
    this.scored++;
    if (score.missing > 0) this.unreported++;
    if (score.logits.every((x) => x === -Infinity)) this.withoutAnswer++;
  }

  /** What a person should know about how the scores came about. */
  notes(): string[] {
    const notes = [this.model.how];
    const share = (n: number): string => `${n} of ${this.scored} (${((100 * n) / this.scored).toFixed(1)} %)`;
    if (this.unreported > 0)
      notes.push(
        `in ${share(this.unreported)} scores a label word was not among the reported tokens; it counts as likely as the least of them, which is more than it was`,
      );
    if (this.withoutAnswer > 0) notes.push(`in ${share(this.withoutAnswer)} answers there was no label word; they count as wrong`);
    if (this.failed > 0)
      notes.push(
        `${this.failed} queries failed for good and are left out of their prompts' means; the last failure: ${this.lastFailure!.message.replace(/\.$/, '')}`,
      );
    if (this.fromCache > 0) notes.push(`${this.fromCache} scores were known from before and not asked again`);
    if (this.cache.problem !== undefined) notes.push(this.cache.problem);
    return notes;
  }

  release(): Promise<void> {
    this.cache.close();
    return Promise.resolve();
  }
}
