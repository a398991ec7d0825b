import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { NO_CLASS, Scorer, ScoringError, type ScorerState } from '../../../src/method/scorer';
import type { RowSet, TaskModel } from '../../../src/model/taskModel';
import { alternating, FakeTaskModel, fakeModel, labelled } from './fakeTaskModel';

const rows = labelled([0, 0, 0, 1]);

/** Prompt [1]: gaps ½, ½, −½, ¼. Any other: its last id in hundredths. */
function gap(ids: readonly number[], row: number): number {
  return ids.join() === '1' ? [0.5, 0.5, -0.5, 0.25][row]! : (ids.at(-1) ?? 0) / 100;
}

function scorer(weights: 'balanced' | 'rows' = 'rows', cacheBytes?: number): { model: FakeTaskModel; train: Scorer } {
  const model = fakeModel(gap, rows);
  return { model, train: new Scorer(model, rows, weights, cacheBytes) };
}

describe('scores', () => {
  it('rows: mean gap, mean piecewise reward, accuracy and answers', async () => {
    const { train } = scorer('rows');
    const [score] = await train.score([[1]]);
    // (½ + ½ − ½ + ¼) / 4; (100 + 100 − 90 + 50) / 4; three of four are right, row 2 is answered 1.
    expect(score!.gap).toBeCloseTo(0.1875, 6);
    expect(score!.reward).toBeCloseTo(40, 4);
    expect(score!.accuracy).toBe(0.75);
    expect(score!.predicted).toEqual([0, 0, 1, 1]);
  });

  it('balanced: gap and reward weigh the classes equally, accuracy the rows', async () => {
    const { train } = scorer('balanced');
    const [score] = await train.score([[1]]);
    // Class 0: gap 1/6, reward 110/3; class 1: ¼ and 50.
    expect(score!.gap).toBeCloseTo((1 / 6 + 1 / 4) / 2, 6);
    expect(score!.reward).toBeCloseTo((110 / 3 + 50) / 2, 4);
    expect(score!.accuracy).toBe(0.75);
  });

  it('come in the order of the prompts, whatever was known before', async () => {
    const { train } = scorer();
    await train.score([[30]]);
    const scores = await train.score([[20], [30], [10], [20], []]);
    expect(scores.map((score) => Number(score.gap.toFixed(6)))).toEqual([0.2, 0.3, 0.1, 0.2, 0]);
  });

  it('read the logits of three classes and several prompts at their places', async () => {
    const three = labelled([2, 0, 1]);
    const model = new FakeTaskModel((ids, row) => ids[0]! / 10 - row / 100, new Map([[three.set, three.labels]]), 3);
    const scores = await new Scorer(model, three, 'rows').score([[3], [-3]]);
    // Gaps 0.3, 0.29, 0.28 and −0.3, −0.31, −0.32: right, and wrong by one class.
    expect(scores[0]!.gap).toBeCloseTo(0.29, 6);
    expect(scores[0]!.predicted).toEqual([2, 0, 1]);
    expect(scores[1]!.gap).toBeCloseTo(-0.31, 6);
    expect(scores[1]!.predicted).toEqual([0, 1, 2]);
    expect(scores[1]!.accuracy).toBe(0);
  });
});

describe('queries', () => {
  it('asked counts every wish, computed every pair once', async () => {
    const { model, train } = scorer();
    await train.score([[1], [2], [1], [1, 2]]);
    expect([train.asked, train.computed]).toEqual([16, 12]);
    expect(model.queries()).toEqual({ pairs: 12, distinct: 12 });
    await train.score([[2], [3], [1, 2]]);
    expect([train.asked, train.computed]).toEqual([28, 16]);
    expect(model.queries()).toEqual({ pairs: 16, distinct: 16 });
    // [1, 2] and [12] are not one prompt.
    await train.score([[12]]);
    expect(train.computed).toBe(20);
  });

  it('prompts that lack the same rows go to the model in one call', async () => {
    const { model, train } = scorer();
    await train.score([[1]], undefined, 2);
    await train.score([[1], [2], [3]]);
    expect(model.calls.map(({ prompts, rows: asked }) => [prompts, asked])).toEqual([
      [[[1]], [0, 1]],
      [[[1]], [2, 3]],
      [
        [[2], [3]],
        [0, 1, 2, 3],
      ],
    ]);
  });

  it('the first rows only, and later the rest only', async () => {
    const { model, train } = scorer('rows');
    const [part] = await train.score([[1]], undefined, 2);
    expect(part!.gap).toBeCloseTo(0.5, 6);
    expect(part!.predicted).toEqual([0, 0]);
    expect(part!.accuracy).toBe(1);
    expect([train.asked, train.computed]).toEqual([2, 2]);
    expect(train.known([1])).toBeUndefined();
    expect(train.scored()).toEqual([]);

    const [whole] = await train.score([[1]]);
    expect(whole!.gap).toBeCloseTo(0.1875, 6);
    expect([train.asked, train.computed]).toEqual([6, 4]);
    expect(model.queries()).toEqual({ pairs: 4, distinct: 4 });
    expect(train.known([1])).toEqual(whole);

    // Fewer rows of a prompt that is known: nothing to compute.
    expect(await train.score([[1]], undefined, 2)).toEqual([part]);
    expect([train.asked, train.computed]).toEqual([8, 4]);
  });

  it('a call that fails counts nothing and leaves nothing half known', async () => {
    const { model, train } = scorer();
    const score = model.score.bind(model);
    model.score = () => Promise.reject(new Error('stopped'));
    await expect(train.score([[1]])).rejects.toThrow('stopped');
    expect([train.asked, train.computed]).toEqual([0, 0]);
    expect(train.scored()).toEqual([]);
    model.score = score;
    expect((await train.score([[1]]))[0]!.gap).toBeCloseTo(0.1875, 6);
    expect([train.asked, train.computed]).toEqual([4, 4]);
  });

  it('no prompts, no queries', async () => {
    const { model, train } = scorer();
    expect(await train.score([])).toEqual([]);
    expect([train.asked, train.computed, model.calls.length]).toEqual([0, 0, 0]);
  });
});

