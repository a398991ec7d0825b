import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectDataset, suggestWords, type DatasetOutline } from '../../../src/checks/inspect';
import { makeFolder } from '../data/folder';

async function outline(name: string, lines: readonly string[]): Promise<DatasetOutline> {
  const folder = await makeFolder({ [name]: lines.join('\n') });
  return inspectDataset(join(folder, name));
}

const many = (n: number, line: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => line(i));

describe('the outline of a data file', () => {
  it('is found by the names of its columns', async () => {
    const found = await outline('a.csv', ['id,sentence,label', ...many(10, (i) => `${i},film ${i},${i % 3 === 0 ? 'bad' : 'good'}`)]);
    expect(found).toMatchObject({ columns: ['id', 'sentence', 'label'], input: 'sentence', label: 'label', rows: 10, more: false });
    expect(found.labels.label).toEqual([
      { label: 'good', count: 6, spellings: ['good'] },
      { label: 'bad', count: 4, spellings: ['bad'] },
    ]);
    expect(found.labels.id).toBeUndefined();
    expect(found.sample).toEqual({ id: '0', sentence: 'film 0', label: 'bad' });
  });

  it('is found by lengths and counts where no name helps', async () => {
    const found = await outline('a.tsv', ['one\ttwo', ...many(12, (i) => `this is the long text of row ${i}\t${i % 2}`)]);
    expect(found).toMatchObject({ input: 'one', label: 'two' });
  });

  it('is left to the user if two columns are possible', async () => {
    const found = await outline('a.csv', ['alpha,beta,foot,head', ...many(12, (i) => `${i % 2},${i % 3},some text ${i},more text ${i}`)]);
    expect(found.label).toBeUndefined();
    expect(Object.keys(found.labels)).toEqual(['alpha', 'beta']);
    expect(found.input).toBeUndefined();
  });

  it.each([(i: number) => `2026-03-0${1 + (i % 3)}`, (i: number) => `2026-03-0${1 + (i % 3)}T08:00`, (i: number) => `${1 + (i % 3)}.3.26`])(
    'takes no dates for classes',
    async (date) => {
      const found = await outline('a.csv', [
        'id;when;note;kind',
        ...many(12, (i) => `${i};${date(i)};some longer note ${i};${i % 2 ? 'a' : 'b'}`),
      ]);
      expect(found.label).toBe('kind');
      expect(Object.keys(found.labels)).toEqual(['kind']);
    },
  );

  it('has no column of classes where all values differ, are long, or one is empty', async () => {
    const found = await outline('a.csv', ['x,y,z', ...many(12, (i) => `v${i},${'long '.repeat(9)}${i % 2},${i % 2 === 0 ? '' : 'a'}`)]);
    expect(found.labels).toEqual({});
  });

  it('has the classes of a column with blanks, and with labels in several spellings', async () => {
    const labels = ['World', 'Sports', 'world', '', 'World', 'Sports', 'WORLD ', 'Sports', 'Sports'];
    const found = await outline('a.csv', ['headline;desk', ...labels.map((label, i) => `a headline, number ${i};${label}`)]);
    expect(found).toMatchObject({ input: 'headline', label: 'desk', rows: 9 });
    expect(found.labels.desk).toEqual([
      { label: 'Sports', count: 4, spellings: ['Sports'] },
      { label: 'World', count: 4, spellings: ['World', 'world', 'WORLD'] },
    ]);
  });

  it('is read from the first rows of a long file, and from JSON lines', async () => {
    const found = await outline(
      'a.jsonl',
      many(5100, (i) => JSON.stringify({ text: `t ${i}`, class: i % 2 })),
    );
    expect(found).toMatchObject({ rows: 5000, more: true, input: 'text', label: 'class' });
  });
});

describe('label words', () => {
  it('are suggested by their sense, and by what the model uses alike, not by their spelling', async () => {
    const found = await suggestWords(['bug', 'film', 'weekend'], 'bundled:causal');
    expect(found.bug!.close).not.toEqual(expect.arrayContaining(['but']));
    expect(found.bug!.close).not.toEqual(expect.arrayContaining(['buy']));
    expect(found.bug!.close.some((word) => ['error', 'problem', 'broken', 'wrong'].includes(word))).toBe(true);
    expect(found.film!.close).toContain('movie');
    // No list has it: days and parts of days are near it in the embedding.
    expect(found.weekend!.close).toHaveLength(3);
  });

  it('are the labels themselves if each is one token', async () => {
    expect(await suggestWords(['Positive', 'bad'], 'bundled:causal')).toMatchObject({
      Positive: { word: 'positive' },
      bad: { word: 'bad' },
    });
  });

  it('are left to the user for numbers and labels of several tokens, with close words', async () => {
    const found = await suggestWords(['0', 'greatestest'], 'hf:some/model');
    expect(found['0']).toEqual({ close: [] });
    expect(found.greatestest?.word).toBeUndefined();
    expect(found.greatestest?.close[0]).toMatch(/^great/);
  });
});
