import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/data/dataset';
import { labelCost } from '../../../../src/search/labelWords/cost';
import { parseSpec, type Spec } from '../../../../src/spec/spec';

function task(queryBudget: number, more: object = {}): Spec {
  const values = { data: { train: 'x.csv' }, labels: 'auto', template: '{input} {prompt}', search: { queryBudget }, ...more };
  return parseSpec(JSON.stringify(values), '/x.prompt-task.json');
}

/** Rows of two classes. */
function data(rows: number): Pick<Dataset, 'classes' | 'splits'> {
  const split = (n: number) => ({ texts: Array<string>(n).fill('a'), labels: Array.from({ length: n }, (_, i) => i % 2) });
  return { classes: ['a', 'b'], splits: { train: split(rows), validation: split(0), test: split(9) } } as never;
}

describe('what label words take of the budget', () => {
  it.each([
    [5000, 60, 5],
    [5000, 128, 3],
    [5000, 249, 2],
    // More than a tenth, but each row is read once.
    [5000, 251, 1],
    [600, 512, 1],
  ])('is a tenth at most of %s queries with %s rows: %s prompts', (budget, rows, count) => {
    const { claimed, prompts } = labelCost(task(budget), data(rows));
    expect(prompts).toHaveLength(count);
    expect(prompts[0]).toBe('');
    expect(claimed).toBe(rows * count);
  });

  it("is for the user's prompts first", () => {
    expect(labelCost(task(5000, { compare: ['Verdict:'] }), data(60)).prompts.slice(0, 2)).toEqual(['', 'Verdict:']);
  });

  it('is a tenth on a server, where each set of words is asked about without a prompt', () => {
    const elsewhere = task(5000, { taskModel: 'openai:a@http://localhost:1/v1' });
    expect(labelCost(elsewhere, data(60))).toMatchObject({ claimed: 500, prompts: [''] });
  });
});
