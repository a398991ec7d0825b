import { describe, expect, it } from 'vitest';
import {
  jointQuantile,
  macroF1,
  majorityBaseline,
  mcnemar,
  mean,
  pairedInterval,
  standardDeviation,
  wilson,
} from '../../../src/run/report/statistics';

describe('wilson', () => {
  // Published 95% score intervals (for example R's prop.test without continuity correction).
  it.each([
    [8, 10, 0.4902, 0.9433],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [5, 10, 0.2366, 0.7634],
    [1, 1, 0.2065, 1],
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (right, n, low, high) => {
    const [l, h] = wilson(right, n);
    expect(l).toBeCloseTo(low, 4);
    expect(h).toBeCloseTo(high, 4);
  });

  it('never leaves [0, 1]', () => {
    for (const n of [1, 3, 7, 1000, 123_457]) {
      expect(wilson(0, n)[0]).toBeGreaterThanOrEqual(0);
      expect(wilson(0, n)[0]).toBeCloseTo(0, 12);
      expect(wilson(n, n)[1]).toBeLessThanOrEqual(1);
      expect(wilson(n, n)[1]).toBeCloseTo(1, 12);
    }
  });
});

describe('macroF1', () => {
  it('two classes by hand', () => {
    // Class 0: 2 hits, 3 predicted, 3 there: 4 / 6. Class 1: 1 hit, 2 predicted, 2 there: 2 / 4.
    expect(macroF1([0, 0, 0, 1, 1], [0, 0, 1, 1, 0], 2)).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
  });

  it('three classes by hand', () => {
    // Class 0: 1 hit of 2 predicted and 1 there: 2 / 3. Class 1: 1 hit, 1 predicted, 3 there: 2 / 4. Class 2: 2 hits, 3, 2: 4 / 5.
    expect(macroF1([0, 0, 1, 2, 2, 2], [0, 1, 1, 1, 2, 2], 3)).toBeCloseTo((2 / 3 + 1 / 2 + 4 / 5) / 3, 12);
  });

  it('is 1 where all is right and 0 where nothing is', () => {
    expect(macroF1([0, 1, 2], [0, 1, 2], 3)).toBe(1);
    expect(macroF1([1, 0], [0, 1], 2)).toBe(0);
  });

  it('a class that is neither predicted nor there counts 0', () => {
    expect(macroF1([0, 1], [0, 1], 4)).toBe(0.5);
  });
});

describe('majorityBaseline', () => {
  it('answers what most rows of the training file are, and is measured on others', () => {
    expect(majorityBaseline([1, 2], [1, 0, 0, 0])).toBe(0.25);
    expect(majorityBaseline([100, 300, 100], [1, 1, 2, 0, 1])).toBe(0.6);
  });

  it('takes the first of equally frequent classes', () => {
    expect(majorityBaseline([2, 2], [0, 0, 0, 1])).toBe(0.75);
  });
});

describe('mcnemar', () => {
  /** Rows that both get right, only the first, only the second, and none. */
  function rows(both: number, onlyFirst: number, onlySecond: number, none: number): [boolean[], boolean[]] {
    const row = (n: number, first: boolean, second: boolean): [boolean, boolean][] => Array.from({ length: n }, () => [first, second]);
    const all = [...row(both, true, true), ...row(onlyFirst, true, false), ...row(onlySecond, false, true), ...row(none, false, false)];
    return [all.map(([first]) => first), all.map(([, second]) => second)];
  }

  it.each([
    // 2 · (1 + 10) / 2^10
    [1, 9, 0.021484375],
    [9, 1, 0.021484375],
    // 2 · 1 / 2^6
    [0, 6, 0.03125],
    // 2 · (1 + 8 + 28) / 2^8
    [6, 2, 0.2890625],
    [0, 1, 1],
    // More than 1 by the formula, so 1.
    [5, 5, 1],
    [0, 0, 1],
    // 2 · (1 + 12 + 66 + 220) / 2^12
    [3, 9, 0.14599609375],
  ])('%i rows against %i', (onlyFirst, onlySecond, p) => {
    const result = mcnemar(...rows(7, onlyFirst, onlySecond, 4));
    expect(result).toMatchObject({ onlyFirst, onlySecond });
    expect(result.p).toBeCloseTo(p, 12);
  });

  it('does not lose its way on thousands of rows', () => {
    // Normal approximation with continuity correction: z = (2200 − 2000 − 1) / √4200 = 3.07065, two-sided p = 0.002136
    expect(mcnemar(...rows(0, 2000, 2200, 0)).p).toBeCloseTo(0.002136, 4);
    expect(mcnemar(...rows(0, 3000, 3000, 0)).p).toBe(1);
    expect(mcnemar(...rows(0, 0, 500, 0)).p).toBeLessThan(1e-100);
  });
});

describe('mean and standard deviation', () => {
  it('by hand, over n − 1', () => {
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
    // Squares from 5: 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32; √(32 / 7) = 2.1380899
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.1380899, 7);
    expect(standardDeviation([0.7, 0.8])).toBeCloseTo(0.0707107, 7);
  });

  it('of one value is 0', () => {
    expect(mean([3])).toBe(3);
    expect(standardDeviation([3])).toBe(0);
  });
});

describe('jointQuantile', () => {
  // Upper quantiles of the standard normal distribution at 0.025 / count, from a published table.
  it.each([
    [1, 1.959964],
    [2, 2.241403],
    [5, 2.575829],
    [10, 2.807034],
    [25, 3.090232],
    [250, 3.719016],
  ])('%i intervals', (count, z) => expect(jointQuantile(count)).toBeCloseTo(z, 6));
});

describe('pairedInterval', () => {
  it.each([
    // Airway hyper-responsiveness of 21 children, as in Fagerland, Lydersen and Laake (2014): −0.508 to −0.013.
    [1, 7, 21, -0.508, -0.013],
    // By hand: shares 11/102 and 2/102, difference 0.088235, variance (13/102 − 0.007785) / 102 = 0.0011733.
    [10, 1, 100, 0.0211, 0.1554],
    [0, 0, 98, -0.0277, 0.0277],
  ])('only the first %i, only the second %i, of %i', (first, second, n, low, high) => {
    const [l, h] = pairedInterval(first, second, n);
    expect(l).toBeCloseTo(low, 3);
    expect(h).toBeCloseTo(high, 3);
    const [negative, positive] = pairedInterval(second, first, n);
    expect([-positive, -negative]).toEqual([l, h]);
  });

  it('calls the second prompt better than an equal one in at most 3% of samples', () => {
    // Exactly, over every number of rows where the two differ; given it, each of those is a coin's toss.
    const logFactorial = [0];
    for (let i = 1; i <= 1000; i++) logFactorial.push(logFactorial[i - 1]! + Math.log(i));
    const binomial = (k: number, n: number, p: number): number =>
      Math.exp(logFactorial[n]! - logFactorial[k]! - logFactorial[n - k]! + k * Math.log(p) + (n - k) * Math.log(1 - p));
    for (const n of [20, 50, 200, 1000])
      for (const differ of [0.02, 0.05, 0.1, 0.2, 0.4]) {
        let error = 0;
        for (let m = 0; m <= n; m++) {
          const weight = binomial(m, n, differ);
          if (weight < 1e-9) continue;
          for (let first = 0; 2 * first < m && pairedInterval(first, m - first, n)[1] < 0; first++)
            error += weight * binomial(first, m, 0.5);
        }
        expect(error).toBeLessThan(0.03);
        if (n * differ >= 20) expect(error).toBeGreaterThan(0.015);
      }
  });
});
