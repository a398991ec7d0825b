import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Scorer } from '../../../src/method/scorer';
import { randomSearch } from '../../../src/search/randomSearch';
import type { RandomStep, Search, SearchContext } from '../../../src/search/search';
import { alternating, bare, fakeModel, labelled, type FakeTaskModel } from '../method/fakeTaskModel';

const TRAIN = labelled(alternating(10), 'train');
const VALIDATION = labelled(alternating(16), 'validation');

interface Settings {
  readonly length: number;
  readonly batch: number;
  readonly budget: number;
}

interface Setting {
  readonly random: Search;
  readonly model: FakeTaskModel;
  readonly scorer: Scorer;
  readonly validation: Scorer;
}

async function search(
  settings: Partial<Settings> = {},
  actions: readonly number[] = Array.from({ length: 50 }, (_, i) => 100 + i),
  seed = 1,
  toTask = (ids: readonly number[]): number[] => [...ids],
  saved?: unknown,
): Promise<Setting> {
  // A prompt's gap is its first id in hundredths, past a hundred.
  const model = fakeModel((ids) => (ids[0]! % 100) / 100, TRAIN, VALIDATION);
  const scorers = { train: new Scorer(model, TRAIN, 'rows'), validation: new Scorer(model, VALIDATION, 'rows') };
  const { length, batch, budget } = { length: 2, batch: 8, budget: 1000, ...settings };
  const context = { settings: { promptsPerStep: batch }, length, budget, seed, actions, toTask, prompt: bare };
  const all = { ...context, scorer: (split: 'train' | 'validation') => scorers[split] } as unknown as SearchContext;
  return { random: await randomSearch.open(all, saved), model, scorer: scorers.train, validation: scorers.validation };
}

async function finish(of: Search): Promise<void> {
  for (let i = 0; !of.ended; i++) {
    if (i > 5000) throw new Error('never ended');
    await of.advance();
  }
}

function asked(model: FakeTaskModel): number[][] {
  return model.calls.flatMap((call) => call.prompts.map((ids) => [...ids]));
}

describe('random search', () => {
  // A prompt costs 10 queries on train, and up to 16 on validation if it is among the best.
  it.each([208, 209, 1000, 4321, 20_000])('with its selection it stays within a budget of %i and leaves little', async (budget) => {
    const { random, model, scorer, validation } = await search({ budget });
    await finish(random);
    await random.finalists();
    const spent = scorer.computed + validation.computed;
    expect(spent).toBeLessThanOrEqual(budget);
    // What the model saw is what was counted.
    expect(model.queries(TRAIN.set)).toEqual({ pairs: scorer.computed, distinct: scorer.computed });
    expect(model.queries(VALIDATION.set)).toEqual({ pairs: validation.computed, distinct: validation.computed });
    // Left are less than a batch with its selection, and the validation rows reserved for prompts that were drawn twice.
    const repeats = scorer.asked / 10 - scorer.scored().length;
    expect(spent).toBeGreaterThan(budget - (8 + repeats) * (10 + 16));
  });

  it('does nothing where a batch and its selection do not fit', async () => {
    // 8 · 10 + 8 · 16
    expect((await search({ budget: 207 })).random.ended).toBe('budget');
    expect((await search({ budget: 208 })).random.ended).toBeUndefined();
  });

  it('ends where every prompt is known, though the budget is not spent', async () => {
    const { random, scorer } = await search({ budget: 100_000 }, [1, 2, 3]);
    await finish(random);
    expect(scorer.scored().length).toBe(9);
    expect(scorer.computed).toBe(90);
  });

  it('draws every action equally often at each place, and places independently', async () => {
    const actions = [5, 9, 2, 40];
    // Prompts are counted on their way to the scorer, which sends each to the model only once.
    const drawn: (readonly number[])[] = [];
    const { random } = await search({ length: 3, batch: 16 }, actions, 2, (ids) => {
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
    const { random, model } = await search({ batch: 5 });
    const report = (await random.advance()) as RandomStep;
    // No gap is negative: 200 × gap.
    const rewards = asked(model).map(([first]) => 2 * (first! - 100));
    expect(rewards.length).toBe(5);
    expect(report.step).toBe(1);
    expect(report.mean).toBeCloseTo(rewards.reduce((a, b) => a + b, 0) / 5, 3);
    expect(report.best).toBeCloseTo(Math.max(...rewards), 3);
    expect((await random.advance()).step).toBe(2);
  });

  it('scores prompts in the task model’s ids', async () => {
    const { random, model } = await search({}, [3], 1, (ids) => [...ids, 77]);
    await random.advance();
    expect(asked(model)).toEqual([[3, 3, 77]]);
  });

  it('the same seed draws the same prompts, neighboring seeds others from the first token on', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => i);
    const draws = async (seed: number): Promise<number[][]> => {
      const { random, model } = await search({}, many, seed);
      await random.advance();
      return asked(model);
    };
    expect(await draws(4)).toEqual(await draws(4));
    const firsts = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(async (seed) => (await draws(seed))[0]![0]!));
    expect(new Set(firsts).size).toBeGreaterThan(6);
  });

  it('ends where many sequences of tokens are one prompt to the task model', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => i);
    const { random, scorer } = await search({ budget: 1_000_000, length: 5 }, many, 1, (ids) => [ids[0]! % 3]);
    await finish(random);
    expect(random.ended).toBe('exhausted');
    expect(scorer.scored()).toHaveLength(3);
  });

  it('that is interrupted within a batch has the trace of one that is not', async () => {
    const whole = await search();
    const trace = [await whole.random.advance(), await whole.random.advance(), await whole.random.advance()];
    const first = await search();
    expect(await first.random.advance()).toEqual(trace[0]);
    const score = first.model.score.bind(first.model);
    first.model.score = () => Promise.reject(new Error('stopped'));
    await expect(first.random.advance()).rejects.toThrow('stopped');
    first.model.score = score;
    const { random } = await search({}, undefined, 1, undefined, deserialize(serialize(first.random.save())));
    expect([await random.advance(), await random.advance()]).toEqual(trace.slice(1));
    expect(await random.finalists()).toEqual(await whole.random.finalists());
  });
});
