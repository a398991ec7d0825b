import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadDataset, type Dataset, type SplitName } from '../../../src/data/dataset';
import { warning } from '../../../src/wording/note';
import { word } from '../../../src/wording/wording';
import { csv, lines, load, makeFolder, OWN, problemOf, specIn } from './folder';

/** The note that the draw left out rows. */
const leftOut = (split: SplitName, count: number, of: number) => word('data.leftOut', { split, count, of });
const drawn = (split: SplitName, count: number) => word('data.drawnFromTrain', { split, count });

const PAPER = { search: { preset: 'paper' } };
const SPLITS: readonly SplitName[] = ['train', 'validation', 'test'];

/** Rows of each class in a split. */
function counts(dataset: Dataset, split: SplitName): Record<string, number> {
  return Object.fromEntries(dataset.classes.map((label, k) => [label, dataset.splits[split].labels.filter((l) => l === k).length]));
}

describe('files larger than their limits', () => {
  it('give rowsPerClass rows of each class, and the note says how many were left out', async () => {
    const files = {
      'train.csv': csv(...lines('train', { a: 100, b: 40, c: 5 })),
      'dev.csv': csv(...lines('dev', { a: 30, b: 20, c: 10 })),
      'test.csv': csv(...lines('test', { a: 3, b: 3, c: 3 })),
    };
    const dataset = await load(files, { data: { ...OWN, rowsPerClass: { train: 10, validation: 7 } } });
    expect(counts(dataset, 'train')).toEqual({ a: 10, b: 10, c: 5 });
    expect(counts(dataset, 'validation')).toEqual({ a: 7, b: 7, c: 7 });
    expect(counts(dataset, 'test')).toEqual({ a: 3, b: 3, c: 3 });
    expect(dataset.notes).toEqual([leftOut('train', 120, 145), leftOut('validation', 39, 60)]);
  });

  it('give the limits of the design when the spec is silent', async () => {
    const files = {
      'train.csv': csv(...lines('train', { a: 40, b: 40 })),
      'dev.csv': csv(...lines('dev', { a: 70, b: 70 })),
      'test.csv': csv(...lines('test', { a: 1500, b: 1000 })),
    };
    const dataset = await load(files, { data: OWN });
    // 32 rows of a class steer the search.
    expect(counts(dataset, 'train')).toEqual({ a: 16, b: 16 });
    expect(counts(dataset, 'validation')).toEqual({ a: 16, b: 16 });
    expect(counts(dataset, 'test')).toEqual({ a: 1200, b: 800 });
    expect(dataset.notes).toEqual([leftOut('train', 48, 80), leftOut('validation', 108, 140), leftOut('test', 500, 2500)]);

    const paper = await load(files, { data: OWN, search: { preset: 'paper' } });
    expect(counts(paper, 'train')).toEqual({ a: 32, b: 32 });
    expect(counts(paper, 'validation')).toEqual({ a: 64, b: 64 });
    expect(counts(paper, 'test')).toEqual({ a: 1200, b: 800 });

    const served = await load(files, { data: OWN, taskModel: 'openai:tiny@http://localhost:1/v1' });
    expect(counts(served, 'test')).toEqual({ a: 180, b: 120 });
  });

  it('make up for what the other file lacks', async () => {
    const files = {
      'train.csv': csv(...lines('train', { a: 40, b: 10 })),
      'dev.csv': csv(...lines('dev', { a: 5, b: 40 })),
      'test.csv': csv(...lines('test', { a: 3, b: 3 })),
    };
    const dataset = await load(files, { data: OWN });
    expect(counts(dataset, 'train')).toEqual({ a: 27, b: 10 });
    expect(counts(dataset, 'validation')).toEqual({ a: 5, b: 22 });
  });

  it('give test rows in the proportions of the file', async () => {
    const files = {
      'train.csv': csv(...lines('train', { a: 3, b: 3, c: 3 })),
      'dev.csv': csv(...lines('dev', { a: 3, b: 3, c: 3 })),
      'test.csv': csv(...lines('test', { a: 60, b: 30, c: 10 })),
    };
    const dataset = await load(files, { data: { ...OWN, testRows: 20 } });
    expect(counts(dataset, 'test')).toEqual({ a: 12, b: 6, c: 2 });
    expect(dataset.notes).toEqual([leftOut('test', 80, 100)]);
  });

  it.each([7, 10, 11, 20])('give exactly testRows = %i rows in all, however they are rounded', async (testRows) => {
    const files = {
      'train.csv': csv(...lines('train', { a: 3, b: 3, c: 3 })),
      'dev.csv': csv(...lines('dev', { a: 3, b: 3, c: 3 })),
      'test.csv': csv(...lines('test', { a: 10, b: 10, c: 10 })),
    };
    const dataset = await load(files, { data: { ...OWN, testRows } });
    expect(dataset.splits.test.texts).toHaveLength(testRows);
    for (const count of Object.values(counts(dataset, 'test'))) expect(Math.abs(count - testRows / 3)).toBeLessThan(1);
  });

  it('count duplicates apart from the rows that were left out', async () => {
    const files = {
      'train.csv': csv(...lines('train', { a: 12, b: 6 }), ...lines('train', { a: 2, b: 1 })),
      'dev.csv': csv(...lines('dev', { a: 3, b: 3 })),
      'test.csv': csv(...lines('test', { a: 3, b: 3 })),
    };
    const dataset = await load(files, { data: { ...OWN, rowsPerClass: { train: 6 } } });
    expect(dataset.notes).toEqual([word('data.duplicates', { split: 'train', count: 3 }), leftOut('train', 6, 21)]);
  });

  it('give another draw with another seed, and the same with the same', async () => {
    const files = {
      'train.csv': csv(...lines('train', { a: 200, b: 200 })),
      'dev.csv': csv(...lines('dev', { a: 200, b: 200 })),
      'test.csv': csv(...lines('test', { a: 200, b: 200 })),
    };
    const draw = (seed: number) => load(files, { data: { ...OWN, testRows: 60 }, search: { seed } });
    const [first, again, other] = [await draw(3), await draw(3), await draw(4)];
    expect(again).toEqual(first);
    for (const split of SPLITS) {
      const [one, two] = [new Set(first.splits[split].texts), other.splits[split].texts];
      const shared = two.filter((text) => one.has(text)).length;
      // By chance a share of 32/200, 64/200 or 30/200 comes up in both.
      expect(shared / two.length).toBeLessThan(0.5);
    }
  });
});

