import { describe, expect, it } from 'vitest';
import { loadDataset, type Dataset, type Split } from '../../../src/data/dataset';
import { csv, FILES, load, makeFolder, OWN, problemOf, specIn } from './folder';

const pairs = (dataset: Dataset, split: Split): string[] => split.texts.map((text, i) => `${text} → ${dataset.classes[split.labels[i]!]}`);

describe('columns', () => {
  const inputs = ['text', 'sentence', 'input', 'review', 'content', 'message', 'question'];
  const labels = ['label', 'class', 'category', 'target', 'sentiment', 'topic'];

  it.each(inputs.map((input, i) => [input, labels[i % labels.length]!]))('finds %s and %s by name', async (input, label) => {
    const train = `id,${label},${input}\n${Array.from({ length: 20 }, (_, i) => `${i},${i % 2 ? 'pos' : 'neg'},some text ${i}\n`).join('')}`;
    const { classes, splits } = await load({ 'train.csv': train });
    expect(classes).toEqual(['neg', 'pos']);
    for (const text of splits.train.texts) expect(text).toMatch(/^some text \d+$/);
  });

  it('takes the only other column for the text', async () => {
    const { splits } = await load({ ...FILES, 'train.csv': 'label,body\nneg,bad film\npos,good film\n' }, { data: OWN });
    expect([...splits.train.texts].sort()).toEqual(['bad film', 'good film']);
  });

  it('takes the only other column for the class, if the text is named', async () => {
    const rows = (name: string) => `body,verdict\n${name} a,neg\n${name} b,pos\n`;
    const files = { 'train.csv': rows('train'), 'dev.csv': rows('dev'), 'test.csv': rows('test') };
    const { classes } = await load(files, { data: { ...OWN, input: 'body' } });
    expect(classes).toEqual(['neg', 'pos']);
  });

  it('never takes one column for both', async () => {
    const rows = (name: string) => `question,body\nwho,${name} asks for a name\nwhere,${name} asks for a place\n`;
    const files = { 'train.csv': rows('train'), 'dev.csv': rows('dev'), 'test.csv': rows('test') };
    const { classes, splits } = await load(files, { data: { ...OWN, label: 'question' } });
    expect(classes).toEqual(['where', 'who']);
    expect([...splits.train.texts].sort()).toEqual(['train asks for a name', 'train asks for a place']);
  });

  it('takes the columns that the spec names, in each file', async () => {
    const rows = (name: string) => `text,label,headline,section\nx,1,${name} a,neg\ny,2,${name} b,pos\n`;
    const files = { 'train.csv': rows('train'), 'dev.csv': rows('dev'), 'test.csv': rows('test') };
    const dataset = await load(files, { data: { ...OWN, input: 'headline', label: 'section' } });
    expect(pairs(dataset, dataset.splits.test).sort()).toEqual(['test a → neg', 'test b → pos']);
  });

  it.each([
    ['input', 'sentense', 4],
    ['label', 'klass', 5],
  ])('names the place of data.%s when there is no such column', async (field, asked, line) => {
    const names = { input: 'sentence', label: 'class', [field]: asked };
    const folder = await makeFolder({ 'train.csv': 'sentence,class\na,x\nb,y\n' });
    const spec = specIn(
      folder,
      `{\n  "data": {\n    "train": "train.csv",\n    "input": "${names.input}",\n      "label": "${names.label}"\n  }\n}\n`,
    );
    expect(await problemOf(() => loadDataset(spec))).toMatchObject({
      severity: 'error',
      file: spec.file,
      line,
      column: field === 'input' ? 5 : 7,
      field: `data.${field}`,
      code: 'data.noColumn',
      args: [{ file: 'train.csv', column: asked, columns: ['sentence', 'class'] }],
    });
  });

  it.each([
    ['which is the class', 'a,b,c', 'label'],
    ['which is the text', 'a,label,c', 'input'],
  ])('says that it cannot tell %s', async (_name, header, field) => {
    const folder = await makeFolder({ 'train.csv': `${header}\n1,2,3\n` });
    const spec = specIn(folder, '{\n  "data": { "train": "train.csv" }\n}');
    expect(await problemOf(() => loadDataset(spec))).toMatchObject({
      file: spec.file,
      line: 2,
      column: 3,
      field: 'data',
      code: 'data.unclearColumn',
      args: [{ file: 'train.csv', field, columns: header.split(',') }],
    });
  });

  it('suggests commas where a header has semicolons', async () => {
    const problem = await problemOf(() => load({ 'train.csv': 'text;label\na;neg\n' }));
    expect(problem).toMatchObject({ code: 'data.unclearColumn', args: [{ columns: ['text;label'] }] });
    expect(problem.expected).toContain('semicolons');
  });
});