describe('known and scored', () => {
  it('list the prompts with all rows, the empty prompt among them', async () => {
    const { train } = scorer();
    const scores = await train.score([[4, 20], [], [7]]);
    await train.score([[8]], undefined, 3);
    expect(train.scored()).toEqual([
      { ids: [4, 20], score: scores[0] },
      { ids: [], score: scores[1] },
      { ids: [7], score: scores[2] },
    ]);
    expect(train.known([])).toEqual(scores[1]);
    expect(train.known([4])).toBeUndefined();
  });

  it('count no queries', async () => {
    const { train } = scorer();
    await train.score([[1]]);
    train.known([1]);
    train.scored();
    expect([train.asked, train.computed]).toEqual([4, 4]);
  });
});

describe('checkpoint', () => {
  it('brings back counts and scores, so that nothing is computed again', async () => {
    const { train } = scorer();
    await train.score([[1], [2]]);
    await train.score([[3]], undefined, 2);
    const state = deserialize(serialize(train.save())) as ScorerState;
    const expected = await train.score([[2], [1], [3]]);

    const { model, train: other } = scorer();
    await other.score([[9]]);
    model.calls.length = 0;
    other.restore(state);
    expect([other.asked, other.computed]).toEqual([10, 10]);
    expect(other.known([9])).toBeUndefined();
    expect(await other.score([[2], [1], [3]])).toEqual(expected);
    // Only the two rows that [3] still lacked.
    expect(model.queries()).toEqual({ pairs: 2, distinct: 2 });
    expect([other.asked, other.computed]).toEqual([train.asked, train.computed]);
  });
});

describe('the bound of the cache', () => {
  const prompts = Array.from({ length: 50 }, (_, i) => [i + 1]);

  it('what falls out is computed, and counted, again', async () => {
    const { model, train } = scorer('rows', 2000);
    const expected = await train.score(prompts);
    const kept = train.scored().map(({ ids }) => ids[0]!);
    // Some fit and some do not; the newest stay.
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.length).toBeLessThan(50);
    expect(kept).toEqual(prompts.slice(-kept.length).flat());

    await train.score([[50]]);
    expect(train.computed).toBe(200);
    expect(await train.score([[1]])).toEqual([expected[0]]);
    expect(train.computed).toBe(204);
    expect(model.queries()).toEqual({ pairs: 204, distinct: 200 });
    expect(train.scored().length).toBe(kept.length);
  });

  it('the best prompts stay, however long ago they were used', async () => {
    const { train: all } = scorer('rows');
    const scores = await all.score(prompts);
    const best = prompts[scores.map(({ gap }) => gap).indexOf(Math.max(...scores.map(({ gap }) => gap)))]!;
    const { train } = scorer('rows', 2000);
    await train.score([best]);
    const others = prompts.filter((ids) => ids !== best);
    for (const ids of others) await train.score([ids]);
    expect(train.known(best)).toBeDefined();
    expect(others.filter((ids) => !train.known(ids)).length).toBeGreaterThan(0);
  });

  it('a prompt that is asked for again stays', async () => {
    const { train } = scorer('rows', 2000);
    await train.score(prompts);
    const [oldest, next] = train.scored().map(({ ids }) => ids);
    await train.score([oldest!]);
    await train.score([[99]]);
    expect(train.known(oldest!)).toBeDefined();
    expect(train.known(next!)).toBeUndefined();
  });

  it('scores of one call are whole even where nothing fits', async () => {
    const { train } = scorer('rows', 0);
    const scores = await train.score([[10], [20]]);
    expect(scores.map(({ gap }) => Number(gap.toFixed(6)))).toEqual([0.1, 0.2]);
    expect(train.scored()).toEqual([]);
    await train.score([[10]]);
    expect(train.computed).toBe(12);
  });

  it('keeps more prompts of a split with fewer rows', async () => {
    const long = labelled(alternating(100));
    const many = new Scorer(fakeModel(gap, long), long, 'rows', 5000);
    await many.score(prompts);
    const { train } = scorer('rows', 5000);
    await train.score(prompts);
    expect(many.scored().length).toBeGreaterThan(0);
    expect(many.scored().length).toBeLessThan(train.scored().length);
  });
});

