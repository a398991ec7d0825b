import type { Observed, RowModel } from './memory/rowModel';
import { judge, type Scorer } from '../method/scorer';
import type { PromptIds } from '../model/taskModel';

/** A prompt with what is known of it; rows are those of the pool. */
export interface Known extends Observed {
  /** As actions, none where it is not made of T of the search's tokens; and in the task model's tokens. */
  readonly prompt: readonly number[];
  readonly ids: PromptIds;
  /** Who proposed it; `manual` and `start` were there before the search. */
  readonly origin: string;
  readonly rows: number[];
  y: Float64Array;
  /** Gap on each row of the pool; NaN where there is no score. */
  readonly gap: Float64Array;
  /** 1 for each row of the pool that was asked, also where it failed. */
  readonly asked: Uint8Array;
  /** Estimated score on the whole pool. */
  estimate: number;
  /** Estimated factors in the row model. */
  factors: Float64Array;
}

/** Whether it was there before the search. */
export function isStart({ origin }: Pick<Known, 'origin'>): boolean {
  return origin === 'manual' || origin === 'start';
}

/** Whether the search could have proposed it, so that proposals may build on it. */
export function isOwn({ prompt }: Pick<Known, 'prompt'>): boolean {
  return prompt.length > 0;
}

/** Rows that a prompt was scored on, those that failed included. */
export function asked(known: Known): number[] {
  return Array.from(known.asked.keys()).filter((row) => known.asked[row] === 1);
}

/** Gaps that differ by less are the same. */
const SAME = 1e-6;
/** Rows asked again that tell whether prompts differ. */
const ENOUGH = 100;

/** Train and validation rows as one pool, all prompts of a search with their scores there, and the count of queries. */
export class Archive {
  prompts: Known[] = [];
  readonly labels: readonly number[];

  constructor(
    readonly train: Scorer,
    readonly validation: Scorer,
  ) {
    this.labels = [...train.rows.labels, ...validation.rows.labels];
  }

  get queries(): number {
    return this.train.computed + this.validation.computed;
  }

  /** Whether no row tells any two prompts apart; undefined while too few rows were asked twice to say so. */
  get indifferent(): boolean | undefined {
    const first = new Map<number, number>();
    let [repeats, constant] = [0, true];
    for (const { rows, gap } of this.prompts)
      for (const row of rows) {
        const before = first.get(row);
        if (before === undefined) first.set(row, gap[row]!);
        else if (Math.abs(gap[row]! - before) > SAME) return false;
        else repeats++;
        constant &&= Math.abs(gap[row]! - first.values().next().value!) <= SAME;
      }
    return constant || repeats >= ENOUGH || undefined;
  }

  /** Scores new prompts, each on rows of its own, which must not be empty. An interrupted call leaves no trace. */
  async add(
    jobs: readonly Pick<Known, 'prompt' | 'ids' | 'origin' | 'rows'>[],
    model: RowModel,
    signal: AbortSignal | undefined,
  ): Promise<Known[]> {
    const fresh = jobs.map((job): Known => ({
      ...job,
      rows: [],
      y: new Float64Array(0),
      gap: new Float64Array(this.labels.length).fill(NaN),
      asked: new Uint8Array(this.labels.length),
      estimate: -Infinity,
      factors: new Float64Array(model.q),
    }));
    await this.more(
      fresh.map((known, i) => ({ known, rows: jobs[i]!.rows })),
      model,
      signal,
    );
    this.prompts.push(...fresh);
    return fresh;
  }

  /** Scores prompts on those of the rows that they lack. A row that fails stays missing. */
  async more(
    jobs: readonly { readonly known: Known; readonly rows: readonly number[] }[],
    model: RowModel,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const lacking = jobs.map(({ known, rows }) => ({ known, rows: rows.filter((row) => known.asked[row] === 0) }));
    const size = this.train.size;
    const parts = [
      { scorer: this.train, first: 0 },
      { scorer: this.validation, first: size },
    ].map(({ scorer, first }) => {
      const own = lacking
        .map(({ known, rows }) => ({ known, rows: rows.filter((row) => row >= first && row < first + scorer.size) }))
        .filter(({ rows }) => rows.length > 0);
      return { scorer, own, asked: own.map(({ known, rows }) => ({ ids: known.ids, rows: rows.map((row) => row - first) })) };
    });
    const answers: Float32Array[][] = [];
    for (const { scorer, asked } of parts) answers.push(asked.length > 0 ? await scorer.logits(asked, signal) : []);
    parts.forEach(({ scorer, own, asked }, part) => {
      scorer.record(asked, answers[part]!);
      own.forEach(({ known, rows }, i) => this.learn(known, rows, answers[part]![i]!, model));
    });
  }

  private learn(known: Known, rows: readonly number[], logits: Float32Array, model: RowModel): void {
    const K = logits.length / rows.length;
    const y = [...known.y];
    rows.forEach((row, r) => {
      const own = logits.subarray(r * K, (r + 1) * K);
      known.asked[row] = 1;
      const contrasts = model.contrasts(own, this.labels[row]!);
      if (!contrasts) return;
      known.rows.push(row);
      known.gap[row] = judge(own, this.labels[row]!)!.gap;
      y.push(...contrasts);
    });
    known.y = Float64Array.from(y);
  }
}
