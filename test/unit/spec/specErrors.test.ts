import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/spec/problem';
import { parseSpec } from '../../../src/spec/spec';
import type { Code } from '../../../src/wording/wording';
import { problemOf, problemsOf } from '../data/folder';

const FILE = 'movies.prompt-task.json';
const parse = (text: string) => parseSpec(text, FILE);

describe('bad JSON', () => {
  it.each<[string, string, number, number, object]>([
    ['an empty file', '', 1, 1, { reason: 'value expected', found: '""' }],
    ['a comment alone', '// nothing\n', 2, 1, { reason: 'value expected' }],
    [
      'a missing comma',
      '{\n  "data": { "train": "a.csv" }\n  "labels": {}\n}',
      3,
      3,
      { reason: 'comma expected', found: String.raw`"\"labels\": {}"` },
    ],
    ['a missing colon', '{\n  "data" { "train": "a.csv" }\n}', 2, 10, { reason: 'colon expected' }],
    ['a missing brace', '{\r\n  "data": {\r\n    "train": "a.csv"\r\n}', 4, 2, { reason: 'close brace expected' }],
    ['single quotes', "{ 'data': 1 }", 1, 3, { reason: 'invalid symbol' }],
    ['text after the end', '{"data": {"train": "a.csv"}}\n{}', 2, 1, { reason: 'end of file expected' }],
    ['an open string', '{"data": {"train": "a.csv\n}}', 1, 20, { reason: 'unexpected end of string' }],
  ])('%s has its line and column', async (_name, text, line, column, args) => {
    expect(await problemOf(() => parse(text))).toMatchObject({
      severity: 'error',
      file: FILE,
      line,
      column,
      code: 'spec.notJson',
      args: [args],
    });
  });

  it('counts columns after a byte order mark as an editor does', async () => {
    expect(await problemOf(() => parse('\uFEFF{"data" 1}'))).toMatchObject({ line: 1, column: 9 });
  });
});

