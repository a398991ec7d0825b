import { describe, expect, it } from 'vitest';
import { Scorer } from '../../../src/method/scorer';
import type { PromptIds } from '../../../src/model/taskModel';
import { Random } from '../../../src/method/random';
import { byGap, FINALISTS, pooledGap, select, selectionCost } from '../../../src/search/selection';
import { alternating, bare, fakeModel, labelled, type FakeTaskModel } from '../method/fakeTaskModel';

const TRAIN = labelled(alternating(16), 'train');
const VALIDATION = labelled(alternating(128), 'validation');

interface Setting {
  readonly model: FakeTaskModel;
  readonly train: Scorer;
  readonly validation: Scorer;
}

type Gap = (ids: PromptIds, row: number, split: 'train' | 'validation') => number;

async function setting(
  prompts: readonly PromptIds[],
  gap: Gap,
  weights: 'balanced' | 'rows' = 'rows',
  change = (model: FakeTaskModel): FakeTaskModel => model,
): Promise<Setting> {
  const model = change(fakeModel((ids, row, set) => gap(ids, row, set === TRAIN.set ? 'train' : 'validation'), TRAIN, VALIDATION));
  const [train, validation] = [new Scorer(model, TRAIN, weights), new Scorer(model, VALIDATION, weights)];
  await train.score(prompts);
  model.calls.length = 0;
  return { model, train, validation };
}

/** Has a row whose gap is NaN fail as a server's does: all of its logits are NaN. */
function allNaN(model: FakeTaskModel): FakeTaskModel {
  const score = model.score.bind(model);
  const K = model.classes;
  model.score = async (...asked) => {
    const logits = await score(...asked);
    for (let at = 0; at < logits.length; at += K) if (logits.subarray(at, at + K).some(Number.isNaN)) logits.fill(NaN, at, at + K);
    return logits;
  };
  return model;
}

/** A gap in (−1, 1) for every pair, rounded to float32's reach so that the model gives it back. */
function noise(ids: PromptIds, row: number, split: string): number {
  const seed = [...ids, row, split.length].reduce((hash, x) => Math.imul(hash, 31) + x + 1, 17);
  return 1.8 * new Random(seed).uniform() - 0.9;
}

const singles = (n: number): number[][] => Array.from({ length: n }, (_, i) => [i]);

/** Each prompt has a worth of its own, and rows and splits blur it. */
const blurred: Gap = (ids, row, split) => 0.5 * noise(ids, -1, '') + 0.5 * noise(ids, row, split);

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Mean over all training rows and the first n validation rows. */
function seen(gap: Gap, ids: PromptIds, n: number): number {
  return average([
    ...TRAIN.labels.map((_, row) => gap(ids, row, 'train')),
    ...Array.from({ length: n }, (_, row) => gap(ids, row, 'validation')),
  ]);
}

describe('selectionCost', () => {
  it('512 prompts on an eighth of the rows, then 256, 128 and 64 on what is new', () => {
    // 512 · 16 + 256 · 16 + 128 · 32 + 64 · 64
    expect(selectionCost(128)).toBe(20_480);
    // Shares of 10 rows are 2, 3, 5 and 10: 512 · 2 + 256 · 1 + 128 · 2 + 64 · 5
    expect(selectionCost(10)).toBe(1856);
    expect(selectionCost(1)).toBe(512);
    expect(selectionCost(0)).toBe(0);
  });

  it('with fewer candidates costs no more than all of them on all rows', () => {
    expect(selectionCost(128, 30)).toBe(30 * 128);
    expect(selectionCost(128, 64)).toBe(64 * 128);
    // 100 · 16 + 100 · 16 + 100 · 32 + 64 · 64
    expect(selectionCost(128, 100)).toBe(10_496);
    expect(selectionCost(128, 512)).toBe(20_480);
    expect(selectionCost(128, 9999)).toBe(20_480);
  });
});

