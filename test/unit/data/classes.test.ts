import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/data/dataset';
import { noteText, warning } from '../../../src/wording/note';
import { word } from '../../../src/wording/wording';
import { applyFix, csv, FILES, lines, load, makeFolder, OWN, problemOf, problemsOf, specIn } from './folder';

describe('classes', () => {
  it('each need a word if the spec has labels', async () => {
    const files = { ...FILES, 'train.csv': csv('a,neg', 'b,pos', 'c,neutral', 'd,mixed') };
    expect(await problemOf(() => load(files, { labels: { neg: 'bad', pos: 'good' } }))).toMatchObject({
      severity: 'error',
      file: 'train.csv',
      line: 4,
      field: 'label',
      code: 'data.labelWithoutWord',
      args: [{ label: 'neutral', classes: ['neg', 'pos'] }],
    });
  });

  it('are not found among the property names of every object', async () => {
    const files = { ...FILES, 'train.csv': csv('a,neg', 'b,pos', 'c,constructor') };
    const problem = await problemOf(() => load(files, { data: OWN, labels: { neg: 'bad', pos: 'good' } }));
    expect(problem).toMatchObject({ line: 4, code: 'data.labelWithoutWord', args: [{ label: 'constructor' }] });
  });

  it('each need a row', async () => {
    const folder = await makeFolder({ 'train.csv': csv('a,neg', 'b,pos') });
    const spec = specIn(
      folder,
      '{\n  "data": { "train": "train.csv" },\n  "labels": { "neg": "bad", "pos": "good",\n    "mixed": "mixed",\n    "none": "so" }\n}',
    );
    const problem = {
      severity: 'error',
      file: spec.file,
      column: 5,
      code: 'data.classWithoutRow',
      args: [{ file: 'train.csv', labels: ['neg', 'pos'] }],
    };
    expect(await problemsOf(() => loadDataset(spec))).toMatchObject([
      { ...problem, line: 4, field: 'labels.mixed' },
      { ...problem, line: 5, field: 'labels.none' },
    ]);
  });

  it.each([
    ['without labels', '{\n "data": {\n  "train": "train.csv" } }', 3, 'data.train'],
    ['with labels', '{ "data": { "train": "train.csv" },\n\n\n "labels": { "neg": "bad" } }', 4, 'labels'],
  ])('are at least two, %s', async (_name, text, line, field) => {
    const folder = await makeFolder({ 'train.csv': csv('a,neg', 'b,neg') });
    const spec = specIn(folder, text);
    expect(await problemOf(() => loadDataset(spec))).toMatchObject({
      file: spec.file,
      line,
      column: line === 3 ? 3 : 2,
      field,
      code: 'data.oneClass',
      args: [{ classes: ['neg'] }],
    });
  });

  it('are 64 at most', async () => {
    const rows = (count: number) => csv(...Array.from({ length: 3 * count }, (_, i) => `row ${i},c${i % count}`));
    expect((await load({ 'train.csv': rows(64) })).classes).toHaveLength(64);
    expect(await problemOf(() => load({ 'train.csv': rows(65) }))).toMatchObject({
      file: 'train.csv',
      line: 66,
      field: 'label',
      code: 'data.tooManyLabels',
      args: [{ label: 'c64', limit: 64 }],
    });
  });

  it.each(['validation', 'test'])('that train lacks may not turn up in %s', async (name) => {
    const files = { ...FILES, 'odd.csv': 'text,sentiment\na,neg\nb,pos\nc,meh\nd,neg\ne,meh\nf,hm\n' };
    expect(await problemOf(() => load(files, { data: { ...OWN, [name]: 'odd.csv' } }))).toMatchObject({
      file: 'odd.csv',
      line: 4,
      field: 'sentiment',
      code: 'data.newClass',
      args: [{ label: 'meh', classes: ['neg', 'pos'] }],
    });
  });

  it.each(['validation', 'test'])('without a word may not turn up in %s', async (name) => {
    const files = { ...FILES, 'odd.csv': csv('a,neg', 'b,meh') };
    const problem = await problemOf(() => load(files, { data: { ...OWN, [name]: 'odd.csv' }, labels: { neg: 'bad', pos: 'good' } }));
    expect(problem).toMatchObject({ file: 'odd.csv', line: 3, field: 'label', code: 'data.labelWithoutWord', args: [{ label: 'meh' }] });
  });

  it.each(['validation', 'test'])('that %s lacks are noted', async (name) => {
    const files = { ...FILES, 'odd.csv': csv('a,neg', 'b,neg') };
    const { notes } = await load(files, { data: { ...OWN, [name]: 'odd.csv' } });
    expect(notes).toEqual([warning('data.classMissing', { split: name, classes: ['pos'] })]);
  });
});

