import { deserialize, serialize } from 'node:v8';
import { expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { Scorer } from '../../../src/method/scorer';
import { PromptGiver } from '../../../src/search/inputPolicy';
import { perInputSearch } from '../../../src/search/perInputSearch';
import type { Search, SearchContext, StepReport } from '../../../src/search/search';
import { presets } from '../../../src/spec/schema';
import { alternating, bare, fakeModel, labelled, type FakeTaskModel } from '../method/fakeTaskModel';

const TRAIN = labelled(alternating(6), 'train');
const VALIDATION = labelled(alternating(8), 'validation');
const STATE = 8;
const ACTIONS = Array.from({ length: 12 }, (_, i) => 20 + i);

/** Numbers that depend on their seed alone. */
function noise(seed: number, count: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.uniform() - 0.5);
}

/** The source of a row says whether its number is even; its class does, too. */
const sources = (rows: number, first: number): number[][] => Array.from({ length: rows }, (_, row) => [1, 100 + (row % 2), first + row]);

interface Setting {
  readonly context: SearchContext;
  readonly model: FakeTaskModel;
  readonly failAt: (call: number) => void;
}

/** Rows of class 0 want prompts that begin with the first action, the others the last one. */
function setting(changes: Partial<SearchContext['settings']> = {}, budget = 100_000): Setting {
  const model = fakeModel(
    ([first], row) => (first === (row % 2 === 0 ? ACTIONS[0] : ACTIONS.at(-1)) ? 0.8 : -0.3 + (first! % 7) / 50),
    TRAIN,
    VALIDATION,
  );
  const score = model.score.bind(model);
  let left = Infinity;
  model.score = (...asked) => (--left === 0 ? Promise.reject(new Error('stopped')) : score(...asked));
  const states = (prefixes: readonly (readonly number[])[]): Promise<Float32Array> =>
    // The kind of row in the open, then what tells prefixes apart.
    Promise.resolve(Float32Array.from(prefixes.flatMap((ids) => [2 * (ids[1]! - 100) - 1, 1, ...noise(ids.slice(3).reduce((hash, id) => 31 * hash + id, 1), STATE - 2)]))); // prettier-ignore
  const settings = {
    ...presets.default,
    perInput: true,
    hiddenSize: 32,
    promptsPerStep: 8,
    steps: 10,
    validateEvery: 2,
    learningRate: 0.02,
    ...changes,
  };
  const context = {
    settings,
    length: 2,
    seed: 3,
    budget,
    compute: { threads: 1 },
    policyModel: { stateSize: STATE, source: [1], actionEmbedding: () => noise(7, ACTIONS.length * STATE).map((x) => 3 * x), states },
    actions: ACTIONS,
    inputs: (split: string) => (split === 'train' ? sources(6, 200) : sources(8, 300)),
    toTask: (ids: readonly number[]) => [...ids],
    prompt: bare,
    scorer: (split: 'train' | 'validation') => new Scorer(model, split === 'train' ? TRAIN : VALIDATION, 'rows'),
  } as unknown as SearchContext;
  return { context, model, failAt: (call) => (left = call) };
}

async function exhaust(search: Search): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  while (!search.ended) reports.push(await search.advance());
  await search.finalists();
  return reports;
}

/** The steps without their clock, then what was found. An interrupted step is done again by a search opened from the saved state. */
async function trace(interruptAt: number): Promise<unknown[]> {
  const { context, failAt } = setting();
  let search = await perInputSearch.open(context);
  failAt(interruptAt);
  const steps: unknown[] = [];
  for (;;) {
    try {
      if (search.ended) break;
      steps.push({ ...(await search.advance()), milliseconds: 0 });
    } catch {
      const saved: unknown = deserialize(serialize(search.save()));
      await search.release();
      search = await perInputSearch.open(context, saved);
    }
  }
  failAt(Infinity);
  await search.finalists();
  const { found, queries } = search;
  await search.release();
  return [...steps, found, queries];
}

it('a step that is interrupted anywhere is done again with the same trace, counts included', { timeout: 60_000 }, async () => {
  const whole = await trace(Infinity);
  expect(whole).toHaveLength(12);
  for (const call of [1, 2, 5, 9, 14, 23]) expect(await trace(call), `call ${call}`).toEqual(whole);
});

it('asks about each prompt on its own input only: four prompts for each of the inputs of a step', async () => {
  const { context, model } = setting({ validateEvery: 100 });
  const search = await perInputSearch.open(context);
  const order: number[] = [];
  for (let step = 0; step < 3; step++) {
    const before = model.calls.length;
    await search.advance();
    const calls = model.calls.slice(before);
    expect(calls.every(({ set }) => set === TRAIN.set)).toBe(true);
    const rows = calls.flatMap(({ prompts, rows }) => prompts.flatMap(() => [...rows]));
    // Fewer where a prompt was drawn twice.
    expect(new Set(rows).size).toBe(2);
    expect(rows.length).toBeLessThanOrEqual(8);
    order.push(...new Set(rows));
  }
  // Every input once before any again.
  expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(search.queries.asked).toBe(24);
  await search.release();
});

it(
  'learns to give different kinds of inputs different prompts, and gives them to inputs that it never saw',
  { timeout: 60_000 },
  async () => {
    const { context } = setting({ steps: 200, validateEvery: 20, learningRate: 5e-3 });
    const search = await perInputSearch.open(context);
    await exhaust(search);
    const policy = deserialize(serialize(search.found)) as NonNullable<Search['found']>;
    await search.release();
    expect(policy.validation!.accuracy).toBe(1);
    const giver = await PromptGiver.open(policy, context.policyModel, { threads: 1 });
    const prompts = await giver.prompts([...sources(6, 400)]);
    prompts.forEach(([first], row) => expect(first).toBe(row % 2 === 0 ? ACTIONS[0] : ACTIONS.at(-1)));
    await giver.release();
  },
);

it('ends when no input has prompts with different rewards any more', { timeout: 60_000 }, async () => {
  const { context } = setting({ steps: 5000, topK: 1 });
  const search = await perInputSearch.open(context);
  await exhaust(search);
  expect(search.ended).toBe('converged');
  await search.release();
});

it('keeps the policy that did best on the validation rows, within its budget', { timeout: 60_000 }, async () => {
  const { context, model } = setting({ steps: 1000, learningRate: 5e-3 }, 150);
  const search = await perInputSearch.open(context);
  const reports = await exhaust(search);
  expect(search.ended).toBe('budget');
  expect(search.queries.computed).toBeLessThanOrEqual(150);
  expect(model.queries(TRAIN.set).distinct + model.queries(VALIDATION.set).distinct).toBe(search.queries.computed);
  const validated = reports.flatMap((report) => (report.event === 'step' && report.policy ? [report.policy.gap] : []));
  expect(search.found!.validation!.gap).toBeGreaterThanOrEqual(Math.max(...validated));
  await search.release();
});