describe('rows', () => {
  it.each([
    ['dev.tsv', 'text\tlabel\nbad "film", this\tneg\ngood\tpos\n', ['bad "film", this → neg', 'good → pos']],
    ['dev.jsonl', '{"text":"bad, film","label":"neg"}\n{"label":"pos","text":"good"}\n', ['bad, film → neg', 'good → pos']],
    ['dev.csv', 'label,text\nneg,"bad, ""film""\nthis"\npos,good\n', ['bad, "film"\nthis → neg', 'good → pos']],
  ])('come out of %s beside a CSV file', async (name, content, expected) => {
    const dataset = await load({ ...FILES, [name]: content }, { data: { ...OWN, validation: name } });
    expect(pairs(dataset, dataset.splits.validation)).toEqual(expected);
  });

  it('lose the spaces around text and label', async () => {
    const dataset = await load({ ...FILES, 'dev.csv': csv('  a film , pos', 'b,neg ') }, { data: OWN });
    expect(pairs(dataset, dataset.splits.validation)).toEqual(['b → neg', 'a film → pos']);
  });

  it('keep text that looks like a placeholder or a special token', async () => {
    const dataset = await load({ ...FILES, 'dev.csv': csv('a {prompt} {input} <mask> </s>,pos', 'b,neg') }, { data: OWN });
    expect(dataset.splits.validation.texts).toEqual(['b', 'a {prompt} {input} <mask> </s>']);
  });

  it('take their classes from the labels in the order of the spec, else sorted', async () => {
    expect((await load(FILES, { data: OWN })).classes).toEqual(['neg', 'pos']);
    expect((await load(FILES, { data: OWN, labels: { pos: 'great', neg: 'terrible' } })).classes).toEqual(['pos', 'neg']);
  });

  it('take numbers and booleans of JSON for labels', async () => {
    const json = (name: string, labels: unknown[]) => labels.map((label, i) => JSON.stringify({ text: `${name} ${i}`, label })).join('\n');
    const files = { 'train.jsonl': json('a', [1, 0]), 'dev.jsonl': json('b', ['0', 1]), 'test.csv': csv('c,0', 'd,1') };
    const dataset = await load(files, { data: { train: 'train.jsonl', validation: 'dev.jsonl', test: 'test.csv' } });
    expect(dataset.classes).toEqual(['0', '1']);
    expect(dataset.splits.train.labels).toEqual([0, 1]);
    expect(dataset.splits.train.texts).toEqual(['a 1', 'a 0']);
  });

  it.each([
    ['an empty text', 'a,neg\n"",pos\n', { line: 3, field: 'text', code: 'data.emptyText' }],
    ['a blank text', 'a,neg\nb,pos\n\n   ,neg\n', { line: 5, field: 'text', code: 'data.emptyText' }],
    ['an empty label', 'a,neg\nb,\n', { line: 3, field: 'label', code: 'data.emptyLabel' }],
    ['a blank label', 'a,  \nb,pos\n', { line: 2, field: 'label', code: 'data.emptyLabel' }],
  ])('are refused for %s', async (_name, rows, problem) => {
    const files = { 'train.csv': `text,label\n${rows}` };
    expect(await problemOf(() => load(files))).toMatchObject({ severity: 'error', file: 'train.csv', ...problem });
  });

  it('are refused for an empty label, with the labels of the spec', async () => {
    const files = { 'train.csv': csv('a,neg', 'b,') };
    const problem = await problemOf(() => load(files, { labels: { neg: 'bad', pos: 'good' } }));
    expect(problem).toMatchObject({ line: 3, code: 'data.emptyLabel', args: [{ classes: ['neg', 'pos'] }] });
  });

  it.each([
    ['no label', '{"text":"a"}', 'label', ['text']],
    ['a null label', '{"text":"a","label":null}', 'label', ['text']],
    ['a list for a text', '{"text":["a"],"label":"x"}', 'text', ['label']],
    ['nothing', '{}', 'text', []],
  ])('are refused for %s in JSON', async (_name, second, field, fields) => {
    const files = { 'train.jsonl': `{"text":"a","label":"x"}\n\n${second}\n` };
    expect(await problemOf(() => load(files, { data: { train: 'train.jsonl' } }))).toMatchObject({
      file: 'train.jsonl',
      line: 3,
      field,
      code: 'data.noField',
      args: [{ field, fields }],
    });
  });

  it.each(['', 'text,label\n', '\uFEFFtext,label\r\n\r\n'])('are missed in a file without any: %j', async (content) => {
    expect(await problemOf(() => load({ 'train.csv': content }))).toMatchObject({ file: 'train.csv', code: 'data.noRows' });
  });

  it.each(['train', 'validation', 'test'])('cannot come from a missing %s file', async (name) => {
    const problem = await problemOf(() => load(FILES, { data: { ...OWN, [name]: 'data/gone.csv' } }));
    expect(problem).toMatchObject({ field: `data.${name}`, code: 'data.missing', args: [{ name: 'data/gone.csv' }] });
    expect(problem.file).toMatch(/\.prompt-task\.json$/);
    expect(problem.line).toBeGreaterThan(0);
  });

  it('name the row and the file as the spec writes it', async () => {
    const files = { ...FILES, 'dev.tsv': 'text\tlabel\na\tneg\nb\n' };
    expect(await problemOf(() => load(files, { data: { ...OWN, validation: './dev.tsv' } }))).toMatchObject({
      file: './dev.tsv',
      line: 3,
      code: 'data.fieldCount',
    });
  });
});

