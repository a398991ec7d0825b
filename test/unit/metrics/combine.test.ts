import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/metrics/combine';
import type { Case, Metric, WeighedMetric } from '../../../src/metrics/metric';

const row = { input: 'in', references: [] };
const of = (...outputs: string[]): Case[] => outputs.map((output) => ({ output, row }));
/** Scores a text by the number that it is. */
const number: Metric = { key: 'number', score: (cases) => cases.map(({ output }) => ({ score: Number(output), reason: output })) };
const weighed = (change: Partial<WeighedMetric> = {}): WeighedMetric => ({
  name: 'number',
  metric: number,
  not: false,
  weight: 1,
  threshold: undefined,
  ...change,
});

describe('several metrics', () => {
  it('give their weighted mean, each with its reason', async () => {
    const [verdict] = await judge([weighed(), weighed({ name: 'not-number', not: true, weight: 3 })], of('0.8'));
    expect(verdict!.score).toBeCloseTo((0.8 + 3 * 0.2) / 4, 12);
    expect(verdict!.parts.map(({ name, reason }) => [name, reason])).toEqual([
      ['number', '0.8'],
      ['not-number', '0.8'],
    ]);
  });

  it('with the weight 0 are shown, and steer nothing even where they fail', async () => {
    const failing: Metric = { key: '', score: (cases) => cases.map(() => ({ score: NaN, reason: 'failed' })) };
    const [verdict] = await judge([weighed(), weighed({ name: 'shown', metric: failing, weight: 0 })], of('0.8'));
    expect(verdict!.score).toBeCloseTo(0.8, 12);
    expect(verdict!.parts[1]).toEqual({ name: 'shown', score: NaN, reason: 'failed' });
  });

  it('count as 0 below a threshold, after the negation', async () => {
    const scores = async (change: Partial<WeighedMetric>) =>
      (await judge([weighed({ threshold: 0.5, ...change })], of('0.4', '0.5', '0.9'))).map(({ score }) => score);
    expect(await scores({})).toEqual([0, 0.5, 0.9]);
    expect(await scores({ not: true })).toEqual([0.6, 0.5, 0]);
  });

  it('give an empty output 0, also where a metric is negated, and are not asked about it', async () => {
    const asked: string[] = [];
    const metric: Metric = {
      key: '',
      score: (cases) => cases.map(({ output }) => (asked.push(output), { score: 0, reason: '' })),
    };
    const verdicts = await judge([weighed({ metric, not: true })], of('', 'x', ' \n'));
    expect(verdicts.map(({ score }) => score)).toEqual([0, 1, 0]);
    expect(asked).toEqual(['x']);
  });

  it('have no score where one of them fails', async () => {
    const [failed, fine] = await judge([weighed(), weighed({ threshold: 0.1 })], of('no number', '1'));
    expect(failed!.score).toBeNaN();
    expect(fine!.score).toBe(1);
  });
});
