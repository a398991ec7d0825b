import { deserialize, serialize } from 'node:v8';
import { expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { Scorer } from '../../../src/method/scorer';
import { policySearch } from '../../../src/search/policySearch';
import type { SearchContext, StepReport } from '../../../src/search/search';
import { presets } from '../../../src/spec/schema';
import { alternating, bare, fakeModel, labelled } from '../method/fakeTaskModel';

const TRAIN = labelled(alternating(6), 'train');
const VALIDATION = labelled(alternating(8), 'validation');
const STATE = 4;
const ACTIONS = Array.from({ length: 12 }, (_, i) => 20 + i);

/** Numbers that depend on their seed alone. */
function noise(seed: number, count: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.uniform() - 0.5);
}

/** A search of ten steps, each call of whose task model can be made to fail. */
function setting(): { context: SearchContext; failAt: (call: number) => void } {
  const model = fakeModel(
    (ids, row) =>
      0.8 *
      noise(
        ids.reduce((hash, id) => 31 * hash + id, row),
        1,
      )[0]!,
    TRAIN,
    VALIDATION,
  );
  const score = model.score.bind(model);
  let left = Infinity;
  model.score = (...asked) => (--left === 0 ? Promise.reject(new Error('stopped')) : score(...asked));
  const policyModel = {
    stateSize: STATE,
    source: [0],
    actionEmbedding: () => noise(7, ACTIONS.length * STATE),
    states: (prefixes: readonly (readonly number[])[]) =>
      Promise.resolve(
        Float32Array.from(
          prefixes.flatMap((ids) => [
            ...noise(
              ids.reduce((hash, id) => 31 * hash + id, 1),
              STATE,
            ),
          ]),
        ),
      ),
  };
  const settings = { ...presets.default, hiddenSize: 8, promptsPerStep: 4, steps: 10, validateEvery: 2, learningRate: 0.05 };
  const context = {
    settings,
    length: 2,
    seed: 3,
    budget: 100_000,
    compute: { threads: 1 },
    policyModel,
    actions: ACTIONS,
    toTask: (ids: readonly number[]) => [...ids],
    prompt: bare,
    scorer: (split: 'train' | 'validation') => new Scorer(model, split === 'train' ? TRAIN : VALIDATION, 'rows'),
  } as unknown as SearchContext;
  return { context, failAt: (call) => (left = call) };
}

/** The steps without their clock, then the finalists. An interrupted step is done again by a search opened from the saved state. */
async function trace(interruptAt: number): Promise<unknown[]> {
  const { context, failAt } = setting();
  let search = await policySearch.open(context);
  failAt(interruptAt);
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
  failAt(Infinity);
  const finalists = await search.finalists();
  await search.release();
  return [...steps, finalists];
}

it('a step that is interrupted anywhere is done again with the same trace, counts included', async () => {
  const whole = await trace(Infinity);
  expect(whole).toHaveLength(11);
  // A step asks once for its rewards and, every second one, up to twice more for its greedy prompt.
  for (let call = 1; call <= 14; call++) expect(await trace(call), `call ${call}`).toEqual(whole);
});
