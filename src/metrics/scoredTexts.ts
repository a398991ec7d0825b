import type { Generator, Order } from '../model/generator';
import type { PromptIds, RequestLog, RowSet, RowsOfPrompt, Spent, TaskModel } from '../model/taskModel';
import { CodedError } from '../wording/wording';
import { judge } from './combine';
import type { Judgment, MetricRow, WeighedMetric } from './metric';
import { warning, type Note } from '../wording/note';

/** One generated text with its scores; `output` and `parts` are missing where the model failed. */
export interface ScoredText {
  readonly output?: string;
  /** NaN where the model or a metric failed. */
  readonly score: number;
  readonly parts: readonly (Judgment & { readonly name: string })[];
}

interface Rows extends RowSet {
  readonly generated: RowSet;
  readonly references: readonly (readonly string[])[];
}

/** Orders generated in one go: between them a run can stop. */
const AT_ONCE = 256;
/** Rows of prompts, one after the other, that metrics fail on before a run ends. */
const IN_A_ROW = 32;
/** (Prompt, row) pairs whose texts are kept, to be shown. */
const KEPT = 20_000;

/**
 * A generator and its metrics as a task model with a single class: the "logit" of a (prompt, row) pair is the mean score of its
 * texts, NaN where one of them has none.
 */
export class ScoredTexts implements TaskModel {
  readonly key: string;
  readonly classes = 1;
  answered = 0;
  /** Texts that the model was asked for, and those that have no score. */
  generations = 0;
  failed = 0;
  /** Rows of prompts, one after the other, that a metric failed on, and why the last one. */
  private inARow = 0;
  failure: string | undefined;
  private readonly kept = new Map<string, readonly ScoredText[]>();
  private readonly numbers: readonly number[];

  constructor(
    private readonly generator: Generator,
    readonly metrics: readonly WeighedMetric[],
    readonly samples: number,
  ) {
    const weighed = metrics.map(({ name, metric, not, weight, threshold }) => [name, metric.key, not, weight, threshold]);
    this.key = `${generator.key}\n${JSON.stringify([samples, weighed])}`;
    this.numbers = Array.from({ length: samples }, (_, i) => i);
  }

  get spent(): Spent | undefined {
    return this.generator.spent;
  }

  countFor(run: RequestLog): void {
    this.generator.countFor?.(run);
  }

  rows(texts: readonly string[], references: readonly (readonly string[])[] = texts.map(() => [])): Rows {
    const generated = this.generator.rows(texts);
    return { texts, cut: generated.cut, generated, references };
  }

  async score(prompts: readonly PromptIds[], set: Rows, rows: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const each = await this.scoreEach(
      prompts.map((ids) => ({ ids, rows })),
      set,
      signal,
    );
    return Float32Array.from(each.flatMap((scores) => [...scores]));
  }

  async scoreEach(jobs: readonly RowsOfPrompt[], set: Rows, signal?: AbortSignal): Promise<Float32Array[]> {
    const orders = jobs.flatMap(({ ids, rows }) => rows.map((row): Order => ({ ids, row, samples: this.numbers })));
    const means: number[] = [];
    for (let start = 0; start < orders.length; start += AT_ONCE) {
      const some = orders.slice(start, start + AT_ONCE);
      const texts = await this.write(some, set, signal);
      some.forEach(({ ids, row }, i) => this.keep(set, ids, row, texts[i]!));
      means.push(...texts.map((own) => own.reduce((sum, { score }) => sum + score, 0) / own.length));
    }
    let at = 0;
    return jobs.map(({ rows }) => Float32Array.from(means.slice(at, (at += rows.length))));
  }

  /** Scores of a prompt's first `count` texts on a row, for each job; NaN where a text has none. */
  async sample(
    jobs: readonly { readonly ids: PromptIds; readonly row: number }[],
    set: Rows,
    count: number,
    signal?: AbortSignal,
  ): Promise<number[][]> {
    const samples = Array.from({ length: count }, (_, i) => i);
    const scores: number[][] = [];
    const atOnce = Math.max(1, Math.floor((AT_ONCE * this.samples) / count));
    for (let start = 0; start < jobs.length; start += atOnce) {
      const orders = jobs.slice(start, start + atOnce).map((job): Order => ({ ...job, samples }));
      scores.push(...(await this.write(orders, set, signal)).map((texts) => texts.map(({ score }) => score)));
    }
    return scores;
  }

  /** The texts of a prompt on some rows: those that were scored, or the same ones again. */
  async texts(ids: PromptIds, set: Rows, rows: readonly number[], signal?: AbortSignal): Promise<(readonly ScoredText[])[]> {
    const lacking = rows.filter((row) => !this.kept.has(keyOf(set, ids, row)));
    const again = await this.write(
      lacking.map((row) => ({ ids, row, samples: this.numbers })),
      set,
      signal,
    );
    return rows.map((row) => this.kept.get(keyOf(set, ids, row)) ?? again[lacking.indexOf(row)]!);
  }

  private async write(orders: readonly Order[], set: Rows, signal: AbortSignal | undefined): Promise<ScoredText[][]> {
    const written = await this.generator.generate(orders, set.generated, signal);
    const asked = orders.reduce((sum, { samples }) => sum + samples.length, 0);
    this.generations += asked;
    const texts = written.flatMap((outputs, o) => outputs.map((output) => ({ output, row: rowOf(set, orders[o]!.row) })));
    const there = texts.flatMap(({ output, row }) => (output === undefined ? [] : [{ output, row }]));
    const verdicts = await judge(this.metrics, there, signal);
    let next = 0;
    const scored = texts.map(({ output }): ScoredText =>
      output === undefined ? { score: NaN, parts: [] } : { output, ...verdicts[next++]! },
    );
    let at = 0;
    const byOrder = written.map((outputs) => scored.slice(at, (at += outputs.length)));
    for (const own of byOrder) this.count(own);
    this.answered += asked / this.samples;
    return byOrder;
  }

  /** @throws CodedError when the metrics fail on everything: further texts would be a waste */
  private count(texts: readonly ScoredText[]): void {
    const failed = texts.filter(({ score }) => Number.isNaN(score));
    this.failed += failed.length;
    if (failed.length < texts.length) this.inARow = 0;
    const part = failed.flatMap(({ parts }) => parts).find(({ score }) => Number.isNaN(score));
    // Without one, the model failed.
    if (!part) return;
    this.failure = `${part.name}: ${part.reason}`;
    if (failed.length < texts.length || ++this.inARow < IN_A_ROW) return;
    throw new CodedError('metric.allFailed', { rows: this.inARow, reason: this.failure });
  }

  private keep(set: Rows, ids: PromptIds, row: number, texts: readonly ScoredText[]): void {
    this.kept.set(keyOf(set, ids, row), texts);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(oldest);
    }
  }

  /** What users should know about how the scores came about. */
  notes(): Note[] {
    const { failed, generations: of, failure: reason } = this;
    return [
      ...(failed > 0 ? [warning('metric.failed', { failed, of, reason })] : []),
      ...this.metrics.flatMap(({ metric }) => metric.notes?.() ?? []),
    ];
  }

  async release(): Promise<void> {
    await this.generator.release();
    for (const { metric } of this.metrics) await metric.release?.();
  }
}

function rowOf({ texts, references }: Rows, row: number): MetricRow {
  return { input: texts[row]!, references: references[row]! };
}

function keyOf({ texts }: RowSet, ids: PromptIds, row: number): string {
  return `${ids.join()}\n${texts[row]!}`;
}
