import { describe, expect, it } from 'vitest';
import { describeClasses, loadDataset, type Dataset, type Split } from '../../../src/data/dataset';
import { noteText, warning } from '../../../src/wording/note';
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

  it('have the class in the only one beside a text', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'TRUE' : 'FALSE'},some text ${i}\n`);
    expect((await load({ 'train.csv': `is_spam,message\n${rows.join('')}` })).classes).toEqual(['FALSE', 'TRUE']);
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
});

describe('the description of the training file', () => {
  const described = async (header: string, data: object = {}, values: object = {}): Promise<string> => {
    const rows = Array.from({ length: 12 }, (_, i) => `c${i % 2},a text ${i}\n`);
    const folder = await makeFolder({ 'train.csv': `${header}\n${rows.join('')}` });
    const spec = specIn(folder, { data: { train: 'train.csv', ...data }, ...values });
    return describeClasses(spec, await loadDataset(spec));
  };

  it('names the columns that the spec does not', async () => {
    const rows = 'train.csv: 12 rows in 2 classes: c0 6, c1 6';
    expect(await described('Category,Message')).toBe(`${rows}. Texts from the column "Message", labels from "Category"`);
    expect(await described('Queue,Message', { label: 'Queue' })).toBe(`${rows}. Texts from the column "Message"`);
    expect(await described('Queue,text', { input: 'text' })).toBe(`${rows}. Labels from the column "Queue"`);
  });

  it('names those of a generation task, too', async () => {
    const task = { kind: 'generation', metrics: [{ type: 'f1' }] };
    expect(await described('question,answer', {}, task)).toBe(
      'train.csv: 12 rows. Texts from the column "question", references from "answer"',
    );
  });

  it('names none where the spec does, or where they are called text and label', async () => {
    const rows = 'train.csv: 12 rows in 2 classes: c0 6, c1 6';
    expect(await described('Queue,Message', { label: 'Queue', input: 'Message' })).toBe(rows);
    expect(await described('Label,Text')).toBe(rows);
  });
});

describe('a column that a task lacks', () => {
  it('is a second one where there is one only', async () => {
    expect(await problemOf(() => load({ 'train.csv': 'text\na\nb\n' }))).toMatchObject({
      code: 'data.unclearColumn',
      message: 'train.csv has one column only',
      found: 'text',
      expected: 'a second column with the label of each row, which only "kind": "generation" does without',
    });
  });

  const jsonl = (...rows: object[]) => ({ 'train.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') });
  const train = 'train.jsonl';

  it.each([
    ['a text that is a list', { text: ['a', 'b'], label: 'x' }, {}, 'text', 'input', '["a","b"]'],
    ['a text that is a list, beside an id', { id: 1, text: ['a'], label: 'x' }, {}, 'text', 'input', '["a"]'],
    ['a label that is an object', { text: 'a', label: { name: 'x' } }, {}, 'label', 'label', '{"name":"x"}'],
    ['a list that the spec names', { Words: ['a'], tweet: 'a', label: 'x' }, { input: 'Words' }, 'Words', 'input', '["a"]'],
  ])('is found in %s', async (_name, row, data, column, field, found) => {
    const problem = await problemOf(() => load(jsonl({}, row, row), { data: { train, ...data } }));
    expect(problem).toMatchObject({ file: train, line: 2, field: column, code: 'data.nested', found, args: [{ field }] });
  });

  it('is not a usual name where the only other column is the class', async () => {
    const row = (verdict: string) => ({ text: `a ${verdict}`, verdict, topic: ['b'] });
    const files = jsonl(...Array.from({ length: 10 }, (_, i) => [row(`x${i % 2}`), { ...row(`x${i % 2}`), text: `b ${i}` }]).flat());
    expect((await load(files, { data: { train } })).classes).toEqual(['x0', 'x1']);
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

  it('are skipped without text or label, and counted with the first lines', async () => {
    const rows = csv('a,neg', '"",pos', 'b,', 'c,pos', '', '   ,neg', 'd,', 'e,', 'f,', 'g,');
    const { splits, notes } = await load({ ...FILES, 'train.csv': rows }, { data: OWN });
    expect([...splits.train.texts].sort()).toEqual(['a', 'c']);
    const [noText, noLabel] = [
      { count: 2, lines: [3, 7] },
      { count: 5, lines: [4, 8, 9] },
    ];
    expect(notes).toEqual([warning('data.skipped', { split: 'train', noText, noLabel })]);
    expect(noteText(notes[0]!)).toBe('train: skipped 5 rows without a label, first at lines 4, 8, 9; 2 rows without text, at lines 3, 7');
  });

  it('are skipped in test too', async () => {
    const { splits, notes } = await load({ ...FILES, 'test.csv': csv('a,neg', '"",pos', 'c,pos') }, { data: OWN });
    expect(splits.test.texts).toEqual(['a', 'c']);
    expect(notes).toEqual([warning('data.skipped', { split: 'test', noText: { count: 1, lines: [3] }, noLabel: { count: 0, lines: [] } })]);
  });

  it.each([
    ['no label', '{"text":"a"}', 0, 1],
    ['a null label', '{"text":"a","label":null}', 0, 1],
    ['a list for a text', '{"text":["a"],"label":"x"}', 1, 0],
    ['nothing', '{}', 1, 0],
  ])('are skipped for %s in JSON, even on the first line', async (_name, odd, texts, labels) => {
    const train = `${odd}\n{"text":"b","label":"neg"}\n{"text":"c","label":"pos"}\n`;
    const { splits, notes } = await load({ ...FILES, 'train.jsonl': train }, { data: { ...OWN, train: 'train.jsonl' } });
    expect([...splits.train.texts].sort()).toEqual(['b', 'c']);
    const at = (count: number) => ({ count, lines: count > 0 ? [1] : [] });
    expect(notes).toEqual([warning('data.skipped', { split: 'train', noText: at(texts), noLabel: at(labels) })]);
  });

  it('end in an error where all are skipped, or all of a class', async () => {
    expect(await problemOf(() => load({ 'train.csv': csv('a,', ',neg') }))).toMatchObject({
      file: 'train.csv',
      code: 'data.noUsableRows',
      args: [{ columns: { input: 'text', label: 'label' }, noText: { count: 1, lines: [3] }, noLabel: { count: 1, lines: [2] } }],
    });
    const labels = { neg: 'bad', pos: 'good' };
    expect(await problemOf(() => load({ 'train.csv': csv('a,neg', ',pos', 'b,neg') }, { labels }))).toMatchObject({
      code: 'data.classWithoutRow',
      field: 'labels.pos',
    });
  });

  it('with bare quotes are noted', async () => {
    const { notes } = await load({ ...FILES, 'train.csv': csv('a 5" screen,neg', 'b,pos') }, { data: OWN });
    expect(notes).toEqual([warning('data.bareQuotes', { split: 'train', count: 1, lines: [2] })]);
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
