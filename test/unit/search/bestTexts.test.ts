import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { Scorer } from '../../../src/method/scorer';
import type { TaskModel } from '../../../src/model/taskModel';
import { planBudget } from '../../../src/search/budget';
import { policySearch } from '../../../src/search/policySearch';
import type { SearchContext, StepReport } from '../../../src/search/search';
import { presets } from '../../../src/spec/schema';
import { bare, labelled } from '../method/fakeTaskModel';

const STATE = 4;
const ACTIONS = Array.from({ length: 12 }, (_, i) => 20 + i);
const TRAIN = labelled([0, 0, 0, 0, 0], 'train');
const VALIDATION = labelled([0, 0, 0], 'validation');
const SAMPLES = 2;

function noise(seed: number, count: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.uniform() - 0.5);
}

const hash = (ids: readonly number[], more: number): number => ids.reduce((sum, id) => 31 * sum + id, more);

/** A search of the preset `paper`, its jobs, and a call of the sampler that fails. */
function setting(budget = 100_000, failAt = Infinity) {
  const asked: { rows: number[]; count: number }[] = [];
  const model: TaskModel = {
    key: 'texts',
    classes: 1,
    rows: (texts) => ({ texts, cut: 0 }),
    score: (prompts, _, rows) =>
      Promise.resolve(Float32Array.from(prompts.flatMap((ids) => rows.map((row) => 0.5 + noise(hash(ids, row), 1)[0]!)))),
    release: () => Promise.resolve(),
  };
  const context = {
    settings: { ...presets.paper, hiddenSize: 8, promptsPerStep: 8, steps: 6, validateEvery: 3, topK: 8, bestOf: 5, bootstraps: 3 },
    length: 2,
    seed: 3,
    budget,
    compute: { threads: 1 },
    policyModel: {
      stateSize: STATE,
      source: [0],
      actionEmbedding: () => noise(7, ACTIONS.length * STATE),
      states: (prefixes: readonly (readonly number[])[]) =>
        Promise.resolve(Float32Array.from(prefixes.flatMap((ids) => [...noise(hash(ids, 1), STATE)]))),
    },
    actions: ACTIONS,
    toTask: (ids: readonly number[]) => [...ids],
    prompt: bare,
    texts: {
      samples: SAMPLES,
      sample: (jobs: readonly { ids: readonly number[]; row: number }[], count: number) => {
        if (asked.length === failAt) {
          failAt = Infinity;
          return Promise.reject(new Error('stopped'));
        }
        asked.push({ rows: jobs.map(({ row }) => row), count });
        return Promise.resolve(jobs.map(({ ids, row }) => [...noise(hash(ids, row), count)].map((x) => 0.5 + x)));
      },
    },
    scorer: (split: 'train' | 'validation') => new Scorer(model, split === 'train' ? TRAIN : VALIDATION, 'rows'),
  } as unknown as SearchContext;
  return { context, asked };
}

async function trace(failAt = Infinity): Promise<unknown[]> {
  const { context } = setting(100_000, failAt);
  let search = await policySearch.open(context);
  const steps: unknown[] = [];
  while (!search.ended) {
    let report: StepReport;
    try {
      report = await search.advance();
    } catch {
      const saved: unknown = deserialize(serialize(search.save()));
      await search.release();
      search = await policySearch.open(context, saved);
      continue;
    }
    steps.push({ ...report, milliseconds: 0 });
  }
  const finalists = await search.finalists();
  await search.release();
  return [...steps, finalists, search.queries];
}

describe('a search by the best of several texts', () => {
  it('tries four prompts of a step on one row, the rows in turn, and counts what that takes', async () => {
    const { context, asked } = setting();
    const search = await policySearch.open(context);
    const first = (await search.advance()) as StepReport & { mean: number; best: number };
    // 8 prompts x 15 texts, 2 of them a query.
    expect(first.queries.computed).toBe(60);
    // The best of five of [0, 100) is well above their mean.
    expect(first.mean).toBeGreaterThan(65);
    await search.advance();
    await search.advance();
    expect(asked.map(({ rows }) => rows.join(''))).toEqual(['00001111', '22223333', '44440000']);
    expect(asked.map(({ count }) => count)).toEqual([15, 15, 15]);
    // The third step scores the greedy prompt on all rows.
    expect(search.queries.computed).toBe(3 * 60 + 8);
    await search.release();
  });

  it('ranks the greedy prompts, by the mean of their texts', async () => {
    const { context } = setting();
    const search = await policySearch.open(context);
    await search.advance();
    // Before any validation there is the greedy prompt of now.
    const [only, ...others] = await search.finalists();
    expect(others).toEqual([]);
    const rows = [...TRAIN.labels.keys()];
    const mean = rows.reduce((sum, row) => sum + 0.5 + noise(hash(only!.tokens!, row), 1)[0]!, 0) / rows.length;
    expect(only!.train.accuracy).toBeCloseTo(mean, 5);
    await search.release();
  });

  it('keeps to its budget, the ranking included', async () => {
    const least = planBudget(0, { promptsPerStep: 8, bestOf: 5, bootstraps: 3 }, { train: 5, validation: 3 }, SAMPLES).least;
    expect(least).toEqual({ step: 68, ranking: 8, total: 76 });
    const { context } = setting(2 * 68 + 8);
    const search = await policySearch.open(context);
    while (!search.ended) await search.advance();
    expect(search.ended).toBe('budget');
    await search.finalists();
    expect(search.queries.computed).toBeLessThanOrEqual(2 * 68 + 8);
    expect(search.queries.computed).toBeGreaterThan(60);
    await search.release();
  });

  it('resumes with the same trace wherever a step is interrupted', { timeout: 60_000 }, async () => {
    const whole = await trace();
    for (const call of [0, 1, 3, 5]) expect(await trace(call), `call ${call}`).toEqual(whole);
  });
});
