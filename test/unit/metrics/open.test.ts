import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/metrics/combine';
import type { MetricContext } from '../../../src/metrics/entry';
import { metricProblems, openMetrics } from '../../../src/metrics/open';
import { METRIC_SNIPPETS } from '../../../src/spec/metricTypes';
import { readFileSync } from 'node:fs';
import { metricSchema } from '../../../src/spec/generation';
import { TaskError } from '../../../src/spec/problem';
import { context } from './metricContext';

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
    ['contains', { type: 'contains', value: ['PARIS', 'paris'] }, 'It is paris.', 1],
    ['contains, another case', { type: 'contains', value: 'Paris' }, 'It is paris.', 0],
    ['contains-any', { type: 'contains-any', value: ['Rome', 'paris'] }, 'It is paris.', 1],
    ['contains-all', { type: 'contains-all', value: ['It', 'Rome', 'paris', 'Oslo'] }, 'It is paris.', 0.5],
    ['icontains-all', { type: 'icontains-all', value: ['it', 'PARIS'] }, 'It is paris.', 1],
    ['starts-with', { type: 'starts-with', value: ['A', 'It is'] }, 'It is paris.', 1],
    ['starts-with, later', { type: 'starts-with', value: 'paris' }, 'It is paris.', 0],
    ['levenshtein', { type: 'levenshtein', value: ['sitting', 'nothing at all'] }, 'kitten', 1 - 3 / 7],
    ['regex', { type: 'regex', value: '^\\d{3}$' }, '123', 1],
    ['regex with flags', { type: 'not-regex', value: { pattern: 'PARIS', flags: 'i' } }, 'It is paris.', 0],
    ['regex that would never end', { type: 'regex', value: '^(a+)+$' }, `${'a'.repeat(40)}!`, NaN],
    ['is-json', { type: 'is-json' }, ' {"a": [1]} ', 1],
    ['is-json, with text around it', { type: 'is-json' }, 'Here: {"a": 1}', 0],
    ['contains-json', { type: 'contains-json', value: { required: ['a'] } }, 'Here: {"b": "}"} or {"c": {"a": 1}}.', 1],
    ['contains-json, broken', { type: 'contains-json' }, 'Here: {"b": 1', 0],
    ['is-json with a schema', { type: 'is-json', value: { properties: { a: { type: 'number' } } } }, '{"a": "1"}', 0],
    ['rouge-n', { type: 'rouge-n', value: 'the cat' }, 'The cat!', 1],
    ['bleu', { type: 'bleu', value: 'the cat sat down' }, 'the cat sat down', 1],
    ['chrf', { type: 'chrf', value: 'the cat' }, 'xyz', 0],
    ['f1', { type: 'f1', value: ['a dog', 'the cat'] }, 'cat', 1],
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
        { type: 'regex' },
        { type: 'regex', value: '(' },
        { type: 'is-json', value: 'a schema' },
        { type: 'is-json', value: { type: 'nothing' } },
        { type: 'rouge-n', value: 9 },
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
      ['metric.noPattern', 'metrics.7.value'],
      ['metric.notPattern', 'metrics.8.value'],
      ['metric.notSchema', 'metrics.9.value'],
      ['metric.notSchema', 'metrics.10.value'],
      ['metric.notOrder', 'metrics.11.value'],
    ]);
    expect(problems.slice(0, 2).map(({ fixes }) => fixes?.map(({ change }) => change))).toEqual([
      [{ value: 'equals' }],
      [{ value: 'not-icontains' }],
    ]);
  });

  it('are completed with values that they take, and are all in the docs', () => {
    const table = readFileSync('docs/task-spec.md', 'utf8');
    for (const { label, body } of METRIC_SNIPPETS) {
      expect([label, metricProblems([metricSchema.parse(body)], { references: true }, context.problemAt)]).toEqual([label, []]);
      expect(table).toMatch(new RegExp(`\\n\\| .*\`${label.replace('-any', '').replace('contains', '(i?contains|…-any)')}\`.* \\|`));
    }
  });

  it('are checked without opening a model, a server or a script', () => {
    const entries = [
      { type: 'classifier', value: {} },
      { type: 'perplexity' },
      { type: 'llm-rubric', value: { model: 'bundled:causal' } },
      { type: 'similar', value: { model: 'openai:embed@http://127.0.0.1:1' } },
      { type: 'javascript', value: 7 },
      { type: 'levenshtein' },
    ].map((each) => metricSchema.parse(each));
    expect(metricProblems(entries, { references: false }, context.problemAt).map(({ code, field }) => [code, field])).toEqual([
      ['metric.notClassifier', 'metrics.0.value'],
      ['metric.notPerplexity', 'metrics.1.value'],
      ['metric.notRubric', 'metrics.2.value'],
      ['metric.noReferences', 'metrics.3.type'],
      ['metric.noScript', 'metrics.4.value'],
      ['metric.noReferences', 'metrics.5.type'],
    ]);
  });
});
