import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/metrics/combine';
import type { MetricContext } from '../../../src/metrics/entry';
import { openMetrics } from '../../../src/metrics/open';
import { metricSchema } from '../../../src/spec/generation';
import { TaskError } from '../../../src/spec/problem';

const context: MetricContext = {
  problemAt: (path, problem) => ({ severity: 'error', file: 'a.json', field: path.join('.'), ...problem }),
  folder: '.',
  references: true,
  compute: { threads: 1 },
  access: {},
};

async function score(metric: object, output: string, references: readonly string[] = []): Promise<number> {
  const metrics = await openMetrics([metricSchema.parse(metric)], context);
  const [verdict] = await judge(metrics, [{ output, row: { input: 'in', references } }]);
  expect(verdict!.parts[0]!.reason).not.toBe('');
  return verdict!.score;
}

async function problemsOf(metrics: readonly object[], change: Partial<MetricContext> = {}) {
  const error: unknown = await openMetrics(
    metrics.map((each) => metricSchema.parse(each)),
    { ...context, ...change },
  ).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TaskError);
  return (error as TaskError).problems;
}

describe('metrics', () => {
  it.each([
    ['equals', { type: 'equals', value: 'Paris' }, 'Paris', 1],
    ['equals, another case', { type: 'equals', value: 'Paris' }, 'paris', 0],
    ['icontains', { type: 'icontains', value: 'PARIS' }, 'It is paris.', 1],
    ['not-icontains', { type: 'not-icontains', value: ['Rome', 'Paris'] }, 'It is paris.', 0],
    ['word-count', { type: 'word-count', value: 4 }, 'one two', 0.5],
    ['word-count', { type: 'word-count', value: { min: 2, max: 3 } }, 'one  two\nthree', 1],
    ['word-count', { type: 'word-count', value: { max: 2 } }, 'one two three four', 0.5],
  ])('%s', async (_, metric, output, expected) => {
    expect(await score(metric, output)).toBe(expected);
  });

  it('compare with any of the references of a row where they have no value', async () => {
    expect(await score({ type: 'equals' }, 'b', ['a', ' b '])).toBe(1);
    expect(await score({ type: 'icontains' }, 'an A', ['b', 'a'])).toBe(1);
    expect(await score({ type: 'equals' }, 'c', ['a', 'b'])).toBe(0);
  });

  it('say at its place what is wrong with each entry', async () => {
    const problems = await problemsOf(
      [
        { type: 'equls' },
        { type: 'not-icontain', value: 'a' },
        { type: 'equals' },
        { type: 'icontains', value: [1] },
        { type: 'word-count' },
        { type: 'word-count', value: { min: 3, max: 2 } },
        { type: 'toString' },
      ],
      { references: false },
    );
    expect(problems.map(({ code, field }) => [code, field])).toEqual([
      ['metric.unknown', 'metrics.0.type'],
      ['metric.unknown', 'metrics.1.type'],
      ['metric.noReferences', 'metrics.2.type'],
      ['metric.notText', 'metrics.3.value'],
      ['metric.notCount', 'metrics.4.value'],
      ['metric.notCount', 'metrics.5.value'],
      ['metric.unknown', 'metrics.6.type'],
    ]);
    expect(problems.slice(0, 2).map(({ fixes }) => fixes?.map(({ change }) => change))).toEqual([
      [{ value: 'equals' }],
      [{ value: 'not-icontains' }],
    ]);
  });
});
