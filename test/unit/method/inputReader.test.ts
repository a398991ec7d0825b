import { afterAll, beforeAll, expect, it } from 'vitest';
import { PolicyModel } from '../../../src/method/policyModel';
import { Random } from '../../../src/method/random';
import { readModel, type ModelFolder } from '../../../src/model/local/modelFolder';

const compute = { threads: 1 };
/** Texts of different lengths; in a batch, the shorter ones are padded. */
const TEXTS = [
  'Bad.',
  'A film that nobody needs, and a long one.',
  'The acting is good enough, but the plot falls apart in the second half of the film, and the end is no end at all.',
  'I laughed at it.',
  'It was fine, I think, for what it cost us.',
];
const PROMPT = [300, 4000, 77];

let model: ModelFolder;
let together: PolicyModel;
let sources: number[][];
let d: number;

beforeAll(async () => {
  model = await readModel('bundled:causal', '.');
  together = await PolicyModel.open(model, compute);
  sources = TEXTS.map((text) => together.sourceOf(text, 5).ids);
  d = together.stateSize;
});

afterAll(() => together.release());

/** States of every source after each beginning of the prompt, in one call. */
async function all(policy: PolicyModel, of = sources): Promise<Float32Array[]> {
  const prefixes = of.flatMap((source) => [0, 1, 2, 3].map((t) => ({ ids: [...source, ...PROMPT.slice(0, t)], source: source.length })));
  const states = await policy.states(
    prefixes.map(({ ids }) => ids),
    prefixes.map(({ source }) => source),
  );
  return prefixes.map((_, i) => states.slice(i * d, (i + 1) * d));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
}

it(
  'a state is the same alone and in a batch of inputs of other lengths, and that of the whole text read at once',
  { timeout: 60_000 },
  async () => {
    expect(new Set(sources.map(({ length }) => length)).size).toBe(TEXTS.length);
    const batched = await all(together);
    for (const [s, source] of sources.entries()) {
      const alone = await PolicyModel.open(model, compute);
      const own = await all(alone, [source]);
      const whole = await PolicyModel.open(model, compute);
      for (let t = 0; t <= 3; t++) {
        expect(largestDifference(batched[4 * s + t]!, own[t]!)).toBeLessThan(1e-5);
        // Without sources a prefix is read from its start, beside others of its length only.
        const read = await whole.states([[...source, ...PROMPT.slice(0, t)]]);
        expect(largestDifference(batched[4 * s + t]!, read)).toBeLessThan(1e-4);
      }
      await Promise.all([alone.release(), whole.release()]);
    }
  },
);

it('bit for bit whatever was asked before, so that a resumed run has the same states', { timeout: 60_000 }, async () => {
  const first = await all(together);
  const other = await PolicyModel.open(model, compute);
  await other.states([[...sources[2]!, PROMPT[0]!]], [sources[2]!.length]);
  const reversed = await all(other, [...sources].reverse());
  for (let s = 0; s < TEXTS.length; s++)
    for (let t = 0; t <= 3; t++) expect(reversed[4 * (TEXTS.length - 1 - s) + t]).toEqual(first[4 * s + t]);
  await other.release();
});

it('bit for bit in a batch of any size', { timeout: 60_000 }, async () => {
  const random = new Random(5);
  const all = sources.flatMap((source) => Array.from({ length: 6 }, (_, i) => [...source, 100 + i, 300 + 7 * i]));
  const lengths = all.map((_, i) => sources[Math.floor(i / 6)]!.length);
  const first = await together.states(all, lengths);
  for (let round = 0; round < 4; round++) {
    const other = await PolicyModel.open(model, compute);
    const some = all.flatMap((_, i) => (random.uniform() < 0.4 ? [i] : []));
    const states = await other.states(
      some.map((i) => all[i]!),
      some.map((i) => lengths[i]!),
    );
    some.forEach((i, place) => expect(states.slice(place * d, (place + 1) * d)).toEqual(first.slice(i * d, (i + 1) * d)));
    await other.release();
  }
});

it('a source of the start token alone has the states that it always had', async () => {
  const { source } = together;
  const given = await together.states([[...source, 300]], [source.length]);
  expect(given).toEqual(await together.states([[...source, 300]]));
});

it('of a text that is too long, the end is the source', () => {
  const { ids, cut } = together.sourceOf('long '.repeat(400) + 'end', 5);
  expect(cut).toBe(true);
  expect(ids).toHaveLength(model.context - 5);
  expect(ids[0]).toBe(together.source[0]);
  expect(ids.slice(-3)).toEqual(together.sourceOf('long '.repeat(4) + 'end', 5).ids.slice(-3));
  expect(together.sourceOf('Bad.', 5).cut).toBe(false);
});