describe('labels that differ only in capitals or spaces', () => {
  it('are different classes, with a warning whose fix merges them', async () => {
    const folder = await makeFolder({ 'train.csv': csv(...lines('a', { World: 8, world: 2, Sports: 6, 'far  east': 1, 'Far East': 5 })) });
    const text = '{ "data": { "train": "train.csv" } }';
    const { classes, warnings } = await loadDataset(specIn(folder, text));
    expect(classes).toHaveLength(5);
    expect(warnings).toMatchObject([
      { severity: 'warning', field: 'data.train', code: 'data.twinLabels', args: [{ labels: ['Far East', 'far  east'], counts: [5, 1] }] },
      { severity: 'warning', field: 'data.train', code: 'data.twinLabels', args: [{ labels: ['World', 'world'], counts: [8, 2] }] },
    ]);
    const merged = await loadDataset(specIn(folder, applyFix(text, warnings[0]!.fixes![0]!)));
    expect(merged).toMatchObject({ classes: ['Sports', 'World', 'far  east'], classCounts: [6, 10, 6], warnings: [] });
  });

  it('leave the list of labels by the same fix, except the most frequent one', async () => {
    const folder = await makeFolder({ 'train.csv': csv(...lines('a', { World: 8, world: 2, Sports: 6 })) });
    const text = '{ "data": { "train": "train.csv" },\n // words\n "labels": { "world": "earth",\n "World": "world", "Sports": "sport" } }';
    const { warnings } = await loadDataset(specIn(folder, text));
    expect(warnings).toMatchObject([{ field: 'labels.world', line: 3 }]);
    const fixed = applyFix(text, warnings[0]!.fixes![0]!);
    expect(fixed).toContain('// words');
    expect(specIn(folder, fixed)).toMatchObject({ data: { ignoreCase: true }, labels: { World: 'world', Sports: 'sport' } });
    expect(await loadDataset(specIn(folder, fixed))).toMatchObject({ classes: ['World', 'Sports'], classCounts: [10, 6], warnings: [] });
  });

  it.each(['train', 'test'])('are an error in %s where the spec lists only one of them, with the same fix', async (split) => {
    const folder = await makeFolder({ ...FILES, 'odd.csv': csv('a,neg', 'b,pos', 'c,Neg') });
    const spec = { data: { train: 'train.csv', ...OWN, [split]: 'odd.csv' }, labels: { neg: 'bad', pos: 'good' } };
    const problem = await problemOf(() => loadDataset(specIn(folder, spec)));
    expect(problem).toMatchObject({
      field: 'labels.neg',
      code: 'data.labelSpelling',
      args: [{ file: 'odd.csv', line: 4, label: 'Neg', twin: 'neg' }],
    });
    const { classes } = await loadDataset(specIn(folder, { ...spec, data: { ...spec.data, ignoreCase: true } }));
    expect(classes).toEqual(['neg', 'pos']);
  });

  it('may not both be listed where they are one class', async () => {
    const spec = { data: { train: 'train.csv', ignoreCase: true }, labels: { neg: 'bad', pos: 'good', Neg: 'worse' } };
    expect(await problemOf(() => specIn('/data', spec))).toMatchObject({
      field: 'labels.Neg',
      code: 'spec.twinLabel',
      args: [{ label: 'Neg', first: 'neg' }],
    });
  });
});

describe('duplicate rows', () => {
  it('are used once, and noted', async () => {
    const train = csv('same,neg', 'b,pos', ' same ,neg', 'c,neg', 'same,neg', 'b,pos');
    const { splits, notes } = await load({ ...FILES, 'train.csv': train }, { data: OWN });
    expect([...splits.train.texts].sort()).toEqual(['b', 'c', 'same']);
    expect(notes).toEqual([word('data.duplicates', { split: 'train', count: 3 })]);
  });

  it('in test and in train or validation are dropped from test, and noted', async () => {
    const files = {
      'train.csv': csv('a,neg', 'b,pos'),
      'dev.csv': csv('c,neg', 'd,pos'),
      'test.csv': csv('a,neg', 'e,neg', 'd,pos', 'f,pos', 'b,neg'),
    };
    const { splits, notes } = await load(files, { data: OWN });
    expect([...splits.test.texts].sort()).toEqual(['e', 'f']);
    expect(notes).toEqual([word('data.sameText', { split: 'test', count: 3, earlier: ['train', 'validation'] })]);
  });

  it('leave no test at all when train holds it whole', async () => {
    const folder = await makeFolder(FILES);
    const spec = specIn(folder, '{"data": {"train": "train.csv", "validation": "dev.csv",\n"test": "train.csv"}}');
    expect(await problemOf(() => loadDataset(spec))).toMatchObject({
      file: spec.file,
      line: 2,
      column: 1,
      field: 'data.test',
      code: 'data.emptySplit',
      args: [{ split: 'test', own: true, dropped: 20 }],
      found: '20 rows, with the same texts as train and validation',
      expected: 'a test file with other texts',
    });
  });

  it('under two labels are noted, with both lines', async () => {
    const files = { ...FILES, 'dev.csv': csv('x,neg', 'same,neg', 'y,pos', 'same,pos') };
    const { splits, notes } = await load(files, { data: OWN });
    expect(notes).toEqual([warning('data.conflict', { split: 'validation', file: 'dev.csv', line: 5, otherLine: 3 })]);
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
      const conflicts = notes.map(noteText).filter((note) => note.includes('under another label'));
      // The first three by name, the rest as a number.
      expect(conflicts).toHaveLength(3);
      expect(notes).toContainEqual(warning('data.moreConflicts', { count: 7 }));
      for (const conflict of conflicts) {
        const [later, earlier] = [.../:(\d+) .* line (\d+) /.exec(conflict)!]
          .slice(1)
          .map(Number)
          .sort((x, y) => y - x) as [number, number];
        expect(earlier).toBe(2 + 4 * (later - 42));
      }
    }
  });
});
