import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';

function draw(random: Random, n: number): number[] {
  return Array.from({ length: n }, () => random.uniform());
}

/** Chi-squared of numbers in [0, 1) over equal bins. */
function chiSquared(values: readonly number[], bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (const x of values) counts[Math.floor(x * bins)]!++;
  const expected = values.length / bins;
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

describe('Random', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    expect(draw(new Random(7), 100)).toEqual(draw(new Random(7), 100));
    expect(draw(new Random(7), 100)).not.toEqual(draw(new Random(8), 100));
  });

  it('goes on from a saved state', () => {
    const random = new Random(7);
    draw(random, 13);
    const state = JSON.parse(JSON.stringify(random.state)) as number[];
    const expected = draw(random, 50);
    const other = new Random(99);
    draw(other, 5);
    other.state = state;
    expect(draw(other, 50)).toEqual(expected);
  });

  it('a saved state stands still while the generator goes on', () => {
    const random = new Random(7);
    const state = random.state;
    const expected = draw(random, 10);
    draw(random, 10);
    random.state = state;
    expect(draw(random, 10)).toEqual(expected);
  });

  it('is uniform in [0, 1)', () => {
    const values = draw(new Random(0), 100_000);
    expect(Math.min(...values.slice(0, 50_000), ...values.slice(50_000))).toBeGreaterThanOrEqual(0);
    expect(values.every((x) => x < 1)).toBe(true);
    // 99.9th percentile of chi-squared with 19 degrees of freedom
    expect(chiSquared(values, 20)).toBeLessThan(43.82);
    // Neighbors are independent: pairs over a grid of 10 × 10, 99 degrees of freedom
    const pairs = Array.from({ length: 50_000 }, (_, i) => (Math.floor(10 * values[2 * i]!) + values[2 * i + 1]!) / 10);
    expect(chiSquared(pairs, 100)).toBeLessThan(148.23);
  });

  it('differs between neighboring seeds from the first number on', () => {
    for (const skipped of [0, 1, 2]) {
      const values = Array.from({ length: 2000 }, (_, seed) => draw(new Random(seed), skipped + 1)[skipped]!);
      expect(chiSquared(values, 20)).toBeLessThan(43.82);
      // |x − y| < 0.05 has probability 0.0975: 195 of 1,999, standard deviation 13
      const near = values.filter((x, i) => i > 0 && Math.abs(x - values[i - 1]!) < 0.05).length;
      expect(near).toBeGreaterThan(140);
      expect(near).toBeLessThan(250);
    }
  });

  it('below(n) gives every whole number under n, equally often', () => {
    const random = new Random(3);
    const values = Array.from({ length: 30_000 }, () => random.below(6));
    expect([...new Set(values)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(chiSquared(values.map((x) => x / 6 + 0.01), 6)).toBeLessThan(20.515); // prettier-ignore
    expect(random.below(1)).toBe(0);
  });
});
