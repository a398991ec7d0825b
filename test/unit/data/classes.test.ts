import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/data/dataset';
import { csv, FILES, load, makeFolder, OWN, problemOf, problemsOf, specIn } from './folder';

describe('classes', () => {
  it('need a word each where the spec has labels', async () => {
    const files = { ...FILES, 'train.csv': csv('a,neg', 'b,pos', 'c,neutral', 'd,mixed') };
    expect(await problemOf(() => load(files, { labels: { neg: 'bad', pos: 'good' } }))).toEqual({
      severity: 'error',
      file: 'train.csv',
      line: 4,
      field: 'label',
      message: expect.stringMatching(/^a label without a word: "labels" in .*task\.prompt-task\.json has none for it$/) as string,
      found: '"neutral"',
      expected: 'one of neg, pos',
    });
  });

  it('are not found among the names that every object has', async () => {
    const files = { ...FILES, 'train.csv': csv('a,neg', 'b,pos', 'c,constructor') };
    const problem = await problemOf(() => load(files, { data: OWN, labels: { neg: 'bad', pos: 'good' } }));
    expect(problem).toMatchObject({ line: 4, found: '"constructor"', expected: 'one of neg, pos' });
  });

  it('need a row each', async () => {
    const folder = await makeFolder({ 'train.csv': csv('a,neg', 'b,pos') });
    const spec = specIn(
      folder,
      '{\n  "data": { "train": "train.csv" },\n  "labels": { "neg": "bad", "pos": "good",\n    "mixed": "mixed",\n    "none": "so" }\n}',
    );
    const problem = {
      severity: 'error',
      file: spec.file,
      column: 5,
      message: 'train.csv has no row of this class',
      found: 'labels there: neg, pos',
      expected: 'at least one row of each class, or one class less',
    };
    expect(await problemsOf(() => loadDataset(spec))).toEqual([
      { ...problem, line: 4, field: 'labels.mixed' },
      { ...problem, line: 5, field: 'labels.none' },
    ]);
  });

  it.each([
    ['without labels', '{\n "data": {\n  "train": "train.csv" } }', 3, 'data.train'],
    ['with labels', '{ "data": { "train": "train.csv" },\n\n\n "labels": { "neg": "bad" } }', 4, 'labels'],
  ])('are two at least, %s', async (_name, text, line, field) => {
    const folder = await makeFolder({ 'train.csv': csv('a,neg', 'b,neg') });
    const spec = specIn(folder, text);
    expect(await problemOf(() => loadDataset(spec))).toEqual({
      severity: 'error',
      file: spec.file,
      line,
      column: line === 3 ? 3 : 2,
      field,
      message: 'one class only: there is nothing to tell apart',
      found: 'neg',
      expected: 'rows of two classes or more',
    });
  });

  it('are 64 at most: more are no classes', async () => {
    const rows = (count: number) => csv(...Array.from({ length: 3 * count }, (_, i) => `row ${i},c${i % count}`));
    expect((await load({ 'train.csv': rows(64) })).classes).toHaveLength(64);
    expect(await problemOf(() => load({ 'train.csv': rows(65) }))).toEqual({
      severity: 'error',
      file: 'train.csv',
      line: 66,
      field: 'label',
      message: 'more than 64 different labels',
      found: '"c64"',
      expected: 'a column of classes; set data.label to name it',
    });
  });

  it.each(['validation', 'test'])('that train lacks may not turn up in %s', async (name) => {
    const files = { ...FILES, 'odd.csv': 'text,sentiment\na,neg\nb,pos\nc,meh\nd,neg\ne,meh\nf,hm\n' };
    expect(await problemOf(() => load(files, { data: { ...OWN, [name]: 'odd.csv' } }))).toEqual({
      severity: 'error',
      file: 'odd.csv',
      line: 4,
      field: 'sentiment',
      message: 'a class that the training rows do not have',
      found: '"meh"',
      expected: 'one of neg, pos',
    });
  });

  it.each(['validation', 'test'])('without a word may not turn up in %s', async (name) => {
    const files = { ...FILES, 'odd.csv': csv('a,neg', 'b,meh') };
    const problem = await problemOf(() => load(files, { data: { ...OWN, [name]: 'odd.csv' }, labels: { neg: 'bad', pos: 'good' } }));
    expect(problem).toMatchObject({ file: 'odd.csv', line: 3, field: 'label', found: '"meh"', expected: 'one of neg, pos' });
    expect(problem.message).toContain('a label without a word');
  });

  it.each(['validation', 'test'])('that %s lacks are noted', async (name) => {
    const files = { ...FILES, 'odd.csv': csv('a,neg', 'b,neg') };
    expect((await load(files, { data: { ...OWN, [name]: 'odd.csv' } })).notes).toEqual([`${name}: no row of "pos"`]);
  });
});

