import { describe, expect, it } from 'vitest';
import { word } from '../../../src/wording/wording';
import { noteText } from '../../../src/wording/note';
import { describeClasses } from '../../../src/data/dataset';
import { load, makeFolder, problemOf, specIn } from './folder';

const GENERATION = { kind: 'generation', metrics: [{ type: 'equals', value: 'a' }] };
const rows = (count: number, name: string): string =>
  Array.from({ length: count }, (_, i) => `${name} ${i},right ${i},also ${i}\n`).join('');

describe('rows of a generation task', () => {
  it('have an input and the references of some columns, and no class', async () => {
    const { classes, splits, notes } = await load(
      { 'train.csv': `text,r1,r2\n${rows(30, 'train')}`, 'test.csv': `text,r1,r2\n${rows(10, 'test')}odd,only,\n` },
      { ...GENERATION, data: { test: 'test.csv', reference: ['r1', 'r2'] } },
    );
    expect(classes).toEqual(['']);
    expect(new Set(splits.train.labels)).toEqual(new Set([0]));
    const at = splits.test.texts.indexOf('test 3');
    expect(splits.test.references![at]).toEqual(['right 3', 'also 3']);
    expect(splits.test.references![splits.test.texts.indexOf('odd')]).toEqual(['only']);
    expect(notes.map(noteText).some((note) => note.includes('skipped'))).toBe(false);
  });

  it('are found by usual names of columns, and need no references', async () => {
    const named = await load({ 'train.csv': `text,reference\n${rows(12, 'a').replaceAll(/,also \d+/g, '')}` }, GENERATION);
    expect(named.splits.train.references).toBeDefined();
    const alone = await load({ 'train.csv': `opening\n${Array.from({ length: 12 }, (_, i) => `text ${i}\n`).join('')}` }, GENERATION);
    expect(alone.splits.train.references).toBeUndefined();
    expect(alone.splits.train.texts[0]).toMatch(/^text \d/);
  });

  it('are skipped where they lack all references', async () => {
    const files = { 'train.csv': `text,reference\n${rows(12, 'a').replaceAll(/,also \d+/g, '')}bare,\n` };
    const { notes, splits } = await load(files, GENERATION);
    expect(notes.map(noteText).filter((note) => note.includes('without a reference'))).toHaveLength(1);
    expect([...splits.train.texts, ...splits.validation.texts, ...splits.test.texts]).not.toContain('bare');
  });

  it('name a missing column at its place, and describe the file without classes', async () => {
    const files = { 'train.csv': `text,reference\n${rows(12, 'a').replaceAll(/,also \d+/g, '')}` };
    expect(await problemOf(() => load(files, { ...GENERATION, data: { reference: 'answer' } }))).toMatchObject({
      code: 'data.noColumn',
      field: 'data.reference',
    });
    const spec = specIn(await makeFolder(files), { ...GENERATION, data: { train: 'train.csv' } });
    expect(describeClasses(spec, { classes: [''], classCounts: [12] })).toContain('12 rows');
  });

  describe('compared with their references', () => {
    const words = (count: number): string => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');
    /** Thirty rows, of which so many have a reference of 20 words; others have 5. */
    const withLong = (long: number): Record<string, string> => ({
      'train.csv': `text,reference\n${Array.from({ length: 30 }, (_, i) => `input ${i},${i} ${words(i < long ? 19 : 4)}\n`).join('')}`,
    });
    const task = { kind: 'generation', metrics: [{ type: 'f1' }], generation: { maxTokens: 16 } };

    it('warn where many are longer than a text may be, with a length that is enough', async () => {
      const { warnings, notes } = await load(withLong(6), task);
      expect(warnings.map(({ code, args, field }) => [code, args[0], field])).toEqual([
        ['data.longReferences', { long: 6, of: 30, maxTokens: 16 }, 'generation.maxTokens'],
      ]);
      // 20 words, half as many tokens again, in eights.
      expect(warnings[0]!.fixes![0]!.change).toEqual({ value: 32 });
      expect(notes).toContain(word('data.references', { rows: 30, mean: 8, most: 20 }));
      expect((await load(withLong(2), task)).warnings).toEqual([]);
      expect((await load(withLong(6), { ...task, generation: { maxTokens: 20 } })).warnings).toEqual([]);
    });

    it('warn where the references repeat the inputs', async () => {
      const files = { 'train.csv': `text,reference\n${Array.from({ length: 30 }, (_, i) => `Input ${i},input ${i}\n`).join('')}` };
      const { warnings } = await load(files, task);
      expect(warnings.map(({ code, args }) => [code, args[0]])).toEqual([['data.referencesRepeat', { repeated: 30, of: 30 }]]);
    });

    it('or not at all by any metric, are not looked at', async () => {
      const { warnings, notes } = await load(withLong(30), { ...task, metrics: [{ type: 'word-count', value: 5 }, { type: 'is-json' }] });
      expect([...warnings, ...notes.filter((note) => noteText(note).startsWith('references'))]).toEqual([]);
      expect((await load(withLong(30), { ...task, metrics: [{ type: 'rouge-n', value: 2 }] })).warnings).toHaveLength(1);
    });
  });
});