describe('select', () => {
  it('halves by what is known so far and ranks by the mean gap over train and validation rows together', async () => {
    const prompts = singles(700);
    const { train, validation } = await setting(prompts, blurred);
    const ranked = await select(train, validation, bare);

    let alive: number[][] = prompts;
    for (const [kept, before] of [
      [512, 0],
      [256, 16],
      [128, 32],
      [64, 64],
      [64, 128],
    ] as const) {
      alive = [...alive].sort((a, b) => seen(blurred, b, before) - seen(blurred, a, before)).slice(0, kept);
    }
    expect(ranked.map(({ tokens }) => tokens)).toEqual(alive);
    ranked.forEach(({ tokens: ids = [], gap, train: onTrain, validation: onValidation }) => {
      expect(gap).toBeCloseTo(seen(blurred, ids, 128), 5);
      expect(onTrain.gap).toBeCloseTo(seen(blurred, ids, 0), 5);
      expect(onValidation.gap).toBeCloseTo(average(VALIDATION.labels.map((_, row) => blurred(ids, row, 'validation'))), 5);
    });
  });

  it('a prompt that train flatters falls on the validation rows', async () => {
    const flattered: Gap = (ids, _row, split) => (ids[0] === 1 ? (split === 'train' ? 0.9 : 0) : ids[0] === 2 ? 0.5 : 0.1);
    const { train, validation } = await setting([[1], [2], [3]], flattered);
    const ranked = await select(train, validation, bare);
    // [1]: (16 · 0.9 + 128 · 0) / 144 = 0.1; [3]: 0.1 as well, a hair apart by rounding.
    expect(ranked[0]!.tokens).toEqual([2]);
    expect(ranked[0]!.gap).toBeCloseTo(0.5, 6);
    expect(ranked.find(({ tokens }) => tokens![0] === 1)!.gap).toBeCloseTo(0.1, 6);
  });

  it('spends what selectionCost says, all on validation rows, and at most that', async () => {
    const { model, train, validation } = await setting(singles(700), blurred);
    const before = [train.asked, train.computed];
    await select(train, validation, bare);
    expect(validation.computed).toBe(20_480);
    expect(model.queries(VALIDATION.set)).toEqual({ pairs: 20_480, distinct: 20_480 });
    expect([train.asked, train.computed]).toEqual(before);
    expect(model.calls.every(({ set }) => set === VALIDATION.set)).toBe(true);
  });

  it('spends less where validation knows some of the prompts', async () => {
    const { train, validation } = await setting(singles(700), blurred);
    await validation.score(singles(700).slice(0, 50));
    const spent = validation.computed;
    await select(train, validation, bare);
    expect(validation.computed - spent).toBeLessThan(20_480);
  });

  it('asks for known prompts and the first rows of a part only', async () => {
    const { model, train, validation } = await setting(singles(700), blurred);
    await select(train, validation, bare);
    // 16, 16, 32 and 64 new rows of 512, 256, 128 and 64 prompts, each time among those before.
    expect(model.calls.map(({ prompts, rows }) => [prompts.length, rows[0], rows.at(-1), rows.length])).toEqual([
      [512, 0, 15, 16],
      [256, 16, 31, 16],
      [128, 32, 63, 32],
      [64, 64, 127, 64],
    ]);
    let among = new Set(singles(700).map((ids) => ids.join()));
    for (const { prompts } of model.calls) {
      expect(prompts.every((ids) => among.has(ids.join()))).toBe(true);
      among = new Set(prompts.map((ids) => ids.join()));
    }
  });

  it.each([1, 30, FINALISTS])('%i candidates are all ranked on all rows', async (n) => {
    const { train, validation } = await setting(singles(n), blurred);
    const ranked = await select(train, validation, bare);
    expect(ranked.length).toBe(n);
    expect(validation.computed).toBe(selectionCost(128, n));
    expect(validation.computed).toBe(n * 128);
    const expected = singles(n).sort((a, b) => seen(blurred, b, 128) - seen(blurred, a, 128));
    expect(ranked.map(({ tokens }) => tokens)).toEqual(expected);
  });

  it('no candidates, no ranking', async () => {
    const { train, validation } = await setting([], blurred);
    expect(await select(train, validation, bare)).toEqual([]);
    expect([validation.asked, validation.computed]).toEqual([0, 0]);
  });

  it('passes over prompts that were not scored on every training row', async () => {
    const { train, validation } = await setting([[1], [2]], blurred);
    await train.score([[3]], undefined, 15);
    expect((await select(train, validation, bare)).map(({ tokens }) => tokens![0]).sort()).toEqual([1, 2]);
  });

  it('does not depend on the order in which prompts were found, ties included', async () => {
    // Five levels of gap for 600 prompts: ties at every border.
    const coarse: Gap = (ids) => (ids[0]! % 5) / 10;
    const prompts: number[][] = Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? [i, 1] : [i]));
    const shuffled = prompts.map((ids) => ({ ids, key: noise(ids, 3, 'x') })).sort((a, b) => a.key - b.key);
    const rank = async (order: readonly PromptIds[]): Promise<string[]> => {
      const { train, validation } = await setting(order, coarse);
      return (await select(train, validation, bare)).map(({ tokens }) => tokens!.join());
    };
    const ranked = await rank(prompts);
    expect(await rank(shuffled.map(({ ids }) => ids))).toEqual(ranked);
    expect(await rank([...prompts].reverse())).toEqual(ranked);
    // Ties go to the shorter prompt, then to the smaller ids: 80 single ids have the highest gap.
    const expected = prompts.filter((ids) => ids[0]! % 5 === 4 && ids.length === 1).slice(0, 64);
    expect(ranked).toEqual(expected.map((ids) => ids.join()));
  });

  it('goes by the training rows where validation rows failed, and leaves out who has none at the end', async () => {
    const few = labelled(alternating(8), 'validation');
    // [2] loses its first validation row, [3] all of them.
    const fails = (ids: PromptIds, row: number): boolean => ids[0] === 3 || (ids[0] === 2 && row === 0);
    const model = fakeModel(
      (ids, row, set) => (set === few.set && fails(ids, row) ? NaN : set === few.set ? 0.1 * ids[0]! : 0.3),
      TRAIN,
      few,
    );
    const [train, validation] = [new Scorer(allNaN(model), TRAIN, 'rows'), new Scorer(allNaN(model), few, 'rows')];
    await train.score([[1], [2], [3]]);
    const ranked = await select(train, validation, bare);
    expect(ranked.map(({ tokens }) => tokens)).toEqual([[2], [1]]);
    // (16 · 0.3 + 8 · 0.2) / 24 and (16 · 0.3 + 8 · 0.1) / 24
    expect(ranked[0]!.gap).toBeCloseTo(6.4 / 24, 6);
    expect(ranked[1]!.gap).toBeCloseTo(5.6 / 24, 6);
  });

  it('a prompt whose first validation rows fail is not overtaken for it', async () => {
    // 600 prompts, the last of them the best by far; a round keeps 512, 256, 128, 64.
    const gap: Gap = (ids, row, split) => (split === 'validation' && ids[0] === 599 && row < 64 ? NaN : ids[0]! / 1000);
    const { train, validation } = await setting(singles(600), gap, 'rows', allNaN);
    expect((await select(train, validation, bare))[0]!.tokens).toEqual([599]);
  });

  it('is an error where no validation row of any prompt could be scored', async () => {
    const { train, validation } = await setting(singles(3), (_ids, _row, split) => (split === 'train' ? 0.5 : NaN), 'rows', allNaN);
    await expect(select(train, validation, bare)).rejects.toMatchObject({ code: 'search.noValidationScore', args: [{ prompts: 3 }] });
  });

  it('keeps to its cost with many classes and rows', async () => {
    const labels = Array.from({ length: 30 * 64 }, (_, i) => i % 30);
    const [few, many] = [labelled(labels.slice(0, 30), 'train'), labelled(labels, 'validation')];
    const gap = new Map(singles(600).map((ids) => [ids[0]!, noise(ids, 0, '')]));
    const model = fakeModel((ids) => gap.get(ids[0]!)!, few, many);
    Object.assign(model, { classes: 30 });
    const [train, validation] = [new Scorer(model, few, 'balanced'), new Scorer(model, many, 'balanced')];
    await train.score(singles(600));
    const ranked = await select(train, validation, bare);
    // 512 · 240 + 256 · 240 + 128 · 480 + 64 · 960
    expect(validation.computed).toBe(307_200);
    const best = singles(600).sort((a, b) => gap.get(b[0]!)! - gap.get(a[0]!)!);
    expect(ranked.map(({ tokens }) => tokens)).toEqual(best.slice(0, 64));
  });
});

it('pooledGap weighs each split by its rows', () => {
  const score = (gap: number) => ({ gap });
  // (32 · 0.5 + 96 · 0.1) / 128
  expect(pooledGap(score(0.5), 32, score(0.1), 96)).toBeCloseTo(0.2, 12);
});

it('byGap puts the larger gap first, and of equal ones the shorter prompt, then the smaller ids', () => {
  const candidate = (tokens: number[], gap: number) => ({ tokens, gap });
  const sorted = [
    candidate([9], 0.5),
    candidate([], -0.1),
    candidate([3, 10], 0.5),
    candidate([3, 9], 0.5),
    candidate([5], 0.5),
    candidate([7, 7], 0.6),
  ].sort(byGap);
  expect(sorted.map(({ tokens }) => tokens)).toEqual([[7, 7], [5], [9], [3, 9], [3, 10], []]);
});
