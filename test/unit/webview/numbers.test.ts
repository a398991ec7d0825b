import { describe, expect, it } from 'vitest';
import { count, duration, percent, plural, short, signed } from '../../../webview/format';
import { smooth } from '../../../webview/charts/smoothing';

describe('numbers as the page shows them', () => {
  it.each([
    [percent(0.7777), '77.8%'],
    [percent(1), '100.0%'],
    [count(1234567.4), '1,234,567'],
    [duration(0), '0 s'],
    [duration(59.4), '59 s'],
    [duration(59.6), '1:00'],
    [duration(185), '3:05'],
    [duration(3723), '1:02:03'],
    [short(0.1234), '0.12'],
    [short(-12.34), '-12.3'],
    [short(123.4), '123'],
    [short(1234), '1,234'],
    [short(123456), '123,456'],
    [short(-12000, 2), '-12,000'],
    [short(1234567), '1.2e+6'],
    [signed(2), '+2.0'],
    [signed(-0.55), '−0.6'],
    [plural(1, 'row'), '1 row'],
    [plural(1820, 'row'), '1,820 rows'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});

describe('a smoothed curve', () => {
  it('equals the curve at weight 0', () => {
    expect(smooth([3, 1, 4, 1, 5], 0)).toEqual([3, 1, 4, 1, 5]);
  });

  it('is a weighted mean of the values so far, with weights that sum to one', () => {
    const values = [2, 8, 5];
    const w = 0.6;
    const expected = values.map((_, n) => {
      const weights = values.slice(0, n + 1).map((_, i) => w ** (n - i));
      return weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0) / weights.reduce((a, b) => a + b);
    });
    smooth(values, w).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
  });

  it('does not change a constant, from its first value on', () => {
    for (const value of smooth([7, 7, 7, 7], 0.99)) expect(value).toBeCloseTo(7, 10);
  });
});
