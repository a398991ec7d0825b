import { describe, expect, it } from 'vitest';
import { logSumExp } from '../../../src/model/logits';
import { Random } from '../../../src/method/random';
import { argmax, sampleTopK, topIndices } from '../../../src/method/sampling';

const row = (...values: number[]): Float32Array => Float32Array.from(values);

/** A generator of one number only. */
function fixed(value: number): Random {
  const random = new Random(0);
  random.uniform = () => value;
  return random;
}

function frequencies(logits: Float32Array, k: number, draws: number, seed: number): number[] {
  const random = new Random(seed);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) counts[sampleTopK(logits, k, random)]!++;
  return counts;
}

function chiSquared(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.reduce((sum, n, i) => sum + (n - total * shares[i]!) ** 2 / (total * shares[i]!), 0);
}

describe('sampleTopK', () => {
  // e^logit = 8, 1, 4, 2, 1, 16
  const logits = row(...[8, 1, 4, 2, 1, 16].map(Math.log));

  it.each([6, 7, 1000])('draws from the softmax of all six when k = %i', (k) => {
    const counts = frequencies(logits, k, 32_000, 1);
    const shares = [8, 1, 4, 2, 1, 16].map((x) => x / 32);
    // 99.9th percentile of chi-squared with 5 degrees of freedom
    expect(chiSquared(counts, shares)).toBeLessThan(20.515);
  });

  it('draws from the softmax of the three largest when k = 3, and from no other', () => {
    const counts = frequencies(logits, 3, 28_000, 2);
    expect([counts[1], counts[3], counts[4]]).toEqual([0, 0, 0]);
    // 99.9th percentile with 2 degrees of freedom
    expect(chiSquared([counts[0]!, counts[2]!, counts[5]!], [8 / 28, 4 / 28, 16 / 28])).toBeLessThan(13.816);
  });

  it('takes the largest when k = 1', () => {
    expect(frequencies(logits, 1, 100, 3)).toEqual([0, 0, 0, 0, 0, 100]);
  });

  it('keeps exactly k among ties, the first of them', () => {
    const counts = frequencies(row(1, 2, 2, 2, 0), 2, 4000, 4);
    expect([counts[0], counts[3], counts[4]]).toEqual([0, 0, 0]);
    expect(chiSquared([counts[1]!, counts[2]!], [0.5, 0.5])).toBeLessThan(10.828);
  });

  it('copes with logits of any size', () => {
    expect(frequencies(row(1e30, -1e30, 0), 3, 50, 5)).toEqual([50, 0, 0]);
    const counts = frequencies(row(-1e9, -3, -1e9, -3), 4, 4000, 6);
    expect([counts[0], counts[2]]).toEqual([0, 0]);
    expect(chiSquared([counts[1]!, counts[3]!], [0.5, 0.5])).toBeLessThan(10.828);
  });

  it('never takes an action of probability 0, even where rounding leaves a rest', () => {
    // A generator whose number is 1: the whole sum is taken away and nothing goes below 0.
    const last = fixed(1);
    expect(sampleTopK(row(0, 0.1, 0.2, -1e9, -1e9), 5, last)).toBe(2);
    // And one whose number is 0.
    const first = fixed(0);
    expect(sampleTopK(row(-1e9, 0.1, 0.2), 3, first)).toBe(1);
  });

  it('leaves the logits as they are', () => {
    const given = row(3, 1, 2);
    sampleTopK(given, 2, new Random(1));
    expect(given).toEqual(row(3, 1, 2));
  });
});

describe('topIndices', () => {
  it('gives the k largest', () => {
    expect(topIndices(row(5, -1, 7, 3), 2).sort()).toEqual([0, 2]);
    expect(topIndices(row(5, -1, 7, 3), 4).sort()).toEqual([0, 1, 2, 3]);
    expect(topIndices(row(-10, -2, -30), 1)).toEqual([1]);
  });

  it('breaks ties by the smaller index', () => {
    expect(topIndices(row(2, 9, 2, 2), 3).sort()).toEqual([0, 1, 2]);
    expect(topIndices(row(0, 0, 0, 0), 2).sort()).toEqual([0, 1]);
  });
});

describe('argmax', () => {
  it.each([
    [[1, 3, 2], 1],
    [[-5, -4, -6], 1],
    [[7], 0],
    [[2, 5, 5, 5], 1],
    [[4, 4], 0],
  ])('of %j is %i: ties go to the first', (values, expected) => {
    expect(argmax(row(...values))).toBe(expected);
  });
});

describe('logSumExp', () => {
  it('by hand', () => {
    // ln(1 + 2 + 5) = 3 ln 2; ln(4 · e^3) = 3 + ln 4
    expect(logSumExp(row(0, Math.log(2), Math.log(5)))).toBeCloseTo(3 * Math.LN2, 6);
    expect(logSumExp(row(3, 3, 3, 3))).toBeCloseTo(3 + Math.log(4), 6);
    expect(logSumExp(row(-1.5))).toBe(-1.5);
  });

  it('stays finite where exp does not', () => {
    expect(logSumExp(row(1000, 1000))).toBeCloseTo(1000 + Math.LN2, 6);
    expect(logSumExp(row(-1000, -1000))).toBeCloseTo(-1000 + Math.LN2, 6);
    expect(logSumExp(row(3e38, -3e38))).toBe(Math.fround(3e38));
    expect(logSumExp(row(-1e9, 0, -1e9))).toBe(0);
  });
});