describe('rows that a server could not score or answer', () => {
  /** A model with the given logits of two classes for each row, whatever the prompt. */
  function model(logits: readonly [number, number][]): TaskModel {
    return {
      key: 'server',
      classes: 2,
      rows: (texts): RowSet => ({ texts, cut: 0 }),
      score: (prompts, _, wanted) => Promise.resolve(Float32Array.from(prompts.flatMap(() => wanted.flatMap((row) => logits[row]!)))),
      release: () => Promise.resolve(),
    };
  }
  const even = Math.log(3); // p = ¾ and ¼: a gap of ½

  it('are left out of the means, and counted', async () => {
    const train = new Scorer(
      model([
        [even, 0],
        [NaN, NaN],
        [0, even],
        [NaN, NaN],
      ]),
      labelled([0, 0, 0, 1]),
      'rows',
    );
    const [score] = await train.score([[1]]);
    // Rows 0 and 2 remain: gaps ½ and −½, one of two right.
    expect(score!.gap).toBeCloseTo(0, 6);
    expect(score!.reward).toBeCloseTo((100 - 90) / 2, 4);
    expect(score).toMatchObject({ accuracy: 0.5, missing: 2, predicted: [0, NO_CLASS, 1, NO_CLASS] });
  });

  it('are not asked for again, and outlive a checkpoint', async () => {
    const task = model([
      [NaN, NaN],
      [even, 0],
      [even, 0],
      [0, even],
    ]);
    const train = new Scorer(task, labelled([0, 0, 0, 1]), 'balanced');
    const [first] = await train.score([[1]]);
    expect(train.computed).toBe(4);
    const again = new Scorer(task, labelled([0, 0, 0, 1]), 'balanced');
    again.restore(deserialize(serialize(train.save())) as ScorerState);
    expect(await again.score([[1]])).toEqual([first]);
    expect(again.known([1])).toEqual(first);
    expect(again.computed).toBe(4);
  });

  it('leave a class without rows out of the balanced mean', async () => {
    const train = new Scorer(
      model([
        [even, 0],
        [even, 0],
        [even, 0],
        [NaN, NaN],
      ]),
      labelled([0, 0, 0, 1]),
      'balanced',
    );
    expect((await train.score([[1]]))[0]!.gap).toBeCloseTo(0.5, 6);
  });

  it('an answer that is none of the label words is as wrong as can be', async () => {
    const none: [number, number] = [-Infinity, -Infinity];
    const train = new Scorer(model([none, [even, 0], none, [0, even]]), labelled([0, 0, 1, 1]), 'rows');
    const [score] = await train.score([[1]]);
    expect(score!.gap).toBeCloseTo((-1 + 0.5 - 1 + 0.5) / 4, 6);
    expect(score).toMatchObject({ accuracy: 0.5, predicted: [NO_CLASS, 0, NO_CLASS, 1] });
  });

  it('classes that are exactly alike are no answer for the first of them', async () => {
    const train = new Scorer(
      model([
        [-5, -5],
        [-5, -5],
        [even, 0],
        [0, even],
      ]),
      labelled([0, 1, 0, 1]),
      'rows',
    );
    const [score] = await train.score([[1]]);
    expect(score!.gap).toBeCloseTo(0.25, 6);
    expect(score).toMatchObject({ accuracy: 0.5, predicted: [NO_CLASS, NO_CLASS, 0, 1] });
  });

  it('a prompt without a single score is an error', async () => {
    const train = new Scorer(
      model([
        [NaN, NaN],
        [NaN, NaN],
      ]),
      labelled([0, 1]),
      'rows',
    );
    await expect(train.score([[1]])).rejects.toThrow(ScoringError);
    // It is no candidate, and no error of those that are.
    expect(await train.scoreAny([[1]])).toEqual([undefined]);
    expect(train.known([1])).toBeUndefined();
    expect(train.scored()).toEqual([]);
  });
});