describe('encodings', () => {
  const rows: [string, string][] = [
    ['a film', 'neg'],
    ['good film', 'pos'],
    ['naïve film', 'pos'],
  ];
  const formats: [string, string, number][] = [
    ['train.csv', `text,label\n${rows.map((fields) => fields.join(',')).join('\n')}`, 4],
    ['train.tsv', `text\tlabel\n${rows.map((fields) => fields.join('\t')).join('\n')}`, 4],
    ['train.jsonl', rows.map(([text, label]) => JSON.stringify({ text, label })).join('\n'), 3],
  ];

  it.each(formats)('%s: refuses Latin-1 at the first row that shows it', async (train, content, line) => {
    const problem = await problemOf(() => load({ [train]: Buffer.from(content, 'latin1') }, { data: { train } }));
    expect(problem).toMatchObject({ file: train, line, code: 'data.notUtf8' });
  });

  it.each(formats)('%s: refuses Latin-1 in a label too, before it calls the label unknown', async (train, content, line) => {
    const bytes = Buffer.from(content.replaceAll('pos', 'größe').replace('naïve', 'naive'), 'latin1');
    const problem = await problemOf(() => load({ [train]: bytes }, { data: { train }, labels: { neg: 'bad', größe: 'good' } }));
    expect(problem).toMatchObject({ file: train, line: line - 1, code: 'data.notUtf8' });
  });

  it.each(formats)('%s: allows a replacement character of the file itself', async (train, content) => {
    const files = { ...FILES, [train]: content.replace('naïve', 'na\uFFFDve') };
    const { splits } = await load(files, { data: { ...OWN, train } });
    expect([...splits.train.texts].sort()).toEqual(['a film', 'good film', 'na\uFFFDve film']);
  });
});