describe('test rows drawn from train', () => {
  it('leave all others to the search: none are drawn for validation', async () => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 30, b: 30 })) });
    expect(SPLITS.map((split) => counts(dataset, split))).toEqual([
      { a: 16, b: 16 },
      { a: 0, b: 0 },
      { a: 14, b: 14 },
    ]);
    expect(dataset.notes).toEqual([drawn('test', 28)]);
    const large = await load({ 'train.csv': csv(...lines('row', { a: 300, b: 300 })) });
    expect(counts(large, 'train')).toEqual({ a: 32, b: 32 });
    const larger = await load({ 'train.csv': csv(...lines('row', { a: 300, b: 300 })) }, { data: { rowsPerClass: { train: 100 } } });
    expect(counts(larger, 'train')).toEqual({ a: 100, b: 100 });
  });

  it.each([2, 10, 20, 60])('leave the search its 32 rows of each class, however few test rows there are: %i', async (testRows) => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 400, b: 400 })) }, { data: { testRows } });
    expect(counts(dataset, 'train')).toEqual({ a: 32, b: 32 });
    expect(counts(dataset, 'test')).toEqual({ a: testRows / 2, b: testRows / 2 });
  });

  it('leave the search all rows but the test rows, where a class has fewer than 32', async () => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 30, b: 20 })) }, { data: { testRows: 5 } });
    expect(counts(dataset, 'train')).toEqual({ a: 27, b: 18 });
    expect(counts(dataset, 'test')).toEqual({ a: 3, b: 2 });
    expect(dataset.notes).toEqual([drawn('test', 5)]);
  });

  it('leave room for the validation rows that the spec asks for', async () => {
    const data = { testRows: 4, rowsPerClass: { train: 16, validation: 40 } };
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 100, b: 100 })) }, { data });
    expect(SPLITS.map((split) => counts(dataset, split).a)).toEqual([16, 40, 2]);
  });

  it('are as many as the spec says, and of each class where that is possible', async () => {
    const files = { 'train.csv': csv(...lines('row', { a: 300, b: 20, c: 2, d: 1 })) };
    const draw = async (testRows: number) => counts(await load(files, { data: { testRows } }), 'test');
    expect(await draw(2)).toEqual({ a: 1, b: 1, c: 0, d: 0 });
    expect(await draw(3)).toEqual({ a: 1, b: 1, c: 1, d: 0 });
    expect(await draw(30)).toEqual({ a: 27, b: 2, c: 1, d: 0 });
  });

  it('are the rows of the draw after those of the search: the same for 60 test rows as ever', async () => {
    const { splits } = await load({ 'train.csv': csv(...lines('row', { a: 400, b: 400 })) }, { data: { testRows: 60 } });
    const digest = createHash('sha1').update(JSON.stringify(splits)).digest('hex').slice(0, 10);
    expect(digest).toBe('456b0a276c');
  });

  it('and validation rows where the spec says how many', async () => {
    const data = { rowsPerClass: { validation: 64 } };
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 20, b: 20 })) }, { data });
    expect(SPLITS.map((split) => counts(dataset, split).a)).toEqual([8, 5, 7]);
  });
});

