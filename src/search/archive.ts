import { bounded, type Observed, type RowModel } from '../method/rowModel';
import { rowScore } from '../method/reward';

/** Label-word logits of prompts on rows of the pool, [rows, K] for each job. Every (prompt, row) pair is one query. */
export type Ask = (jobs: readonly { readonly prompt: readonly number[]; readonly rows: readonly number[] }[]) => Promise<Float32Array[]>;

/** A prompt with what is known of it. */
export interface Known extends Observed {
  readonly prompt: readonly number[];
  readonly origin: string;
  readonly rows: number[];
  y: Float64Array;
  /** The bounded gap and the gap itself of each row that was scored. */
  readonly value: Map<number, number>;
  readonly gap: Map<number, number>;
  /** Estimated pool score, made anew after each step. */
  estimate: number;
}

/** All prompts of a search with their scores, and the count of queries. */
export class Archive {
  readonly prompts: Known[] = [];
  readonly keys = new Set<string>();
  queries = 0;

  constructor(
    private readonly labels: readonly number[],
    private readonly classes: number,
    private readonly model: RowModel,
    private readonly ask: Ask,
  ) {}

  /** Scores new prompts, each on rows of its own. A row that fails is missing. */
  async add(
    jobs: readonly { readonly prompt: readonly number[]; readonly origin: string; readonly rows: readonly number[] }[],
  ): Promise<Known[]> {
    const fresh = jobs.map(({ prompt, origin }) => ({
      prompt,
      origin,
      rows: [],
      y: new Float64Array(0),
      value: new Map(),
      gap: new Map(),
      estimate: -Infinity,
    }));
    await this.more(fresh.map((known, i) => ({ known, rows: jobs[i]!.rows })));
    for (const known of fresh) {
      this.keys.add(known.prompt.join());
      this.prompts.push(known);
    }
    return fresh;
  }

  /** Scores prompts on those of the rows that they lack. */
  async more(jobs: readonly { readonly known: Known; readonly rows: readonly number[] }[]): Promise<void> {
    const lacking = jobs.map(({ known, rows }) => ({ known, rows: rows.filter((row) => !known.value.has(row)) }));
    const asked = lacking.filter(({ rows }) => rows.length > 0);
    const logits = await this.ask(asked.map(({ known, rows }) => ({ prompt: known.prompt, rows })));
    const { classes: K, labels, model } = this;
    asked.forEach(({ known, rows }, i) => {
      this.queries += rows.length;
      const y = [...known.y];
      rows.forEach((row, r) => {
        const own = logits[i]!.subarray(r * K, (r + 1) * K);
        const contrasts = model.contrasts(own, labels[row]!);
        if (!contrasts) return;
        known.rows.push(row);
        y.push(...contrasts);
        const none = own.every((x) => x === -Infinity);
        known.value.set(row, none ? Math.tanh(-3) : bounded(own, labels[row]!));
        known.gap.set(row, none ? -1 : rowScore(own, labels[row]!).gap);
      });
      known.y = Float64Array.from(y);
    });
  }
}
