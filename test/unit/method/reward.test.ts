import { describe, expect, it } from 'vitest';
import { classMean, piecewise, rowScore, shape, zScore, zScoreBySource } from '../../../src/method/reward';
import { softQLoss } from '../../../src/method/loss';

/** Logits of given odds: the softmax is the odds over their sum. */
function odds(...values: number[]): Float32Array {
  return Float32Array.from(values, Math.log);
}

describe('rowScore', () => {
  it('two classes: p = ¼ and ¾', () => {
    expect(rowScore(odds(1, 3), 1).gap).toBeCloseTo(0.5, 6);
    expect(rowScore(odds(1, 3), 0).gap).toBeCloseTo(-0.5, 6);
    expect(rowScore(odds(1, 3), 0).predicted).toBe(1);
  });

  it('three classes: the right one against the best of the others', () => {
    // p = 1/8, 2/8, 5/8
    expect(rowScore(odds(1, 2, 5), 2).gap).toBeCloseTo(3 / 8, 6);
    expect(rowScore(odds(1, 2, 5), 1).gap).toBeCloseTo(-3 / 8, 6);
    expect(rowScore(odds(1, 2, 5), 0).gap).toBeCloseTo(-4 / 8, 6);
    expect(rowScore(odds(1, 2, 5), 0).predicted).toBe(2);
  });

  it('is over the label words only: a constant added to all logits changes nothing', () => {
    expect(rowScore(Float32Array.of(1000, 999), 0).gap).toBeCloseTo(Math.tanh(0.5), 6);
    expect(rowScore(Float32Array.of(-1000, -1001), 0).gap).toBeCloseTo(Math.tanh(0.5), 6);
  });

  it('a tie gives 0, not the 1.5 of the reference', () => {
    expect(rowScore(Float32Array.of(2, 2), 0).gap).toBe(0);
    expect(rowScore(Float32Array.of(2, 2), 1).gap).toBe(0);
    expect(rowScore(odds(3, 1, 3), 2).gap).toBe(0);
    // A tie of two others: ⅕ against ⅖
    expect(rowScore(odds(1, 2, 2), 0).gap).toBeCloseTo(-0.2, 6);
    expect(rowScore(Float32Array.of(2, 2), 1).predicted).toBe(0);
  });

  it('stays within [−1, 1] on extreme logits', () => {
    expect(rowScore(Float32Array.of(3e38, -3e38), 0).gap).toBe(1);
    expect(rowScore(Float32Array.of(3e38, -3e38), 1).gap).toBe(-1);
  });
});

describe('piecewise', () => {
  it.each([
    [0.5, 100],
    [1, 200],
    [0.001, 0.2],
    [-0.5, -90],
    [-1, -180],
    [0, 0],
  ])('a gap of %f gives %f', (gap, reward) => {
    expect(piecewise(gap)).toBeCloseTo(reward, 10);
  });
});

describe('classMean', () => {
  // Class 0: 10, 20, 30 (mean 20). Class 1: −40.
  const values = [10, -40, 20, 30];
  const labels = [0, 1, 0, 0];

  it('rows: every row counts the same', () => {
    expect(classMean(values, labels, 'rows')).toBe(5);
  });

  it('balanced: every class counts the same', () => {
    expect(classMean(values, labels, 'balanced')).toBe(-10);
  });

  it('is the same either way where the classes have as many rows', () => {
    expect(classMean([1, 2, 3, 6], [0, 0, 1, 1], 'balanced')).toBe(3);
    expect(classMean([1, 2, 3, 6], [0, 0, 1, 1], 'rows')).toBe(3);
  });

  it('balanced passes over classes that have no row', () => {
    expect(classMean([4, 8], [0, 3], 'balanced')).toBe(6);
  });
});

describe('zScore', () => {
  it('uses the population standard deviation plus 1e-4', () => {
    // Mean 2.5, variance 1.25, deviation 1.1180340: 1.5 / 1.1181340 = 1.3415208 (without 1e-4 it were 1.3416408).
    const z = zScore([1, 2, 3, 4]);
    [-1.3415208, -0.4471736, 0.4471736, 1.3415208].forEach((x, i) => expect(z[i]).toBeCloseTo(x, 6));
  });

  it('dampens spreads as small as 1e-4', () => {
    // Deviation 1e-4: ±1e-4 / 2e-4
    const z = zScore([0, 2e-4]);
    expect(z[0]).toBeCloseTo(-0.5, 10);
    expect(z[1]).toBeCloseTo(0.5, 10);
  });

  it('gives 0 for equal rewards', () => {
    expect(zScore([7, 7, 7])).toEqual([0, 0, 0]);
    for (const z of zScore([0.1, 0.1, 0.1])) expect(z).toBeCloseTo(0, 9);
    expect(zScore([5])).toEqual([0]);
  });
});

describe('zScoreBySource', () => {
  it('compares a reward with those of its own source only', () => {
    // Deviations 20 and 15: ±20 / 20.0001 and ±15 / 15.0001.
    const z = zScoreBySource([40, -20, 80, 10], ['a', 'b', 'a', 'b']);
    [-0.999995, -0.9999933, 0.999995, 0.9999933].forEach((x, i) => expect(z[i]).toBeCloseTo(x, 6));
    expect(zScoreBySource([7, 1, 7], ['a', 'b', 'a'])).toEqual([0, 0, 0]);
  });

  it('is the z-score of all where there is one source', () => {
    expect(zScoreBySource([1, 2, 3, 4], [0, 0, 0, 0])).toEqual(zScore([1, 2, 3, 4]));
  });

  it('gives the loss of two inputs with two prompts each as worked out in Python', () => {
    const reward = Float32Array.from(zScoreBySource([40, 80, -20, 10], [0, 1, 0, 1]), shape);
    const array = (...values: number[]): Float32Array => Float32Array.from(values);
    // Inputs take turns, so that the rewards of one are not neighbors.
    const Q = array(1, 0.5, 0.2, -0.3, 0.7, 1.1, -0.4, 0.9);
    const V = array(2, 1.8, 2, 1.5, 2.4, 2.2, 2.4, 2.1);
    const targetV = array(1.9, 1.7, 1.9, 1.6, 2.3, 2, 2.3, 2.25);
    const { loss, dQ } = softQLoss({ B: 4, T: 2, Q, V, targetV, reward });
    expect(loss).toBeCloseTo(44.603193, 4);
    [-1.5499958, -3.6499875, -2.0499964, -4.2749893, 0.7749958, 4.0749875, 0.1374964, 3.8499893].forEach((x, i) =>
      expect(dQ[i]).toBeCloseTo(x, 5),
    );
  });
});

it('shape takes [0, 1] to [0, 5], linearly', () => {
  expect([-1, 0, 0.5, 1, 2].map(shape)).toEqual([-5, 0, 2.5, 5, 10]);
});
