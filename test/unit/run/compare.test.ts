import { describe, expect, it } from 'vitest';
import type { RunTask } from '../../../src/run/store/task';
import { differences } from '../../../src/run/view/compare';
import { presets, specSchema } from '../../../src/spec/schema';

function task(values: Record<string, unknown> = {}, of: Partial<RunTask> = {}): RunTask {
  return {
    format: 1,
    specFile: '/data/sentiment.prompt-task.json',
    spec: specSchema.parse({ data: { train: 'train.csv' }, template: '{input} {prompt}', ...values }) as RunTask['spec'],
    seed: 0,
    random: true,
    threads: 1,
    settings: presets.default,
    data: { 'train.csv': 'aaaaaaaaaaaa' },
    models: {},
    created: '2026-01-01T00:00:00.000Z',
    ...of,
  };
}

describe('the differences of runs', () => {
  it('are none between equal tasks, whatever their threads and times', () => {
    expect(differences([task(), task({}, { threads: 4, created: '2026-02-02T00:00:00.000Z' })])).toEqual([]);
  });

  it('name each field of the specs that differs, for any number of runs', () => {
    const longer = task({ prompt: { length: 3 }, labels: { a: 'bad', b: 'good' } });
    expect(differences([task(), longer, task({}, { seed: 7, settings: { ...presets.default, queryBudget: 99 } })])).toEqual([
      { field: 'prompt.length', values: [String(task().spec.prompt.length), '3', String(task().spec.prompt.length)] },
      { field: 'search.queryBudget', values: ['5000', '5000', '99'] },
      { field: 'search.seed', values: ['0', '0', '7'] },
      { field: 'labels.a', values: [undefined, 'bad', undefined] },
      { field: 'labels.b', values: [undefined, 'good', undefined] },
    ]);
  });

  it('tell a data file whose content has changed', () => {
    expect(differences([task(), task({}, { data: { 'train.csv': 'bbbbbbbbbbbb' } })])).toEqual([
      { field: 'data.train (content)', values: ['aaaaaaaa', 'bbbbbbbb'] },
    ]);
  });
});