describe('unknown fields', () => {
  it('are named with the nearest one', async () => {
    const text = '{\n  "data": { "train": "a.csv" },\n  "lables": { "0": "bad" }\n}';
    const problem = await problemOf(() => parse(text));
    expect(problem).toMatchObject({ file: FILE, line: 3, column: 3, field: 'lables', code: 'spec.unknownField' });
    expect(problem.args).toMatchObject([{ name: 'lables', close: 'labels' }]);
    expect((problem.args as [{ known: string[] }])[0].known).toContain('template');
  });

  it('are named without it where none is near', async () => {
    const text = '{"data": {"train": "a.csv"},\n"prompt": {"length": 2,\n     "temperature": 1}}';
    expect(await problemOf(() => parse(text))).toMatchObject({
      line: 3,
      column: 6,
      field: 'prompt.temperature',
      code: 'spec.unknownField',
      args: [{ name: 'temperature', close: undefined, known: ['length', 'tokens', 'start', 'frozen', 'maxTokens', 'perInput'] }],
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
    expect(problem).toMatchObject({ field, args: [{ close: near }] });
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
  it.each<[string, string, Partial<Problem>, object]>([
    ['a list', '[]', { line: 1, column: 1, field: undefined }, { found: '[]', type: 'object' }],
    ['data', '{\n\n "data": "a.csv"}', { line: 3, column: 2, field: 'data' }, { found: '"a.csv"', type: 'object' }],
    ['data.train', '{"data": {"train": 3}}', { line: 1, column: 11, field: 'data.train' }, { found: '3', type: 'string' }],
    [
      'a label word',
      '{"data": {"train": "a"},\n"labels": {"0": "bad",\n "1": 7}}',
      { line: 3, column: 2, field: 'labels.1' },
      { found: '7' },
    ],
    [
      'labels',
      '{"data": {"train": "a"},\n"labels": ["bad"]}',
      { line: 2, column: 1, field: 'labels' },
      { found: '["bad"]', type: 'words or auto' },
    ],
    ['compare', '{"data": {"train": "a"}, "compare": "It was"}', { field: 'compare' }, { found: '"It was"', type: 'array' }],
    ['a prompt', '{"data": {"train": "a"},\n"compare": ["a",\n  null]}', { line: 3, column: 3, field: 'compare.1' }, { found: 'null' }],
    ['a count', '{"data": {"train": "a"}, "search": {"steps": "9"}}', { field: 'search.steps' }, { found: '"9"', type: 'number' }],
    ['a part', '{"data": {"train": "a"}, "prompt": {"length": 2.5}}', { field: 'prompt.length' }, { found: '2.5', type: 'int' }],
    ['null', '{"data": {"train": "a"}, "search": null}', { field: 'search' }, { found: 'null', type: 'object' }],
  ])('%s', async (_name, text, place, args) => {
    const code = 'spec.wrongType';
    expect(await problemOf(() => parse(text))).toMatchObject({ severity: 'error', file: FILE, code, ...place, args: [args] });
  });

  it('of label words are found inside, and a text other than "auto" is none of the allowed ones', async () => {
    expect(await problemOf(() => parse('{"data": {"train": "a"}, "labels": {"neg": 1}}'))).toMatchObject({
      field: 'labels.neg',
      code: 'spec.wrongType',
      args: [{ found: '1', type: 'string' }],
    });
    expect(await problemOf(() => parse('{"data": {"train": "a"}, "labels": "automatic"}'))).toMatchObject({
      field: 'labels',
      code: 'spec.notAllowed',
      args: [{ values: ['auto'] }],
    });
  });

  it('shorten what was found to one line', async () => {
    const { found } = await problemOf(() => parse(`{"data": {"train": "a"}, "template": {\n${'  "x": 1,\n'.repeat(50)}}}`));
    expect(found).toMatch(/^\{ "x": 1, "x": 1,.{40}…$/);
    expect(found).toHaveLength(58);
  });
});

describe('values out of range', () => {
  it.each<[string, string, Code, object]>([
    ['"prompt": {"length": 0}', 'prompt.length', 'spec.tooSmall', { found: '0', minimum: 1, inclusive: true }],
    ['"prompt": {"length": 17}', 'prompt.length', 'spec.tooLarge', { found: '17', maximum: 16 }],
    ['"search": {"promptsPerStep": 1}', 'search.promptsPerStep', 'spec.tooSmall', { found: '1', minimum: 2 }],
    ['"search": {"seed": -1}', 'search.seed', 'spec.tooSmall', { found: '-1', minimum: 0 }],
    ['"search": {"seed": 2147483648}', 'search.seed', 'spec.tooLarge', { found: '2147483648', maximum: 2147483647 }],
    ['"search": {"learningRate": 0}', 'search.learningRate', 'spec.tooSmall', { found: '0', minimum: 0, inclusive: false }],
    ['"search": {"targetRate": 1.5}', 'search.targetRate', 'spec.tooLarge', { found: '1.5', maximum: 1 }],
    ['"search": {"steps": 0}', 'search.steps', 'spec.tooSmall', { found: '0', minimum: 1 }],
    ['"search": {"seeds": []}', 'search.seeds', 'spec.emptyList', { found: '[]' }],
    ['"labels": {"0": ""}', 'labels.0', 'spec.emptyText', { found: '""' }],
    ['"server": {"timeoutSeconds": 301}', 'server.timeoutSeconds', 'spec.tooLarge', { found: '301', maximum: 300 }],
    ['"taskModel": ""', 'taskModel', 'spec.emptyText', { found: '""' }],
    ['"search": {"preset": "fast"}', 'search.preset', 'spec.notAllowed', { found: '"fast"', values: ['default', 'paper'] }],
    ['"prompt": {"tokens": "word"}', 'prompt.tokens', 'spec.notAllowed', { found: '"word"', values: ['words', 'all'] }],
    ['"kind": "regression"', 'kind', 'spec.notAllowed', { found: '"regression"', values: ['classification', 'generation'] }],
  ])('%s', async (text, field, code, args) => {
    const problem = await problemOf(() => parse(`{"data": {"train": "a"},\n    ${text}}`));
    // The place is the key of the innermost field.
    const column = 4 + text.lastIndexOf(`"${field.split('.').at(-1)!}"`) + 1;
    expect(problem).toMatchObject({ severity: 'error', file: FILE, line: 2, column, field, code, args: [args] });
  });

  it.each(['{}', '{"data": {}}', '{"data": {"validation": "a"}}'])('a required field: %s', async (text) => {
    const field = text === '{}' ? 'data' : 'data.train';
    expect(await problemOf(() => parse(text))).toMatchObject({ code: 'spec.required', found: 'nothing', line: 1, field });
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
  ])('is never repeated: %s', async (field, text) => {
    const problems = await problemsOf(() => parse(`{"data": {"train": "a"},\n ${text}}`));
    const { line, field: at, found } = problems[0]!;
    expect({ line, at, found }).toEqual({ line: 2, at: field, found: undefined });
    expect(JSON.stringify(problems)).not.toMatch(/0f3a9c51d2|Zk3v9Qw7/);
  });

  it('hides no numbers and nothing that is not a key', async () => {
    expect(await problemOf(() => parse('{"data": {"train": "a"}, "server": {"concurrency": 0}}'))).toMatchObject({ found: '0' });
    expect(await problemOf(() => parse('{"data": {"train": "a"}, "taskModel": ["hf:a/b"]}'))).toMatchObject({ found: '["hf:a/b"]' });
  });
});

describe('templates', () => {
  it.each<[string, Code, object]>([
    ['{prompt} {mask}', 'spec.templateLacks', { name: 'input' }],
    ['{input} {mask}', 'spec.templateLacks', { name: 'prompt' }],
    ['{input} {prompt} {prompt}', 'spec.templateRepeats', { name: 'prompt', times: 2 }],
    ['{input} {input} {input} {prompt}', 'spec.templateRepeats', { name: 'input', times: 3 }],
    ['{input} {prompt} {mask} {mask}', 'spec.templateRepeats', { name: 'mask', times: 2 }],
    ['{input} {prompt} {answer}', 'spec.templateUnknown', { name: 'answer' }],
  ])('%s', async (template, code, args) => {
    const found = JSON.stringify(template);
    const problem = await problemOf(() => parse(`{"data": {"train": "a"},\n "template": ${found}}`));
    expect(problem).toMatchObject({ file: FILE, line: 2, column: 2, field: 'template', found, code, args: [args] });
  });

  it('have all their problems reported', async () => {
    const problems = await problemsOf(() => parse('{"data": {"train": "a"}, "template": "{text}: {Prompt}"}'));
    expect(problems.map(({ code, args }) => [code, ...args])).toEqual([
      ['spec.templateUnknown', { name: 'text' }],
      ['spec.templateUnknown', { name: 'Prompt' }],
      ['spec.templateLacks', { name: 'input' }],
      ['spec.templateLacks', { name: 'prompt' }],
    ]);
  });
});
