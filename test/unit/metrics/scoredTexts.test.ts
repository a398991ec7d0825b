import { describe, expect, it } from 'vitest';
import type { Metric, WeighedMetric } from '../../../src/metrics/metric';
import { ScoredTexts } from '../../../src/metrics/scoredTexts';
import type { Generator, Order } from '../../../src/model/generator';

/** Writes `PROMPT ROW SAMPLE`, nothing for row 2, and fails on sample 1 of row 3. */
class Fake implements Generator {
  readonly key = 'fake';
  asked: Order[] = [];

  rows(texts: readonly string[]) {
    return { texts, cut: 0 };
  }

  generate(orders: readonly Order[]) {
    this.asked.push(...orders);
    return Promise.resolve(
      orders.map(({ ids, row, samples }) =>
        samples.map((sample) => (row === 3 && sample === 1 ? undefined : row === 2 ? '' : `${ids.join()} ${row} ${sample}`)),
      ),
    );
  }

  release() {
    return Promise.resolve();
  }
}

const half: Metric = {
  key: 'half',
  score: (cases) =>
    cases.map(({ output, row }) => ({ score: output.endsWith('1') ? 1 : 0.5, reason: `${row.input} ${row.references.join()}` })),
};
const weighed: WeighedMetric = { name: 'half', metric: half, not: false, weight: 1, threshold: undefined };

describe('texts with scores', () => {
  it('are a task model of one class: the mean score over the samples, NaN where a text failed', async () => {
    const generator = new Fake();
    const model = new ScoredTexts(generator, [weighed], 2);
    const rows = model.rows(['a', 'b', 'c', 'd'], [['A'], ['B'], ['C'], ['D']]);
    expect(model.classes).toBe(1);
    const [first, second] = await model.scoreEach(
      [
        { ids: [7], rows: [0, 3] },
        { ids: [8], rows: [1, 2] },
      ],
      rows,
    );
    expect([...first!]).toEqual([0.75, NaN]);
    expect([...second!]).toEqual([0.75, 0]);
    expect([...(await model.score([[7], [8]], rows, [1]))]).toEqual([0.75, 0.75]);
  });

  it('are counted at the model, and shown again without asking', async () => {
    const generator = new Fake();
    const model = new ScoredTexts(generator, [weighed], 2);
    const rows = model.rows(['a', 'b', 'c', 'd'], [['A'], ['B'], ['C'], ['D']]);
    await model.score([[7]], rows, [0, 1, 3]);
    expect(generator.asked.flatMap(({ samples }) => samples)).toHaveLength(model.generations);
    expect([model.generations, model.failed, model.answered]).toEqual([6, 1, 3]);
    expect(model.notes()).toHaveLength(1);
    const texts = await model.texts([7], rows, [0, 2]);
    expect(generator.asked).toHaveLength(4);
    expect(texts.map((own) => own.map(({ output, score, parts }) => [output, score, parts[0]!.name]))).toEqual([
      [
        ['7 0 0', 0.5, 'half'],
        ['7 0 1', 1, 'half'],
      ],
      [
        ['', 0, 'half'],
        ['', 0, 'half'],
      ],
    ]);
    expect(texts[0]![0]!.parts[0]!.reason).toBe('a A');
  });

  it('go on where a metric fails on some rows, and end where it fails on all', async () => {
    const failing = (fails: (input: string) => boolean): ScoredTexts => {
      const metric: Metric = {
        key: 'failing',
        score: (cases) => cases.map(({ row }) => ({ score: fails(row.input) ? NaN : 1, reason: 'no reason' })),
      };
      return new ScoredTexts(new Fake(), [{ ...weighed, metric }], 4);
    };
    const texts = Array.from({ length: 40 }, (_, i) => `row ${i}`);
    const all = texts.map((_, i) => i);
    const some = failing((input) => input.endsWith('7'));
    const scores = await some.score([[7]], some.rows(texts), all);
    expect([...scores].filter((score) => Number.isNaN(score))).toHaveLength(4 + 1);
    expect(some.failure).toBe('half: no reason');
    // One row with many samples is one failure.
    const one = failing(() => true);
    await one.sample([{ ids: [7], row: 0 }], one.rows(texts), 100);
    await expect(one.score([[7]], one.rows(texts), all)).rejects.toMatchObject({ code: 'metric.allFailed' });
  });

  it('have a key that depends on the model, the samples and the metrics', () => {
    const key = (samples: number, change: Partial<WeighedMetric> = {}): string =>
      new ScoredTexts(new Fake(), [{ ...weighed, ...change }], samples).key;
    expect(new Set([key(1), key(2), key(2, { not: true }), key(2, { weight: 2 }), key(2, { threshold: 0.5 })]).size).toBe(5);
    expect(key(2)).toBe(key(2));
  });
});