describe('validation and test rows drawn from train by the preset of the paper', () => {
  it('are kept out of it and of each other', async () => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 60, b: 60 })) }, PAPER);
    const all = SPLITS.flatMap((split) => dataset.splits[split].texts);
    expect(new Set(all).size).toBe(all.length);
    for (const split of SPLITS) {
      const { texts, labels } = dataset.splits[split];
      texts.forEach((text, i) => expect(text.split(' ')[1]).toBe(dataset.classes[labels[i]!]));
    }
  });

  it('use every row of a small file, all classes in every split', async () => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 20, b: 20 })) }, PAPER);
    // 40% to train, 25% to validation, the rest to test.
    expect(SPLITS.map((split) => counts(dataset, split))).toEqual([
      { a: 8, b: 8 },
      { a: 5, b: 5 },
      { a: 7, b: 7 },
    ]);
    expect(dataset.notes).toEqual([drawn('validation', 10), drawn('test', 14)]);
  });

  it('are stratified where one class is rare', async () => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 60, b: 20 })) }, PAPER);
    for (const split of SPLITS) {
      const { a, b } = counts(dataset, split);
      expect(a! / (a! + b!)).toBeCloseTo(0.75, 1);
    }
  });

  it('stay within the limits of each split, and the note counts the rest', async () => {
    const dataset = await load(
      { 'train.csv': csv(...lines('row', { a: 300, b: 300 })) },
      { data: { testRows: 50, rowsPerClass: { train: 16, validation: 20 } } },
    );
    expect(SPLITS.map((split) => counts(dataset, split))).toEqual([
      { a: 16, b: 16 },
      { a: 20, b: 20 },
      { a: 25, b: 25 },
    ]);
    expect(dataset.notes[0]).toBe(leftOut('train', 478, 600));
  });

  it('keep the proportions of the classes in test, where a large file is drawn from', async () => {
    const dataset = await load(
      { 'train.csv': csv(...lines('row', { a: 40, b: 300 })) },
      { data: { testRows: 50, rowsPerClass: { train: 16, validation: 20 } } },
    );
    expect(SPLITS.map((split) => counts(dataset, split))).toEqual([
      { a: 16, b: 16 },
      { a: 18, b: 20 },
      { a: 6, b: 44 },
    ]);
    // What most rows are is told by the file, not by the balanced draw.
    expect(dataset.classCounts).toEqual([40, 300]);
  });

  it('are never more than testRows in all', async () => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 50, b: 50, c: 50 })) }, { data: { testRows: 20 }, ...PAPER });
    const { length } = dataset.splits.test.texts;
    expect(length).toBeLessThanOrEqual(20);
    expect(length).toBeGreaterThanOrEqual(18);
  });

  it('are drawn for the one that has no file only', async () => {
    const train = csv(...lines('row', { a: 26, b: 26 }));
    const dev = csv(...lines('dev', { a: 4, b: 4 }));
    const noTest = await load({ 'train.csv': train, 'dev.csv': dev }, { data: { validation: 'dev.csv' }, ...PAPER });
    expect(counts(noTest, 'validation')).toEqual({ a: 4, b: 4 });
    const used = [...noTest.splits.train.texts, ...noTest.splits.test.texts];
    expect(new Set(used).size).toBe(52);
    expect(noTest.notes).toEqual([drawn('test', noTest.splits.test.texts.length)]);

    const noValidation = await load({ 'train.csv': train, 'dev.csv': dev }, { data: { test: 'dev.csv' }, ...PAPER });
    expect(counts(noValidation, 'test')).toEqual({ a: 4, b: 4 });
    expect(counts(noValidation, 'train')).toEqual({ a: 16, b: 16 });
    expect(counts(noValidation, 'validation')).toEqual({ a: 10, b: 10 });
  });

  it('depend on seed and texts, not on the order of the rows', async () => {
    const rows = lines('row', { a: 150, b: 90, c: 30 });
    const shuffled = rows.map((row, i) => ({ row, key: (i * 7919) % 270 })).sort((x, y) => x.key - y.key);
    const draws = await Promise.all(
      [rows, [...rows].reverse(), shuffled.map(({ row }) => row)].map((order) =>
        load({ 'train.csv': csv(...order) }, { search: { preset: 'paper', seed: 11 } }),
      ),
    );
    const drawn = draws.map(({ splits }) => SPLITS.map((split) => [splits[split].texts, splits[split].labels]));
    expect(drawn[1]).toEqual(drawn[0]);
    expect(drawn[2]).toEqual(drawn[0]);
  });

  it('come out otherwise with another seed', async () => {
    const files = { 'train.csv': csv(...lines('row', { a: 150, b: 150 })) };
    const draws = await Promise.all([0, 0, 1].map((seed) => load(files, { search: { preset: 'paper', seed } })));
    expect(draws[1]).toEqual(draws[0]);
    for (const split of SPLITS) expect(new Set(draws[2]!.splits[split].texts)).not.toEqual(new Set(draws[0]!.splits[split].texts));
  });

  it('take the classes in turn, so that the first rows speak for all', async () => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 60, b: 60, c: 60 })) }, PAPER);
    for (const split of SPLITS) expect(dataset.splits[split].labels.slice(0, 9)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it('need enough rows', async () => {
    const folder = await makeFolder({ 'train.csv': csv(...lines('row', { a: 2, b: 2 })) });
    const spec = specIn(folder, '{\n  "data": {\n    "train": "train.csv"\n  },\n  "search": { "preset": "paper" }\n}');
    expect(await problemOf(() => loadDataset(spec))).toMatchObject({
      file: spec.file,
      line: 3,
      column: 5,
      field: 'data.train',
      code: 'data.emptySplit',
      args: [{ split: 'test' }],
    });
  });

  it('are noted for the class that is too rare to be in all of them', async () => {
    const dataset = await load({ 'train.csv': csv(...lines('row', { a: 20, b: 1 })) }, PAPER);
    expect(counts(dataset, 'train').b).toBe(1);
    expect(dataset.notes).toContainEqual(warning('data.classMissing', { split: 'validation', classes: ['b'] }));
    expect(dataset.notes).toContainEqual(warning('data.classMissing', { split: 'test', classes: ['b'] }));
  });
});