describe('rows that come twice', () => {
  it('are used once, and noted', async () => {
    const train = csv('same,neg', 'b,pos', ' same ,neg', 'c,neg', 'same,neg', 'b,pos');
    const { splits, notes } = await load({ ...FILES, 'train.csv': train }, { data: OWN });
    expect([...splits.train.texts].sort()).toEqual(['b', 'c', 'same']);
    expect(notes).toEqual(['train: 3 duplicate rows were used once']);
  });

  it('in test and in train or validation are dropped from test, and noted', async () => {
    const files = {
      'train.csv': csv('a,neg', 'b,pos'),
      'dev.csv': csv('c,neg', 'd,pos'),
      'test.csv': csv('a,neg', 'e,neg', 'd,pos', 'f,pos', 'b,neg'),
    };
    const { splits, notes } = await load(files, { data: OWN });
    expect([...splits.test.texts].sort()).toEqual(['e', 'f']);
    expect(notes).toEqual(['test: 3 rows dropped, because train or validation holds the same text']);
  });

  it('leave no test at all when train holds it whole', async () => {
    const folder = await makeFolder(FILES);
    const spec = specIn(folder, '{"data": {"train": "train.csv", "validation": "dev.csv",\n"test": "train.csv"}}');
    expect(await problemOf(() => loadDataset(spec))).toEqual({
      severity: 'error',
      file: spec.file,
      line: 2,
      column: 1,
      field: 'data.test',
      message: 'no row is left for the test split',
      found: '0 rows',
      expected: 'more rows, or a file of its own',
    });
  });

  it('under two labels are noted, with both lines', async () => {
    const files = { ...FILES, 'dev.csv': csv('x,neg', 'same,neg', 'y,pos', 'same,pos') };
    const { splits, notes } = await load(files, { data: OWN });
    expect(notes).toEqual(['validation: dev.csv:5 has the text of line 3 under another label']);
    expect(splits.validation.texts.filter((text) => text === 'same')).toHaveLength(2);
  });

  it('under two labels are noted wherever a draw puts them, and stay in one split', async () => {
    const train = csv(
      ...Array.from({ length: 40 }, (_, i) => `text ${i},neg`),
      ...Array.from({ length: 10 }, (_, i) => `text ${4 * i},pos`),
    );
    for (let seed = 0; seed < 10; seed++) {
      const { splits, notes } = await load({ 'train.csv': train }, { search: { seed } });
      const [inTrain, inValidation, inTest] = [splits.train, splits.validation, splits.test].map(({ texts }) => new Set(texts));
      for (const text of inValidation!) expect(inTrain).not.toContain(text);
      for (const text of inTest!) expect([...inTrain!, ...inValidation!]).not.toContain(text);
      // Row i of the second class is text 4i: line 42 + i, and the same text of the first class is on line 2 + 4i.
      const conflicts = notes.filter((note) => note.includes('under another label'));
      // The first three by name, the rest as a number.
      expect(conflicts).toHaveLength(3);
      expect(notes).toContain('and 7 more texts under two labels');
      for (const conflict of conflicts) {
        const [later, earlier] = [.../:(\d+) has the text of line (\d+) /.exec(conflict)!]
          .slice(1)
          .map(Number)
          .sort((x, y) => y - x) as [number, number];
        expect(earlier).toBe(2 + 4 * (later - 42));
      }
    }
  });
});
