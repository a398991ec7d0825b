import type { RowSet, TaskModel } from '../../../src/model/taskModel';
import type { LabeledRows } from '../../../src/method/scorer';
import type { PromptIds } from '../../../src/model/taskModel';
import type { Prompt } from '../../../src/search/prompt';

/** What the model was asked for in one call. */
export interface Call {
  readonly prompts: readonly PromptIds[];
  readonly rows: readonly number[];
  readonly set: RowSet;
}

/** A task model of two or more classes whose probability gap is a given function of prompt and row. */
export class FakeTaskModel implements TaskModel {
  readonly key = 'fake';
  readonly calls: Call[] = [];

  constructor(
    /** p(right) − p(best other), in (−1, 1). */
    private readonly gap: (ids: PromptIds, row: number, set: RowSet) => number,
    private readonly labels: ReadonlyMap<RowSet, readonly number[]>,
    readonly classes = 2,
  ) {}

  rows(texts: readonly string[]): RowSet {
    return { texts, cut: 0 };
  }

  score(prompts: readonly PromptIds[], set: RowSet, rows: readonly number[]): Promise<Float32Array> {
    this.calls.push({ prompts: prompts.map((ids) => [...ids]), rows: [...rows], set });
    const K = this.classes;
    const logits = new Float32Array(prompts.length * rows.length * K).fill(-40);
    prompts.forEach((ids, p) =>
      rows.forEach((row, r) => {
        const right = this.labels.get(set)![row]!;
        const at = (p * rows.length + r) * K;
        // With two logits x and 0 that count, the gap is tanh(x / 2).
        logits[at + right] = 2 * Math.atanh(this.gap(ids, row, set));
        logits[at + ((right + 1) % K)] = 0;
      }),
    );
    return Promise.resolve(logits);
  }

  /** Distinct (prompt, row) pairs of all calls on a split, and how many were asked for. */
  queries(set?: RowSet): { pairs: number; distinct: number } {
    const calls = this.calls.filter((call) => set === undefined || call.set === set);
    const pairs = calls.flatMap(({ prompts, rows }) => prompts.flatMap((ids) => rows.map((row) => `${ids.join()}/${row}`)));
    return { pairs: pairs.length, distinct: new Set(pairs).size };
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** Labels 0, 1, 0, 1, … or those given, with a text for each. */
export function labelled(labels: readonly number[], name = 'row'): LabeledRows {
  return { set: { texts: labels.map((_, i) => `${name} ${i}`), cut: 0 }, labels };
}

export function alternating(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i % 2);
}

/** A fake model over some splits. */
export function fakeModel(gap: (ids: PromptIds, row: number, set: RowSet) => number, ...splits: LabeledRows[]): FakeTaskModel {
  return new FakeTaskModel(gap, new Map(splits.map(({ set, labels }) => [set, labels])));
}

/** A prompt as its ids, in place of an experiment's. */
export function bare(ids: PromptIds): Prompt {
  return { prompt: ids.join(' '), pieces: ids.map(String), tokens: ids };
}
