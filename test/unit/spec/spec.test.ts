import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem, TaskError, type Problem } from '../../../src/spec/problem';
import { serverSchema } from '../../../src/spec/schema';
import { parseSpec, parseSpecValues, readSpec, type Spec } from '../../../src/spec/spec';
import { makeFolder, problemOf } from '../data/folder';

const FILE = 'movies.prompt-task.json';
const parse = (text: string) => parseSpec(text, FILE);
const specValues = ({ file: _file, folder: _folder, parts: _parts, problemAt: _problemAt, ...values }: Spec) => values;
const TEXT = { code: 'spec.missing', args: [], message: 'm' } as const;

describe('a task spec', () => {
  it('needs data.train alone and fills in the rest', () => {
    const spec = parse('{"data": {"train": "train.csv"}}');
    expect(specValues(spec)).toEqual({
      kind: 'classification',
      data: { train: 'train.csv', rowsPerClass: {} },
      template: '{input} {prompt} {mask} .',
      taskModel: 'bundled:causal',
      policyModel: 'bundled:causal',
      prompt: { length: 2 },
      compare: [],
      search: { preset: 'default', seed: 0 },
      policy: {},
      // Its own defaults are those of serverSchema.
      server: serverSchema.parse({}),
    });
    expect(spec).toMatchObject({ file: FILE, folder: '.' });
  });

  it('has its template parsed', () => {
    expect(parse('{"data": {"train": "a.csv"}, "template": "{prompt}: {input}"}').parts).toEqual([
      { kind: 'prompt', space: false },
      { kind: 'literal', text: ':' },
      { kind: 'input', space: true },
    ]);
  });

  it('takes all its fields', () => {
    const values = {
      $schema: '../media/prompt-task.schema.json',
      kind: 'classification',
      data: {
        train: 'a.tsv',
        validation: 'b.csv',
        test: 'c.jsonl',
        input: 'sentence',
        label: 'label',
        rowsPerClass: { train: 16, validation: 16 },
        testRows: 100,
      },
      labels: { '0': 'terrible', '1': 'great' },
      template: '{prompt} {input} {mask}',
      taskModel: 'folder:models/mine',
      policyModel: 'bundled:causal',
      prompt: { length: 2, tokens: 'all' },
      compare: ['It was', 'All in all'],
      search: {
        preset: 'paper',
        steps: 10,
        promptsPerStep: 2,
        seed: 7,
        seeds: [1, 2],
        queryBudget: 1000,
        learningRate: 0.1,
        targetRate: 1,
        topK: 1,
        gradientClip: 0.5,
        validateEvery: 5,
        patience: 3,
        maxMinutes: 0.5,
        logitBias: -10,
        classWeights: 'rows',
      },
      policy: { hiddenSize: 16, fluentTopK: 20, initialisation: 'paper' },
    };
    expect(parse(JSON.stringify(values))).toMatchObject(values);
  });

  it('may have comments, trailing commas, CRLF and a byte order mark', () => {
    const text =
      '\uFEFF// The task\r\n{\r\n  /* rows */ "data": { "train": "train.csv", },\r\n  "compare": ["It was", "a // b",], // by hand\r\n}\r\n';
    expect(parse(text)).toMatchObject({ data: { train: 'train.csv' }, compare: ['It was', 'a // b'] });
  });

  it('has its paths relative to its folder', () => {
    const file = join('some', 'where', FILE);
    expect(parseSpec('{"data": {"train": "train.csv"}}', file)).toMatchObject({ file, folder: join('some', 'where') });
  });

  it('can be read back from the values that a run keeps', () => {
    const values = specValues(parse('{"data": {"train": "t.csv"}, "labels": {"b": "x", "a": "y"}}'));
    expect(specValues(parseSpecValues(values, FILE))).toEqual(values);
  });

  it('is read from a file', async () => {
    const folder = await makeFolder({ [FILE]: '{"data": {"train": "größe.csv"}}' });
    expect((await readSpec(join(folder, FILE))).data.train).toBe('größe.csv');
  });

  it.each(['logs.tsv', 'A.CSV', 'a.jsonl', 'a.json'])('is no data file: %s', async (name) => {
    const folder = await makeFolder({ [name]: '[{"text": "a", "label": "x"}]' });
    const problem = await problemOf(() => readSpec(join(folder, name)));
    expect(problem).toMatchObject({ file: join(folder, name), code: 'spec.isData', found: name });
    expect(problem.expected).toContain(`NAME.prompt-task.json that names it: { "data": { "train": "${name}"`);
  });

  it('must exist and be a file', async () => {
    const folder = await makeFolder({ 'folder.prompt-task.json': null });
    const gone = join(folder, FILE);
    expect(await problemOf(() => readSpec(gone))).toMatchObject({ severity: 'error', file: gone, code: 'spec.missing' });
    expect(await problemOf(() => readSpec(join(folder, 'gone.csv')))).toMatchObject({ code: 'spec.missing' });
    const other = join(folder, 'folder.prompt-task.json');
    expect(await problemOf(() => readSpec(other))).toMatchObject({ file: other, code: 'spec.unreadable', args: [{ errno: 'EISDIR' }] });
  });
});

describe('problemAt', () => {
  const spec = parse('{\n  "data": { "train": "a.csv" },\n  "labels": {\n    "0": "bad", "1": "good" },\n  "compare": ["x",\n "y"]\n}');
  const at = (...path: (string | number)[]) => {
    const { line, column, field } = spec.problemAt(path, TEXT);
    return [line, column, field];
  };

  it('points at the key of a field, at an element of a list', () => {
    expect(at('labels')).toEqual([3, 3, 'labels']);
    expect(at('labels', '1')).toEqual([4, 17, 'labels.1']);
    expect(at('compare', 1)).toEqual([6, 2, 'compare.1']);
  });

  it('points at the nearest field around one that the file does not have', () => {
    expect(at('data', 'test')).toEqual([2, 11, 'data.test']);
    expect(at('labels', '2')).toEqual([3, 13, 'labels.2']);
    expect(at('template')).toEqual([1, 1, 'template']);
  });

  it('can make a warning', () => {
    expect(spec.problemAt(['data'], { ...TEXT, severity: 'warning' })).toEqual({
      ...TEXT,
      severity: 'warning',
      file: FILE,
      line: 2,
      column: 3,
      field: 'data',
    });
  });
});

describe('problems as text', () => {
  it('have place, field, message, and what was found and expected', () => {
    const problem: Problem = {
      ...TEXT,
      severity: 'error',
      file: 'a.csv',
      line: 3,
      field: 'label',
      message: 'no',
      found: '""',
      expected: 'yes',
    };
    expect(formatProblem(problem)).toBe('a.csv:3: error: label: no\n  found:    ""\n  expected: yes');
    expect(formatProblem({ ...TEXT, severity: 'warning', file: 'a.json', line: 3, column: 7, message: 'hm' })).toBe(
      'a.json:3:7: warning: hm',
    );
    expect(formatProblem({ ...TEXT, severity: 'error', file: 'a.csv', column: 7, message: 'gone' })).toBe('a.csv: error: gone');
  });

  it('are the lines of an error', () => {
    const error = new TaskError([
      { ...TEXT, severity: 'error', file: 'a', message: 'one' },
      { ...TEXT, severity: 'error', file: 'b', message: 'two' },
    ]);
    expect(error.message).toBe('a: error: one\nb: error: two');
    expect(error.name).toBe('TaskError');
    expect(new TaskError(error.problems[0]!).problems).toEqual([error.problems[0]]);
  });
});
