import { describe, expect, it } from 'vitest';
import { mended } from '../../../src/host/spec/specEdits';
import { TaskError } from '../../../src/spec/problem';
import { parseSpec } from '../../../src/spec/spec';
import { csv, FILES, lines, load, OWN, problemOf, problemsOf } from '../data/folder';

const parse = (fields: string, data = '') => parseSpec(`{"data": {"train": "a.csv"${data}},\n${fields}}`, 'a.prompt-task.json');

/** The fields after the first mend of the first problem. */
function mend(fields: string): unknown {
  const text = `{"data": {"train": "a.csv"},\n${fields}}`;
  try {
    parse(fields);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    const { data: _data, ...mendedFields } = JSON.parse(mended(text, error.problems[0]!.fixes![0]!)) as Record<string, unknown>;
    return mendedFields;
  }
  throw new Error('nothing to mend');
}

describe('a seed that stands twice', () => {
  it('is refused where it stands again, before any run', async () => {
    expect(await problemOf(() => parse(' "search": {"seeds": [1, 2, 1]}'))).toEqual({
      severity: 'error',
      file: 'a.prompt-task.json',
      line: 2,
      column: 29,
      field: 'search.seeds.2',
      message: 'seed 1 stands twice',
      found: '1',
      expected: 'each seed once: its run would be the same again',
    });
    expect(mend('"search": {"seeds": [1, 2, 1]}')).toEqual({ search: { seeds: [1, 2] } });
  });

  it('distinct ones are taken', () => {
    expect(parse('"search": {"seeds": [1, 0, 2]}').search.seeds).toEqual([1, 0, 2]);
  });
});

describe('prompts to compare', () => {
  it.each(['', '  '])('none is empty: %j', async (prompt) => {
    const problem = await problemOf(() => parse(`"compare": ["It was", ${JSON.stringify(prompt)}]`));
    expect(problem).toMatchObject({
      line: 2,
      column: 23,
      field: 'compare.1',
      message: 'this prompt is empty',
      found: JSON.stringify(prompt),
    });
    expect(problem.expected).toContain('no prompt is in every table already');
    expect(mend(`"compare": ["It was", ${JSON.stringify(prompt)}, "It was"]`)).toEqual({ compare: ['It was'] });
  });

  it('none stands twice', async () => {
    const problems = await problemsOf(() => parse('"compare": ["It was", "so", "It was", "so"]'));
    expect(problems.map(({ column, field, message, found }) => ({ column, field, message, found }))).toEqual([
      { column: 29, field: 'compare.2', message: 'this prompt stands twice', found: '"It was"' },
      { column: 39, field: 'compare.3', message: 'this prompt stands twice', found: '"so"' },
    ]);
  });

  it('two that differ in a space are two: their tokens are others', () => {
    expect(parse('"compare": ["It was", " It was"]').compare).toEqual(['It was', ' It was']);
  });
});

describe('one column for text and class', () => {
  it('is refused at data.label', async () => {
    expect(await problemOf(() => parse('"labels": {}', ', "input": "text", "label": "text"'))).toMatchObject({
      line: 1,
      column: 46,
      field: 'data.label',
      message: '"input" and "label" name the same column',
      found: '"text"',
    });
  });

  it.each([
    ['neither is named', {}],
    ['the text alone is named', { input: 'text' }],
    ['the class alone is named', { label: 'label' }],
  ])('never comes of finding them: %s', async (_name, data) => {
    const { classes } = await load(FILES, { data: { ...OWN, ...data } });
    expect(classes).toEqual(['neg', 'pos']);
  });

  it('a column named as the class is not found as the text too', async () => {
    const train = csv(...lines('train', { neg: 10, pos: 10 })).replace('text,label', 'words,text');
    const { classes, splits } = await load({ 'train.csv': train }, { data: { label: 'text' } });
    expect(classes).toEqual(['neg', 'pos']);
    expect(splits.train.texts[0]).toMatch(/^train neg/);
  });
});
