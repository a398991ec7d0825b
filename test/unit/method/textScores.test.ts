import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { RowModel, type Observed } from '../../../src/search/memory/rowModel';
import { Margins } from '../../../src/method/margins';
import { Scorer, ScoringError } from '../../../src/method/scorer';
import type { TaskModel } from '../../../src/model/taskModel';

/** A task with one class: a row's only "logit" is the score of what the model wrote. */
function scoring(score: (ids: readonly number[], row: number) => number): TaskModel {
  return {
    key: 'scores',
    classes: 1,
    rows: (texts) => ({ texts, cut: 0 }),
    score: (prompts, _, rows) => Promise.resolve(Float32Array.from(prompts.flatMap((ids) => rows.map((row) => score(ids, row))))),
    release: () => Promise.resolve(),
  };
}

const rows = (count: number) => ({
  set: { texts: Array.from({ length: count }, (_, i) => `row ${i}`), cut: 0 },
  labels: new Array<number>(count).fill(0),
});

describe('scores of generated texts', () => {
  it('are the gap, the choice and the accuracy of a prompt, and a hundredth of its reward', async () => {
    const scorer = new Scorer(
      scoring((ids, row) => (ids[0]! + row) / 10),
      rows(4),
      'balanced',
    );
    const [score] = await scorer.score([[2]]);
    expect(score!.gap).toBeCloseTo(0.35, 6);
    expect([score!.accuracy, score!.reward / 100]).toEqual([score!.gap, score!.gap]);
    const margins = new Margins(1);
    scorer.margins([2], margins);
    expect(margins.score()).toBe(score!.gap);
    expect(score!.scores!.map((each) => Math.round(10 * each))).toEqual([2, 3, 4, 5]);
    expect([scorer.asked, scorer.computed]).toEqual([4, 4]);
  });

  it('leave out a row that failed, and refuse a prompt without any', async () => {
    const scorer = new Scorer(
      scoring(([id], row) => (id === 1 || row === 2 ? NaN : row / 10)),
      rows(4),
      'balanced',
    );
    const [score] = await scorer.score([[2]]);
    expect(score!.accuracy).toBeCloseTo(0.4 / 3, 6);
    expect([score!.missing, score!.failed]).toEqual([1, [2]]);
    await expect(scorer.score([[1]])).rejects.toBeInstanceOf(ScoringError);
  });

  it('are filled in by a row model of rank 1: a quarter of the rows tells more than their mean', () => {
    const random = new Random(3);
    const [N, prompts, seen] = [32, 80, 8];
    const difficulty = Array.from({ length: N }, () => 0.5 + 0.2 * random.normal());
    const loading = Array.from({ length: N }, () => 0.12 + 0.04 * random.normal());
    const clamp = (x: number): number => Math.min(1, Math.max(0, x));
    const truth = Array.from({ length: prompts }, () => {
      const f = random.normal();
      return difficulty.map((mu, r) => clamp(mu + loading[r]! * f + 0.05 * random.normal()));
    });
    const model = new RowModel(new Array<number>(N).fill(0), 1);
    expect([model.C, model.q]).toEqual([1, 1]);
    const observed = truth.map((own): Observed => {
      const chosen = Array.from({ length: N }, (_, r) => ({ r, key: random.uniform() })).sort((a, b) => a.key - b.key);
      const own8 = chosen.slice(0, seen).map(({ r }) => r);
      return { rows: own8, y: Float64Array.from(own8.flatMap((r) => model.contrasts([own[r]!], 0)!)) };
    });
    expect(model.contrasts([NaN], 0)).toBeUndefined();
    model.fit(observed);
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const [filled, alone] = [0, 1].map((plain) =>
      Math.sqrt(
        mean(
          observed.map((each, i) => {
            const guess = plain
              ? mean(each.rows.map((r) => truth[i]![r]!))
              : model.scores.score(model.posterior(model.evidence(each)).mean);
            return (guess - mean(truth[i]!)) ** 2;
          }),
        ),
      ),
    ) as [number, number];
    expect(filled).toBeLessThan(0.5 * alone);
    expect(filled).toBeLessThan(0.03);
  });
});
