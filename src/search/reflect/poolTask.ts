import { judge, type Scorer } from '../../method/scorer';
import type { PromptIds } from '../../model/taskModel';
import { queriesOf, type Queries, type Reflection, type SearchContext } from '../search';
import { withExamples } from './child';
import type { Usage } from './record';
import type { Outcome, Proposed, ReflectTask, ScoreJob, TrainRow } from './task';

export interface PoolState {
  readonly answers: ReadonlyMap<string, ReadonlyMap<number, Float32Array>>;
  readonly uncounted: ReadonlySet<string>;
  readonly calls: number;
  readonly usage: Usage;
}

/** Of the score of a right answer, what does not depend on how sure the model is. */
const RIGHT = 0.3;

/** An answer of the task model on a row of the pool. */
interface Answer {
  readonly ids: PromptIds;
  readonly row: number;
}

/**
 * The rows that steer a run, train then validation, as the task of a search by reflection. What a step asks counts once the step
 * is done; answers to a step that was interrupted wait until it is done again.
 */
export class PoolTask implements ReflectTask {
  readonly shown: readonly TrainRow[];
  readonly size: number;
  private readonly train: Scorer;
  private readonly validation: Scorer;
  /** By prompt, and by row of the pool. */
  private readonly answers = new Map<string, Map<number, Float32Array>>();
  /** Of steps that were interrupted. */
  private uncounted = new Set<string>();
  /** Of the step under way. */
  private pending = new Map<string, Answer>();
  private calls = 0;
  usage: Usage = { calls: 0, tokens: 0, counted: true };
  private before = { calls: 0, usage: this.usage };

  constructor(
    private readonly context: Pick<SearchContext, 'budget' | 'prompt'>,
    private readonly reflection: Reflection,
    scorers: readonly [train: Scorer, validation: Scorer],
  ) {
    [this.train, this.validation] = scorers;
    const { train, validation, given } = reflection;
    this.size = train.length + validation.length;
    this.shown = train;
    for (const { split, ids, rows, values } of given) {
      if (split === 'test') continue;
      const scorer = split === 'train' ? this.train : this.validation;
      scorer.take([{ ids, rows }], [values]);
      this.keep(
        ids,
        rows.map((row) => (split === 'train' ? row : train.length + row)),
        values,
      );
    }
  }

  /** Queries that count, those of the step under way included. */
  get queries(): number {
    return this.counted.computed + this.pending.size;
  }

  get counted(): Queries {
    return queriesOf(this.train, this.validation);
  }

  get left(): number {
    return this.context.budget - this.queries;
  }

  get callsLeft(): number {
    return this.reflection.calls - this.calls;
  }

  cost(jobs: readonly ScoreJob[]): number {
    const unpaid = jobs.flatMap((job) => {
      const ids = this.ids(job);
      return job.rows.map((row) => ({ ids, row })).filter((answer) => !this.isPaid(answer));
    });
    return new Set(unpaid.map(keyOf)).size;
  }

  async score(jobs: readonly ScoreJob[], signal?: AbortSignal): Promise<Outcome[][]> {
    const all = jobs.map((job) => ({ ids: this.ids(job), rows: job.rows }));
    const lacking = all.map(({ ids, rows }) => ({ ids, rows: rows.filter((row) => !this.answers.get(ids.join())?.has(row)) }));
    const border = this.shown.length;
    await this.ask(this.train, lacking, (row) => row < border, 0, signal);
    await this.ask(this.validation, lacking, (row) => row >= border, border, signal);
    for (const { ids, rows } of all)
      for (const row of rows) if (this.uncounted.delete(keyOf({ ids, row }))) this.pending.set(keyOf({ ids, row }), { ids, row });
    return Promise.all(all.map(({ ids, rows }) => this.outcomes(ids, rows, signal)));
  }

  async propose(id: number, request: string, signal?: AbortSignal): Promise<Proposed> {
    this.calls++;
    const proposed = await this.reflection.propose(id, request, signal);
    const { calls, tokens, counted } = this.usage;
    const { usage } = proposed;
    this.usage = { calls: calls + usage.calls, tokens: tokens + usage.tokens, counted: counted && usage.counted };
    return proposed;
  }

  tokens(text: string): number {
    return this.reflection.encode(text).length;
  }

