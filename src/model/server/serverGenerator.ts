import { createHash } from 'node:crypto';
import { word } from '../../wording/wording';
import { asGenerated } from '../generated';
import type { GenerationSettings, Generator, Order } from '../generator';
import { Deadline } from '../http';
import type { RequestLog, RowSet, Spent } from '../taskModel';
import type { AnswerStore } from './answerStore';
import { Requests } from './requests';
import { ServerError } from './serverError';
import { keyOf, type Sent } from './textModel';
import type { Writer } from './textWriter';
import { warning, type Note } from '../../wording/note';

/** Consecutive failures that end a run. */
const IN_A_ROW = 24;

/** A text to continue, and where its samples go. */
interface Job {
  readonly text: Sent;
  readonly samples: readonly number[];
  readonly done: (sample: number, output: string) => void;
}

/** Generates texts on a server. Each sample is asked for once and kept; one that the server fails to give is undefined. */
export class ServerGenerator implements Generator {
  private sent = 0;
  private failed = 0;
  private short = 0;
  private fromStore = 0;
  private inARow = 0;
  private lastFailure: ServerError | undefined;
  private readonly requests: Requests;

  constructor(
    readonly key: string,
    private readonly fill: (input: string, prompt: readonly number[]) => Sent,
    private readonly writer: Writer,
    private readonly store: AnswerStore,
    private readonly settings: GenerationSettings,
    /** Texts that may be asked for in all, and requests at a time. */
    private readonly most: number,
    concurrency: number,
  ) {
    this.requests = new Requests(concurrency);
  }

  get spent(): Spent {
    return this.writer.count.spent;
  }

  countFor(run: RequestLog): void {
    this.requests.countFor(run);
  }

  rows(texts: readonly string[]): RowSet {
    return { texts, cut: 0 };
  }

  async generate(orders: readonly Order[], set: RowSet, signal?: AbortSignal): Promise<(string | undefined)[][]> {
    const results = orders.map(({ samples }) => samples.map((): string | undefined => undefined));
    const jobs: Job[] = [];
    orders.forEach(({ ids, row, samples }, o) => {
      const text = this.fill(set.texts[row]!, ids);
      const done = (sample: number, output: string): void => {
        results[o]![samples.indexOf(sample)] = asGenerated(output, this.settings.stop);
      };
      const lacking = samples.filter((sample) => {
        const known = this.store.get(keyOf(text), sample);
        if (known === undefined) return true;
        this.fromStore++;
        done(sample, known);
        return false;
      });
      const { perRequest } = this.writer;
      for (let start = 0; start < lacking.length; start += perRequest)
        jobs.push({ text, samples: lacking.slice(start, start + perRequest), done });
    });
    const count = jobs.reduce((sum, { samples }) => sum + samples.length, 0);
    if (this.sent + count > this.most) throw new ServerError('quota', 'server.budgetSpent', [{ queries: this.most }]);
    this.sent += count;
    const deadline = new Deadline(undefined, signal);
    try {
      await Promise.all(jobs.map((job) => this.requests.send(() => this.request(job, deadline.signal), deadline.signal)));
    } finally {
      // What ends the run ends the requests that still run.
      deadline.stop();
    }
    return results;
  }

  private async request({ text, samples, done }: Job, signal: AbortSignal): Promise<void> {
    try {
      const texts = await this.writer.write(text, samples.length, seedOf(this.settings.seed, keyOf(text), samples[0]!), signal);
      this.inARow = 0;
      this.store.keep(texts.map((output, i) => [keyOf(text), samples[i]!, output]));
      texts.forEach((output, i) => done(samples[i]!, output));
      this.short += samples.length - texts.length;
    } catch (error) {
      if (!(error instanceof ServerError) || error.lasting) throw error;
      this.failed += samples.length;
      this.lastFailure = error;
      if (++this.inARow >= IN_A_ROW)
        throw new ServerError('broken', 'server.allFailed', [{ requests: this.inARow, problem: error.message }]);
    }
  }

  /** What the user should know about how the texts came about. */
  notes(): Note[] {
    return [
      ...this.writer.notes(),
      ...(this.short > 0 ? [warning('server.fewerTexts', { missing: this.short, of: this.sent })] : []),
      ...(this.failed > 0 ? [warning('server.leftOut', { queries: this.failed, problem: this.lastFailure!.message })] : []),
      ...(this.fromStore > 0 ? [word('server.fromStore', { texts: this.fromStore })] : []),
      ...(this.store.problem === undefined ? [] : [this.store.problem]),
    ];
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** A server's seed for a text and its first sample: a whole number that all servers take. */
function seedOf(seed: number, text: string, sample: number): number {
  return createHash('sha256').update(`${seed}\n${sample}\n${text}`).digest().readUInt32LE(0) >>> 1;
}
