import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/spec/problem';
import { parseSpec } from '../../../src/spec/spec';
import { problemOf, problemsOf } from '../data/folder';

const FILE = 'movies.prompt-task.json';
const parse = (text: string) => parseSpec(text, FILE);
const EXAMPLE = 'for example "{input} {prompt} {mask} ."';

describe('bad JSON', () => {
  it.each<[string, string, Partial<Problem>]>([
    ['an empty file', '', { line: 1, column: 1, message: 'not valid JSON: value expected', found: '""' }],
    ['a comment alone', '// nothing\n', { line: 2, column: 1, message: 'not valid JSON: value expected' }],
    [
      'a missing comma',
      '{\n  "data": { "train": "a.csv" }\n  "labels": {}\n}',
      { line: 3, column: 3, message: 'not valid JSON: comma expected', found: String.raw`"\"labels\": {}"` },
    ],
    ['a missing colon', '{\n  "data" { "train": "a.csv" }\n}', { line: 2, column: 10, message: 'not valid JSON: colon expected' }],
    [
      'a missing brace',
      '{\r\n  "data": {\r\n    "train": "a.csv"\r\n}',
      { line: 4, column: 2, message: 'not valid JSON: close brace expected' },
    ],
    ['single quotes', "{ 'data': 1 }", { line: 1, column: 3, message: 'not valid JSON: invalid symbol' }],
    ['text behind the end', '{"data": {"train": "a.csv"}}\n{}', { line: 2, column: 1, message: 'not valid JSON: end of file expected' }],
    ['an open string', '{"data": {"train": "a.csv\n}}', { line: 1, column: 20, message: 'not valid JSON: unexpected end of string' }],
  ])('%s has its line and column', async (_name, text, problem) => {
    expect(await problemOf(() => parse(text))).toMatchObject({
      severity: 'error',
      file: FILE,
      expected: 'JSON; // comments and trailing commas are allowed',
      ...problem,
    });
  });

  it('counts columns behind a byte order mark as an editor does', async () => {
    expect(await problemOf(() => parse('\uFEFF{"data" 1}'))).toMatchObject({ line: 1, column: 9 });
  });
});

describe('unknown fields', () => {
  it('are named with the nearest one', async () => {
    const text = '{\n  "data": { "train": "a.csv" },\n  "lables": { "0": "bad" }\n}';
    expect(await problemOf(() => parse(text))).toEqual({
      severity: 'error',
      file: FILE,
      line: 3,
      column: 3,
      field: 'lables',
      message: 'there is no field "lables" here',
      found: '"lables"',
      expected:
        'did you mean "labels"? Fields here: $schema, kind, data, labels, template, taskModel, policyModel, prompt, compare, search, policy, server',
    });
  });

  it('are told from far ones', async () => {
    const text = '{"data": {"train": "a.csv"},\n"prompt": {"length": 2,\n     "temperature": 1}}';
    expect(await problemOf(() => parse(text))).toMatchObject({
      line: 3,
      column: 6,
      field: 'prompt.temperature',
      message: 'there is no field "temperature" here',
      expected: 'one of length, tokens',
    });
  });

  it.each([
    ['{"data": {"train": "a", "rowsPerClass": {"trian": 3}}}', 'data.rowsPerClass.trian', 'train'],
    ['{"data": {"train": "a"}, "search": {"learnRate": 1}}', 'search.learnRate', 'learningRate'],
    ['{"data": {"train": "a"}, "search": {"Seed": 1}}', 'search.Seed', 'seed'],
    ['{"data": {"train": "a"}, "policy": {"hidden-size": 1}}', 'policy.hidden-size', 'hiddenSize'],
    ['{"data": {"train": "a"}, "taskmodel": "x"}', 'taskmodel', 'taskModel'],
  ])('%s', async (text, field, near) => {
    const problem = await problemOf(() => parse(text));
    expect(problem.field).toBe(field);
    expect(problem.expected).toContain(`did you mean "${near}"?`);
  });

  it('are all named at once, with everything else that is wrong', async () => {
    const problems = await problemsOf(() => parse('{\n"data": {"trian": "a.csv"},\n"search": {"step": 1, "seeed": 2},\n"prompt": 5}'));
    expect(problems.map(({ line, field }) => `${line} ${field}`).sort()).toEqual([
      '2 data.train',
      '2 data.trian',
      '3 search.seeed',
      '3 search.step',
      '4 prompt',
    ]);
  });
});

