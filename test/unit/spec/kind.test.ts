import { describe, expect, it } from 'vitest';
import { TaskError } from '../../../src/spec/problem';
import { generationOf, searchSettings } from '../../../src/spec/schema';
import { startingPrompts } from '../../../src/spec/startingPrompts';
import { parseSpec } from '../../../src/spec/spec';

const METRICS = [{ type: 'equals', value: 'a' }];

function problems(values: object): [code: string, field: string | undefined][] {
  try {
    parseSpec(JSON.stringify({ data: { train: 'a.csv' }, ...values }), 'x.prompt-task.json');
    return [];
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return error.problems.map(({ code, field }) => [code, field]);
  }
}

describe('a task of generated texts', () => {
  it('needs metrics', () => {
    expect(problems({ kind: 'generation' })).toEqual([['spec.noMetrics', 'kind']]);
    expect(problems({ kind: 'generation', metrics: METRICS })).toEqual([]);
  });

  it('needs a metric that counts', () => {
    const shown = METRICS.map((metric) => ({ ...metric, weight: 0 }));
    expect(problems({ kind: 'generation', metrics: shown })).toEqual([['spec.noWeight', 'metrics']]);
    expect(problems({ kind: 'generation', metrics: [...METRICS, ...shown] })).toEqual([]);
  });

  it('has no classes, and a task with classes has no metrics', () => {
    expect(
      problems({
        kind: 'generation',
        metrics: METRICS,
        data: { train: 'a.csv', label: 'l', ignoreCase: true },
        labels: { a: 'b' },
        search: { queryBudget: 100 },
      }),
    ).toEqual([
      ['spec.otherKind', 'labels'],
      ['spec.otherKind', 'data.label'],
      ['spec.otherKind', 'data.ignoreCase'],
      ['spec.otherKind', 'search.queryBudget'],
    ]);
    expect(
      problems({ data: { train: 'a.csv', reference: 'r' }, generation: {}, metrics: METRICS, search: { generationBudget: 100 } }),
    ).toEqual([
      ['spec.otherKind', 'data.reference'],
      ['spec.otherKind', 'generation'],
      ['spec.otherKind', 'metrics'],
      ['spec.otherKind', 'search.generationBudget'],
    ]);
  });

  it('counts the best of several texts with the preset paper, and nowhere else', () => {
    const task = { kind: 'generation', data: { train: 'a.csv' }, metrics: METRICS };
    const settings = (search: object, generation = {}) =>
      searchSettings(parseSpec(JSON.stringify({ ...task, search, generation }), 'x.prompt-task.json'));
    const paper = { promptsPerStep: 8, topK: 50, logitBias: -10, bestOf: 32, bootstraps: 4 };
    expect(settings({ preset: 'paper' })).toMatchObject(paper);
    expect(settings({ preset: 'paper', bestOf: 8, topK: 9 })).toMatchObject({ ...paper, bestOf: 8, topK: 9 });
    expect(settings({ preset: 'paper' }, { temperature: 0 })).toMatchObject({ bestOf: 1, bootstraps: 1 });
    expect(settings({})).toMatchObject({ bestOf: null, logitBias: 0 });
    expect(problems({ ...task, search: { bestOf: 8, bootstraps: 2 } })).toEqual([
      ['spec.onlyPaper', 'search.bestOf'],
      ['spec.onlyPaper', 'search.bootstraps'],
    ]);
    expect(problems({ search: { preset: 'paper', bestOf: 8 } })).toEqual([['spec.otherKind', 'search.bestOf']]);
  });

  it('begins with the prompts to compare and no others, unless the preset is paper or the spec says so', () => {
    const task = { kind: 'generation', data: { train: 'a.csv' }, metrics: METRICS, compare: ['A good day:'] };
    const spec = (search: object) => parseSpec(JSON.stringify({ ...task, search }), 'x.prompt-task.json');
    expect(startingPrompts(spec({}))).toEqual([{ text: 'A good day:', origin: 'manual' }]);
    const warm = (search: object) => searchSettings(spec(search)).warmStart;
    expect([warm({}), warm({ preset: 'paper' }), warm({ warmStart: false })]).toEqual([true, false, false]);
  });

  it('has a budget of texts, which is one of queries by the samples of each', () => {
    const spec = (generation: object) =>
      parseSpec(
        JSON.stringify({ kind: 'generation', data: { train: 'a.csv' }, metrics: METRICS, generation, search: { generationBudget: 1000 } }),
        'x.prompt-task.json',
      );
    expect(searchSettings(spec({ samples: 4 })).queryBudget).toBe(250);
    expect(searchSettings(spec({})).queryBudget).toBe(500);
    // Without chance, one text says all.
    expect(generationOf(spec({ samples: 4, temperature: 0 })).samples).toBe(1);
    expect(searchSettings(spec({ samples: 4, temperature: 0 })).queryBudget).toBe(1000);
  });
});
