import { describe, expect, it } from 'vitest';
import { Scorer } from '../../../src/method/scorer';
import { Random } from '../../../src/method/random';
import { RandomSearch, type RandomSearchSettings } from '../../../src/search/randomSearch';
import { select } from '../../../src/search/selection';
import { alternating, fakeModel, labelled, type FakeTaskModel } from '../method/fakeTaskModel';

const TRAIN = labelled(alternating(10), 'train');
const VALIDATION = labelled(alternating(16), 'validation');

interface Setting {
  readonly random: RandomSearch;
  readonly model: FakeTaskModel;
  readonly scorer: Scorer;
  readonly validation: Scorer;
}

function search(
  settings: Partial<RandomSearchSettings> = {},
  actions: readonly number[] = Array.from({ length: 50 }, (_, i) => 100 + i),
  seed = 1,
  toTask = (ids: readonly number[]): number[] => [...ids],
): Setting {
  // A prompt's gap is its first id in hundredths, past a hundred.
  const model = fakeModel((ids) => (ids[0]! % 100) / 100, TRAIN, VALIDATION);
  const [scorer, validation] = [new Scorer(model, TRAIN, 'rows'), new Scorer(model, VALIDATION, 'rows')];
  const all = { length: 2, batch: 8, budget: 1000, validationRows: 16, ...settings };
  return { random: new RandomSearch(all, actions, scorer, new Random(seed), toTask), model, scorer, validation };
}

async function finish(of: RandomSearch): Promise<void> {
  for (let i = 0; !of.finished; i++) {
    if (i > 5000) throw new Error('never finished');
    await of.advance();
  }
}

function asked(model: FakeTaskModel): number[][] {
  return model.calls.flatMap((call) => call.prompts.map((ids) => [...ids]));
}

describe('RandomSearch', () => {
  // A prompt costs 10 queries on train, and up to 16 on validation if it is among the best.
  it.each([208, 209, 1000, 4321, 20_000])('with its selection it stays within a budget of %i and leaves little', async (budget) => {
    const { random, model, scorer, validation } = search({ budget });
    await finish(random);
    await select(scorer, validation);
    const spent = scorer.computed + validation.computed;
    expect(spent).toBeLessThanOrEqual(budget);
    // What the model saw is what was counted.
    expect(model.queries(TRAIN.set)).toEqual({ pairs: scorer.computed, distinct: scorer.computed });
    expect(model.queries(VALIDATION.set)).toEqual({ pairs: validation.computed, distinct: validation.computed });
    // Left are less than a batch with its selection, and the validation rows reserved for prompts that were drawn twice.
    const repeats = scorer.asked / 10 - scorer.scored().length;
    expect(spent).toBeGreaterThan(budget - (8 + repeats) * (10 + 16));
  });

  it('does nothing where a batch and its selection do not fit', () => {
    // 8 · 10 + 8 · 16
    expect(search({ budget: 207 }).random.finished).toBe(true);
    expect(search({ budget: 208 }).random.finished).toBe(false);
  });

  it('ends where every prompt is known, though the budget is not spent', async () => {
    const { random, scorer } = search({ budget: 100_000 }, [1, 2, 3]);
    await finish(random);
    expect(scorer.scored().length).toBe(9);
    expect(scorer.computed).toBe(90);
  });

  it('draws every action equally often at each place, and places independently', async () => {
    const actions = [5, 9, 2, 40];
    // Prompts are counted on their way to the scorer, which sends each to the model only once.
    const drawn: (readonly number[])[] = [];
    const { random } = search({ length: 3, batch: 16 }, actions, 2, (ids) => {
      drawn.push(ids);
      return [...ids];
    });
    for (let i = 0; i < 400; i++) await random.advance();
    expect(drawn.length).toBe(6400);
    const counts = new Map<string, number>();
    for (const ids of drawn) counts.set(ids.join(), (counts.get(ids.join()) ?? 0) + 1);
    // All 64 prompts are equally likely: 63 degrees of freedom, 99.9th percentile.
    expect(counts.size).toBe(64);
    const chi = [...counts.values()].reduce((sum, n) => sum + (n - 100) ** 2 / 100, 0);
    expect(chi).toBeLessThan(103.44);
    for (const ids of drawn) expect(ids.every((id) => actions.includes(id))).toBe(true);
  });

  it('reports step, mean and best reward of the batch', async () => {
    const { random, model } = search({ batch: 5 });
    const report = await random.advance();
    // No gap is negative: 200 × gap.
    const rewards = asked(model).map(([first]) => 2 * (first! - 100));
    expect(rewards.length).toBe(5);
    expect(report.step).toBe(1);
    expect(report.mean).toBeCloseTo(rewards.reduce((a, b) => a + b, 0) / 5, 3);
    expect(report.best).toBeCloseTo(Math.max(...rewards), 3);
    expect((await random.advance()).step).toBe(2);
  });

  it('scores prompts in the task model’s ids', async () => {
    const { random, model } = search({}, [3], 1, (ids) => [...ids, 77]);
    await random.advance();
    expect(asked(model)).toEqual([[3, 3, 77]]);
  });

  it('the same seed draws the same prompts, neighbouring seeds others from the first token on', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => i);
    const draws = async (seed: number): Promise<number[][]> => {
      const { random, model } = search({}, many, seed);
      await random.advance();
      return asked(model);
    };
    expect(await draws(4)).toEqual(await draws(4));
    const firsts = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(async (seed) => (await draws(seed))[0]![0]!));
    expect(new Set(firsts).size).toBeGreaterThan(6);
  });
});
