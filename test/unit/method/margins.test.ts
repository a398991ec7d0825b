import { describe, expect, it } from 'vitest';
import { boundedMargin, marginOf, Margins } from '../../../src/method/margins';

function scoreOf(byClass: readonly (readonly number[])[], weights?: 'balanced' | 'rows'): number {
  const margins = new Margins(byClass.length);
  byClass.forEach((values, label) => {
    for (const value of values) margins.addMargin(label, value);
  });
  return margins.score(weights);
}

describe('margins', () => {
  it('are half the log-odds of the right answer, within bounds', () => {
    // Probabilities 0.8 and 0.2: a gap of 0.6 and odds of 4.
    expect(marginOf(0.6)).toBeCloseTo(Math.log(4) / 2, 12);
    expect(marginOf(-1)).toBe(-marginOf(1));
    expect(marginOf(1)).toBeCloseTo(2.646652, 6);
    expect(boundedMargin(7)).toBe(marginOf(1));
  });

  it('give shares that are the mean of a normal one and a smooth count', () => {
    // Class 0: mean 1, variance 1 (and 1e-4 of the least variance, shrunk): Φ(1) = 0.84134; margins 0 and 2 count ½ and ½ + ½ · 4 / √17 =
    // 0.98507. Class 1: ½ both ways.
    const first = (0.84134 + (0.5 + 0.98507) / 2) / 2;
    expect(
      scoreOf([
        [0, 2],
        [-1, 1],
      ]),
    ).toBeCloseTo(2 * ((Math.sqrt(first) + Math.sqrt(0.5)) / 2) ** 2 - 1, 4);
  });

  it('shrink the variance of a class to that common to all by eight rows', () => {
    // Class 0: 2 rows of mean 1, variance 1; class 1: 2 rows of mean 1, variance 0. Common: ½ + 1e-4.
    const common = 0.5 + 1e-4;
    const [first, second] = [(2 * 1 + 8 * common) / 10, (8 * common) / 10];
    // Φ(1/√0.60008) = 0.90163, Φ(1/√0.40008) = 0.94306: from a table of the normal distribution. Smooth counts: as above, and ½ + ½ · 2 / √5.
    expect([1 / Math.sqrt(first), 1 / Math.sqrt(second)].map((x) => Number(x.toFixed(4)))).toEqual([1.2909, 1.581]);
    const shares = [(0.90163 + 0.742536) / 2, (0.94306 + 0.947214) / 2];
    const scored = scoreOf([
      [0, 2],
      [1, 1],
    ]);
    expect(scored).toBeCloseTo(2 * ((Math.sqrt(shares[0]!) + Math.sqrt(shares[1]!)) / 2) ** 2 - 1, 4);
  });

  it('gain less than half of what they would by the count alone where a prompt is merely more confident', () => {
    const calm = [
      [0.5, -0.1, 0.4, 0.3],
      [0.2, 0.6, -0.3, 0.1],
    ];
    const loud = calm.map((values) => values.map((x) => 4 * x));
    // All of the gain is the count's, which is half of the share.
    const count = (values: readonly number[]): number =>
      values.reduce((sum, x) => sum + 0.5 + x / Math.sqrt(1 + 4 * x * x), 0) / values.length;
    const [before, after] = [calm, loud].map((classes) => (count(classes[0]!) + count(classes[1]!)) / 2);
    expect((scoreOf(loud) - scoreOf(calm)) / 2).toBeGreaterThan(0);
    expect((scoreOf(loud) - scoreOf(calm)) / 2).toBeLessThan(0.6 * (after! - before!));
  });

  it('of more classes give less where one is given up for the others', () => {
    const even = [
      [0.5, -0.4],
      [0.4, -0.5],
      [0.5, -0.4],
    ];
    const givenUp = [
      [1, 0.4],
      [-3, -2],
      [1, 0.4],
    ];
    // The arithmetic mean of the shares is 0.511 and 0.619.
    expect(scoreOf(givenUp)).toBeLessThan(scoreOf(even));
    // Three classes with shares 0.791935, ½, ½: the square of the mean of their roots.
    expect(
      scoreOf([
        [0, 2],
        [-1, 1],
        [-1, 1],
      ]),
    ).toBeCloseTo(0.179772, 4);
  });

  it('weigh classes equally or by their rows, and leave out a class without rows', () => {
    const [one, two] = [[1, 1, 1, 3], [-1]];
    expect(scoreOf([one, two])).not.toBeCloseTo(scoreOf([one, two], 'rows'), 2);
    expect(scoreOf([one, two, [0.5], []])).toBeCloseTo(scoreOf([one, two, [0.5]]), 12);
  });

  it('of one class are scores of texts, and their mean counts', () => {
    const margins = new Margins(1);
    for (const score of [0, 1, 0.5]) margins.add(0, score);
    expect(margins.score()).toBeCloseTo(0.5, 12);
  });

  it('tell answers without log-probabilities apart by how many are right', () => {
    const answers = (right: number): number[] => Array.from({ length: 8 }, (_, i) => marginOf(i < right ? 1 : -1));
    const scores = [4, 5, 6, 7, 8].map((right) => scoreOf([answers(right), answers(6)]));
    expect([...scores].sort((a, b) => a - b)).toEqual(scores);
    expect(scores.every(Number.isFinite)).toBe(true);
  });
});
