import { describe, expect, it } from 'vitest';
import { copyWeights, initialWeights, polyak } from '../../../src/method/policy';
import { Random } from '../../../src/method/random';
import { NAMES, PlainNetwork, preActivations, uniform, type Sizes } from './plainPolicy';

const small = { d: 256, h: 2048, A: 1 };

/** Box–Muller, scaled to a given norm. */
function stateOfNorm(norm: number, d: number, random: Random): Float64Array {
  const x = Float64Array.from(
    { length: d },
    () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform()),
  );
  const length = Math.sqrt(x.reduce((sum, y) => sum + y * y, 0));
  return x.map((y) => (y / length) * norm);
}

describe('initialWeights', () => {
  it.each(['paper', 'live'] as const)('%s: Xavier-uniform with gain 1e-4', (initialisation) => {
    const weights = initialWeights(256, 2048, initialisation, new Random(1));
    // 1e-4 · √(6 / (256 + 2048)) = 1e-4 · 0.0510310
    const bound = 5.10310363e-6;
    for (const name of ['w1', 'w2'] as const) {
      const w = weights[name];
      expect(w.length).toBe(256 * 2048);
      const largest = w.reduce((a, x) => Math.max(a, Math.abs(x)), 0);
      expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(largest).toBeGreaterThan(bound * 0.999);
      // Uniform in [−b, b): mean 0, variance b² / 3. Half a million numbers: 5 standard errors are 0.4% and 0.6%.
      const mean = w.reduce((a, x) => a + x, 0) / w.length;
      const variance = w.reduce((a, x) => a + x * x, 0) / w.length;
      expect(Math.abs(mean)).toBeLessThan(0.004 * bound);
      expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(0.006);
    }
    expect(weights.w1).not.toEqual(weights.w2);
  });

  it('sets the biases to −1e-4 as in the paper, or to 0', () => {
    const paper = initialWeights(3, 5, 'paper', new Random(1));
    expect(Array.from(paper.b1)).toEqual(new Array(5).fill(Math.fround(-1e-4)));
    expect(Array.from(paper.b2)).toEqual(new Array(3).fill(Math.fround(-1e-4)));
    const live = initialWeights(3, 5, 'live', new Random(1));
    expect(Array.from(live.b1)).toEqual([0, 0, 0, 0, 0]);
    expect(Array.from(live.b2)).toEqual([0, 0, 0]);
  });

  it('draws the same weights from the same seed only', () => {
    const draw = (seed: number): Float32Array => initialWeights(4, 4, 'live', new Random(seed)).w1;
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it.each(['paper', 'live'] as const)('%s: the first policy is nearly uniform', async (initialisation) => {
    const sizes: Sizes = { d: 64, h: 256, A: 500 };
    const random = new Random(2);
    const network = new PlainNetwork(sizes, uniform(sizes.A * sizes.d, 0.5, random));
    const weights = initialWeights(sizes.d, sizes.h, initialisation, random);
    const { Q, entropy } = await network.look(weights, Float32Array.from(stateOfNorm(19, sizes.d, random)), new Float32Array(sizes.A), 1);
    const spread = Math.max(...Q) - Math.min(...Q);
    expect(spread).toBeGreaterThan(0);
    expect(spread).toBeLessThan(0.01);
    // ln 500 = 6.214608
    expect(entropy[0]).toBeCloseTo(6.214608, 5);
  });

  it.each([
    ['paper', 0.02, 0.1],
    ['live', 0.3, 0.7],
  ] as const)('%s: the share of hidden units that a small model’s state of norm 19 wakes', (initialisation, low, high) => {
    const weights = initialWeights(256, 2048, initialisation, new Random(3));
    const random = new Random(4);
    let live = 0;
    for (let n = 0; n < 8; n++) live += preActivations(small, weights, stateOfNorm(19, 256, random)).filter((x) => x > 0).length;
    const share = live / (8 * 2048);
    expect(share).toBeGreaterThanOrEqual(low);
    expect(share).toBeLessThan(high);
  });
});

describe('polyak', () => {
  const weights = (values: number[]): ReturnType<typeof copyWeights> => ({
    w1: Float32Array.from(values),
    b1: Float32Array.from(values, (x) => 2 * x),
    w2: Float32Array.from(values, (x) => 3 * x),
    b2: Float32Array.from(values, (x) => 4 * x),
  });

  it('moves the target by τ towards the online weights, in all four parts', () => {
    const target = weights([8, -4]);
    const online = weights([0, 4]);
    polyak(target, online, 0.25);
    // ¾ · 8 + ¼ · 0 = 6; ¾ · (−4) + ¼ · 4 = −2
    expect(target).toEqual(weights([6, -2]));
    expect(online).toEqual(weights([0, 4]));
  });

  it('gets nearer by the factor 1 − τ at every step', () => {
    const target = weights([1]);
    for (let i = 0; i < 1000; i++) polyak(target, weights([0]), 0.001);
    // 0.999^1000 = 0.367695
    expect(target.w1[0]).toBeCloseTo(0.367695, 4);
  });

  it('τ = 1 copies, and the copy is not shared', () => {
    const target = weights([8, -4]);
    const online = weights([1, 5]);
    polyak(target, online, 1);
    expect(target).toEqual(weights([1, 5]));
    online.w1[0] = 7;
    expect(target.w1[0]).toBe(1);
  });

  it('a tiny τ leaves the target where it is', () => {
    const target = weights([8, -4]);
    polyak(target, weights([1, 5]), 1e-12);
    expect(target).toEqual(weights([8, -4]));
  });
});

it('copyWeights copies', () => {
  const weights = initialWeights(2, 3, 'live', new Random(1));
  const copy = copyWeights(weights);
  expect(copy).toEqual(weights);
  for (const name of NAMES) {
    copy[name][0] = 9;
    expect(weights[name][0]).not.toBe(9);
  }
});
