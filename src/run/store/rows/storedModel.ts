import type { SplitName } from '../../../data/dataset';
import type { PromptIds, RowSet, RowsOfPrompt, TaskModel } from '../../../model/taskModel';
import type { RowResults } from './format';

/** What keeps the results of a run. */
export interface RowLog {
  /** Results on rows of a split that need not be scored again, by row; undefined where there are none at all. The model takes out what it uses. */
  known(split: SplitName, ids: PromptIds): Map<number, Float32Array> | undefined;
  /** Has the results on disk when it returns. */
  keep(results: readonly RowResults[]): void;
}

/** Results by split and prompt, `SPLIT IDS`, and by row. */
export function byPrompt(results: readonly RowResults[]): Map<string, Map<number, Float32Array>> {
  const all = new Map<string, Map<number, Float32Array>>();
  for (const { split, ids, rows, values } of results) {
    const key = `${split} ${ids.join()}`;
    const of = all.get(key) ?? new Map<number, Float32Array>();
    const width = values.length / rows.length;
    rows.forEach((row, r) => of.set(row, values.subarray(r * width, (r + 1) * width)));
    all.set(key, of);
  }
  return all;
}

/**
 * A task model whose every result is in the log before anybody uses it, for the rows of one split. Results that the log knows
 * do not reach the model: they are what a resumed run stored after its checkpoint.
 */
export class StoredModel implements TaskModel {
  constructor(
    private readonly model: TaskModel,
    private readonly split: SplitName,
    private readonly log: RowLog,
  ) {}

  get key(): string {
    return this.model.key;
  }

  get classes(): number {
    return this.model.classes;
  }

  get failure(): string | undefined {
    return this.model.failure;
  }

  rows(texts: readonly string[]): RowSet {
    return this.model.rows(texts);
  }

  async score(prompts: readonly PromptIds[], set: RowSet, rows: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const result = new Float32Array(prompts.length * rows.length * this.classes);
    const size = rows.length * this.classes;
    const places = prompts.map((ids, p) => this.place(ids, rows, result.subarray(p * size, (p + 1) * size)));
    // Prompts that lack the same rows go to the model together.
    const groups = new Map<string, Place[]>();
    for (const place of places) {
      const key = place.lacking.join();
      if (key !== '') groups.set(key, [...(groups.get(key) ?? []), place]);
    }
    for (const group of groups.values()) {
      const { lacking } = group[0]!;
      const ids = group.map((place) => place.ids);
      const logits = await this.model.score(ids, set, lacking, signal);
      const each = lacking.length * this.classes;
      this.fill(
        group,
        group.map((_, p) => logits.slice(p * each, (p + 1) * each)),
      );
    }
    return result;
  }

  async scoreEach(jobs: readonly RowsOfPrompt[], set: RowSet, signal?: AbortSignal): Promise<Float32Array[]> {
    const results = jobs.map(({ rows }) => new Float32Array(rows.length * this.classes));
    const places = jobs.map(({ ids, rows }, j) => this.place(ids, rows, results[j]!)).filter(({ lacking }) => lacking.length > 0);
    const missing = places.map(({ ids, lacking }) => ({ ids, rows: lacking }));
    if (places.length > 0) this.fill(places, await scoreEach(this.model, missing, set, signal));
    return results;
  }

  /** What the log knows is in place; the rest is lacking. */
  private place(ids: PromptIds, rows: readonly number[], result: Float32Array): Place {
    const known = this.log.known(this.split, ids);
    if (!known) return { ids, rows, result, lacking: rows };
    const lacking = rows.filter((row) => !known.has(row));
    rows.forEach((row, r) => result.set(known.get(row) ?? [], r * this.classes));
    // Replayed once, as it was stored once: another search pays for the same row again.
    for (const row of rows) known.delete(row);
    return { ids, rows, result, lacking };
  }

  private fill(places: readonly Place[], answers: readonly Float32Array[]): void {
    const { split, classes: K } = this;
    this.log.keep(places.map(({ ids, lacking }, p) => ({ split, ids, rows: lacking, values: answers[p]! })));
    places.forEach(({ rows, lacking, result }, p) => {
      if (lacking.length === rows.length) return result.set(answers[p]!);
      const at = new Map(lacking.map((row, r) => [row, r]));
      rows.forEach((row, r) => {
        const found = at.get(row);
        if (found !== undefined) result.set(answers[p]!.subarray(found * K, (found + 1) * K), r * K);
      });
    });
  }

  release(): Promise<void> {
    return this.model.release();
  }
}

/** A prompt's rows, where their results go, and those that the model has to score. */
interface Place {
  readonly ids: PromptIds;
  readonly rows: readonly number[];
  readonly result: Float32Array;
  readonly lacking: readonly number[];
}

async function scoreEach(model: TaskModel, jobs: readonly RowsOfPrompt[], set: RowSet, signal?: AbortSignal): Promise<Float32Array[]> {
  if (model.scoreEach) return model.scoreEach(jobs, set, signal);
  const answers: Float32Array[] = [];
  for (const { ids, rows } of jobs) answers.push(await model.score([ids], set, rows, signal));
  return answers;
}
