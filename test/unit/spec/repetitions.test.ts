import { describe, expect, it } from 'vitest';
import { TaskError } from '../../../src/spec/problem';
import { parseSpec } from '../../../src/spec/spec';
import { applyFix, csv, FILES, lines, load, OWN, problemOf, problemsOf } from '../data/folder';

const parse = (fields: string, data = '') => parseSpec(`{"data": {"train": "a.csv"${data}},\n${fields}}`, 'a.prompt-task.json');

/** The fields after the first quick fix of the first problem. */
function fixed(fields: string): unknown {
  const text = `{"data": {"train": "a.csv"},\n${fields}}`;
  try {
    parse(fields);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    const { data: _data, ...rest } = JSON.parse(applyFix(text, error.problems[0]!.fixes![0]!)) as Record<string, unknown>;
    return rest;
  }
  throw new Error('nothing to fix');
}

describe('a duplicate seed', () => {
  it('is refused at its second place, before any run', async () => {
    expect(await problemOf(() => parse(' "search": {"seeds": [1, 2, 1]}'))).toMatchObject({
      file: 'a.prompt-task.json',
      line: 2,
      column: 29,
      field: 'search.seeds.2',
      code: 'spec.duplicateSeed',
      args: [{ seed: 1 }],
    });
    expect(fixed('"search": {"seeds": [1, 2, 1]}')).toEqual({ search: { seeds: [1, 2] } });
  });

  it('is none among distinct seeds', () => {
    expect(parse('"search": {"seeds": [1, 0, 2]}').search.seeds).toEqual([1, 0, 2]);
  });
});

describe('prompts to compare', () => {
  it.each(['', '  '])('may not be empty: %j', async (prompt) => {
    const problem = await problemOf(() => parse(`"compare": ["It was", ${JSON.stringify(prompt)}]`));
    expect(problem).toMatchObject({ line: 2, column: 23, field: 'compare.1', code: 'spec.emptyPrompt', args: [{ prompt }] });
    expect(fixed(`"compare": ["It was", ${JSON.stringify(prompt)}, "It was"]`)).toEqual({ compare: ['It was'] });
  });

  it('may not repeat', async () => {
    const problems = await problemsOf(() => parse('"compare": ["It was", "so", "It was", "so"]'));
    expect(problems).toMatchObject([
      { column: 29, field: 'compare.2', code: 'spec.duplicatePrompt', args: [{ prompt: 'It was' }] },
      { column: 39, field: 'compare.3', code: 'spec.duplicatePrompt', args: [{ prompt: 'so' }] },
    ]);
  });

  it('may differ in a space only: their tokens differ', () => {
    expect(parse('"compare": ["It was", " It was"]').compare).toEqual(['It was', ' It was']);
  });
});

describe('one column for text and class', () => {
  it('is refused at data.label', async () => {
    expect(await problemOf(() => parse('"labels": {}', ', "input": "text", "label": "text"'))).toMatchObject({
      line: 1,
      column: 46,
      field: 'data.label',
      code: 'spec.sameColumn',
      args: [{ column: 'text' }],
    });
  });

  it.each([
    ['neither is given', {}],
    ['only the text is given', { input: 'text' }],
    ['only the class is given', { label: 'label' }],
  ])('is never found by name: %s', async (_name, data) => {
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