  asScored(text: string): string {
    return this.context.prompt(this.reflection.encode(text)).prompt;
  }

  solved(score: number): boolean {
    return this.accuracy(score) > 0.999;
  }

  accuracy(score: number): number {
    return this.isText ? score : Number(score > 0);
  }

  /** The step is done: what it asked counts from here on. */
  commit(): void {
    for (const { ids, row } of this.pending.values()) {
      const isTrain = row < this.shown.length;
      const rows = [isTrain ? row : row - this.shown.length];
      (isTrain ? this.train : this.validation).record([{ ids, rows }], [this.answers.get(ids.join())!.get(row)!]);
    }
    this.pending.clear();
    this.before = { calls: this.calls, usage: this.usage };
  }

  /** The step was interrupted. */
  rollback(): void {
    for (const key of this.pending.keys()) this.uncounted.add(key);
    this.pending.clear();
    ({ calls: this.calls, usage: this.usage } = this.before);
  }

  /** Ids of a text in the template's `{prompt}`. */
  ids(candidate: Pick<ScoreJob, 'instruction' | 'examples'>): PromptIds {
    return this.reflection.encode(withExamples(candidate.instruction, candidate.examples, this));
  }

  private get isText(): boolean {
    return this.train.model.classes === 1;
  }

  private isPaid(answer: Answer): boolean {
    return this.answers.get(answer.ids.join())?.has(answer.row) === true && !this.uncounted.has(keyOf(answer));
  }

  /** Asks for the rows of one split. Answers are there, if not counted, whatever happens to the step. */
  private async ask(
    scorer: Scorer,
    lacking: readonly { readonly ids: PromptIds; readonly rows: readonly number[] }[],
    isOwn: (row: number) => boolean,
    first: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const own = lacking.map(({ ids, rows }) => ({ ids, rows: rows.filter(isOwn) })).filter(({ rows }) => rows.length > 0);
    if (own.length === 0) return;
    const asked = own.map(({ ids, rows }) => ({ ids, rows: rows.map((row) => row - first) }));
    const values = await scorer.logits(asked, signal);
    own.forEach(({ ids, rows }, j) => {
      this.keep(ids, rows, values[j]!);
      for (const row of rows) this.uncounted.add(keyOf({ ids, row }));
    });
  }

  private keep(ids: PromptIds, rows: readonly number[], values: Float32Array): void {
    const of = this.answers.get(ids.join()) ?? new Map<number, Float32Array>();
    this.answers.set(ids.join(), of);
    const K = values.length / Math.max(1, rows.length);
    rows.forEach((row, r) => of.set(row, values.slice(r * K, (r + 1) * K)));
  }

  /** Scores and answers. Right answers score by how sure the model is, which tells more than whether it is right. */
  private async outcomes(ids: PromptIds, rows: readonly number[], signal: AbortSignal | undefined): Promise<Outcome[]> {
    const values = rows.map((row) => this.answers.get(ids.join())!.get(row)!);
    const border = this.shown.length;
    const shown = rows.filter((row) => row < border);
    const own = shown.map((row) => values[rows.indexOf(row)]!);
    // Only answers that requests may show have to be told.
    const told = await this.reflection.describe(ids, shown, own, signal);
    return rows.map((row, r) => ({ got: '', ...told[shown.indexOf(row)], score: this.scoreOf(row, values[r]!) }));
  }

  private scoreOf(row: number, values: Float32Array): number {
    const border = this.shown.length;
    const label = row < border ? this.train.rows.labels[row]! : this.validation.rows.labels[row - border]!;
    const judged = judge(values, label);
    if (!judged) return NaN;
    if (this.isText) return judged.gap;
    if (judged.predicted !== label) return 0;
    const sum = values.reduce((total, x) => total + Math.exp(x - values[label]!), 0);
    return RIGHT + (1 - RIGHT) / sum;
  }

  save(): PoolState {
    const { answers, uncounted, calls, usage } = this;
    return { answers, uncounted, calls, usage };
  }

  restore({ answers, uncounted, calls, usage }: PoolState): void {
    for (const [key, rows] of answers) this.answers.set(key, new Map(rows));
    this.uncounted = new Set(uncounted);
    [this.calls, this.usage] = [calls, usage];
    this.before = { calls, usage };
  }
}

function keyOf({ ids, row }: Answer): string {
  return `${row} ${ids.join()}`;
}