describe('wrong types', () => {
  it.each<[string, string, Partial<Problem>]>([
    ['no object', '[]', { line: 1, column: 1, field: undefined, found: '[]', expected: 'a value of type object' }],
    ['data', '{\n\n "data": "a.csv"}', { line: 3, column: 2, field: 'data', found: '"a.csv"', expected: 'a value of type object' }],
    ['data.train', '{"data": {"train": 3}}', { line: 1, column: 11, field: 'data.train', found: '3', expected: 'a value of type string' }],
    ['a label word', '{"data": {"train": "a"},\n"labels": {"0": "bad",\n "1": 7}}', { line: 3, column: 2, field: 'labels.1', found: '7' }],
    [
      'labels',
      '{"data": {"train": "a"},\n"labels": ["bad"]}',
      { line: 2, column: 1, field: 'labels', found: '["bad"]', expected: 'an object' },
    ],
    [
      'compare',
      '{"data": {"train": "a"}, "compare": "It was"}',
      { field: 'compare', found: '"It was"', expected: 'a value of type array' },
    ],
    ['a prompt', '{"data": {"train": "a"},\n"compare": ["a",\n  null]}', { line: 3, column: 3, field: 'compare.1', found: 'null' }],
    [
      'a count',
      '{"data": {"train": "a"}, "search": {"steps": "9"}}',
      { field: 'search.steps', found: '"9"', expected: 'a value of type number' },
    ],
    ['a part', '{"data": {"train": "a"}, "prompt": {"length": 2.5}}', { field: 'prompt.length', found: '2.5', expected: 'a whole number' }],
    ['null', '{"data": {"train": "a"}, "search": null}', { field: 'search', found: 'null', expected: 'a value of type object' }],
  ])('%s', async (_name, text, problem) => {
    expect(await problemOf(() => parse(text))).toMatchObject({ severity: 'error', file: FILE, message: 'wrong type', ...problem });
  });

  it('shorten what was found to one line', async () => {
    const { found } = await problemOf(() => parse(`{"data": {"train": "a"}, "template": {\n${'  "x": 1,\n'.repeat(50)}}}`));
    expect(found).toMatch(/^\{ "x": 1, "x": 1,.{40}…$/);
    expect(found).toHaveLength(58);
  });
});

describe('values out of range', () => {
  it.each<[string, string, Partial<Problem>]>([
    ['"prompt": {"length": 0}', 'prompt.length', { message: 'too small', found: '0', expected: 'at least 1' }],
    ['"prompt": {"length": 17}', 'prompt.length', { message: 'too large', found: '17', expected: 'at most 16' }],
    ['"search": {"promptsPerStep": 1}', 'search.promptsPerStep', { message: 'too small', found: '1', expected: 'at least 2' }],
    ['"search": {"seed": -1}', 'search.seed', { message: 'too small', found: '-1', expected: 'at least 0' }],
    ['"search": {"seed": 2147483648}', 'search.seed', { message: 'too large', found: '2147483648', expected: 'at most 2147483647' }],
    ['"search": {"learningRate": 0}', 'search.learningRate', { message: 'too small', found: '0', expected: 'more than 0' }],
    ['"search": {"targetRate": 1.5}', 'search.targetRate', { message: 'too large', found: '1.5', expected: 'at most 1' }],
    ['"search": {"steps": 0}', 'search.steps', { message: 'too small', found: '0', expected: 'at least 1' }],
    ['"search": {"seeds": []}', 'search.seeds', { message: 'the list is empty', found: '[]' }],
    ['"labels": {"0": ""}', 'labels.0', { message: 'the text is empty', found: '""' }],
    ['"server": {"timeoutSeconds": 301}', 'server.timeoutSeconds', { message: 'too large', found: '301', expected: 'at most 300' }],
    ['"taskModel": ""', 'taskModel', { message: 'the text is empty', found: '""' }],
    ['"search": {"preset": "fast"}', 'search.preset', { message: 'not one of the values it can take', expected: '"default" or "paper"' }],
    ['"prompt": {"tokens": "word"}', 'prompt.tokens', { message: 'not one of the values it can take', expected: '"words" or "all"' }],
    ['"kind": "regression"', 'kind', { message: 'not one of the values it can take', found: '"regression"', expected: '"classification"' }],
  ])('%s', async (text, field, problem) => {
    const found = await problemOf(() => parse(`{"data": {"train": "a"},\n    ${text}}`));
    // The place is the key of the innermost field.
    const column = 4 + text.lastIndexOf(`"${field.split('.').at(-1)!}"`) + 1;
    expect(found).toMatchObject({ severity: 'error', file: FILE, line: 2, column, field, ...problem });
  });

  it.each(['{}', '{"data": {}}', '{"data": {"validation": "a"}}'])('a required field: %s', async (text) => {
    const problem = await problemOf(() => parse(text));
    expect(problem).toMatchObject({ message: 'this field is required', found: 'nothing', line: 1 });
    expect(problem.field).toBe(text === '{}' ? 'data' : 'data.train');
  });
});

describe('a key in the wrong place', () => {
  const KEY = 'sk-proj-Zk3v9Qw7Lm2Xc8Vb5Nn1';

  it.each([
    ['server', `"server": "${KEY}"`],
    ['server', '"server": "0f3a9c51d2"'],
    ['server', `"server": ["0f3a9c51d2"]`],
    ['server.concurrency', '"server": {"concurrency": "0f3a9c51d2"}'],
    ['server.scoring', '"server": {"scoring": "0f3a9c51d2"}'],
    ['server.apiKeyVariable', '"server": {"apiKeyVariable": {"key": "0f3a9c51d2"}}'],
    ['taskModel', `"taskModel": {"openai": "${KEY}"}`],
    ['taskModel', `"taskModel": "${KEY}"`],
    ['policyModel', `"policyModel": ["${KEY}"]`],
    ['policyModel', `"policyModel": " ${KEY}"`],
    ['compare', `"compare": "${KEY}"`],
    [undefined, `"server": {"apiKeyVariable": ${KEY}}`],
    [undefined, `"server": {"apiKeyVariable": "${KEY}}`],
  ])('is not told again: %s', async (field, text) => {
    const problems = await problemsOf(() => parse(`{"data": {"train": "a"},\n ${text}}`));
    const { line, field: at, found } = problems[0]!;
    expect({ line, at, found }).toEqual({ line: 2, at: field, found: undefined });
    expect(JSON.stringify(problems)).not.toMatch(/0f3a9c51d2|Zk3v9Qw7/);
  });

  it('does not hide numbers, nor what is no key', async () => {
    expect(await problemOf(() => parse('{"data": {"train": "a"}, "server": {"concurrency": 0}}'))).toMatchObject({ found: '0' });
    expect(await problemOf(() => parse('{"data": {"train": "a"}, "taskModel": ["hf:a/b"]}'))).toMatchObject({ found: '["hf:a/b"]' });
  });
});

describe('templates', () => {
  it.each([
    ['{prompt} {mask}', 'the template has no {input}'],
    ['{input} {mask}', 'the template has no {prompt}'],
    ['{input} {prompt} {prompt}', 'the template has {prompt} 2 times; once is what it can take'],
    ['{input} {input} {input} {prompt}', 'the template has {input} 3 times; once is what it can take'],
    ['{input} {prompt} {mask} {mask}', 'the template has {mask} 2 times; once is what it can take'],
    ['{input} {prompt} {answer}', 'the template has an unknown placeholder {answer}; it knows {input}, {prompt} and {mask}'],
  ])('%s', async (template, message) => {
    const text = `{"data": {"train": "a"},\n "template": ${JSON.stringify(template)}}`;
    expect(await problemOf(() => parse(text))).toEqual({
      severity: 'error',
      file: FILE,
      line: 2,
      column: 2,
      field: 'template',
      message,
      found: JSON.stringify(template),
      expected: EXAMPLE,
    });
  });

  it('are told of all that is wrong in them', async () => {
    const problems = await problemsOf(() => parse('{"data": {"train": "a"}, "template": "{text}: {Prompt}"}'));
    expect(problems.map(({ message }) => message)).toEqual([
      'the template has an unknown placeholder {text}; it knows {input}, {prompt} and {mask}',
      'the template has an unknown placeholder {Prompt}; it knows {input}, {prompt} and {mask}',
      'the template has no {input}',
      'the template has no {prompt}',
    ]);
  });
});
