import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../../src/spec/spec';
import { fillTurns, parseTemplate, templateText, type Message } from '../../../src/spec/template';
import { TaskError } from '../../../src/spec/problem';
import type { Code } from '../../../src/wording/wording';
import { problemsOf } from '../data/folder';

const FILE = 'movies.prompt-task.json';
const SYSTEM = '{ "role": "system", "content": "{prompt}" }';
const USER = '{ "role": "user", "content": "{input}" }';
/** Line 2 is the template's, each message has a line of its own. */
const spec = (messages: readonly string[], more = ''): string =>
  `{ "data": { "train": "a.csv" },\n"template": [\n${messages.join(',\n')}\n]${more} }`;
const parse = (text: string) => parseSpec(text, FILE);

describe('a template of messages', () => {
  it('is parsed, and filled in message by message', () => {
    const { turns, parts, template } = parse(spec([SYSTEM, '{ "role": "user", "content": "Review: {input}" }']));
    expect(parts.map(({ kind }) => kind)).toEqual(['prompt', 'literal', 'input']);
    expect(fillTurns(turns!, 'Fine.', 'Be brief')).toEqual([
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Review: Fine.' },
    ]);
    expect(templateText(template)).toBe('system: {prompt}\nuser: Review: {input}');
  });

  it('leaves out a message of the empty prompt alone, and no other', () => {
    const fill = (...messages: Message[]) => fillTurns(parseTemplate(messages).turns!, '', '');
    expect(fill({ role: 'system', content: '{prompt}' }, { role: 'user', content: '{input}' })).toEqual([{ role: 'user', content: '' }]);
    expect(fill({ role: 'user', content: '{input} {prompt}' })).toEqual([]);
    expect(fill({ role: 'user', content: '{prompt} {input}!' })).toEqual([{ role: 'user', content: '!' }]);
  });

  it.each<[string, string[], string, number, Code, object]>([
    [
      'the prompt twice',
      [SYSTEM, '{ "role": "user", "content": "{input} {prompt}" }'],
      'template',
      2,
      'spec.templateRepeats',
      { name: 'prompt', times: 2 },
    ],
    ['the input twice', [SYSTEM, USER, USER], 'template', 2, 'spec.templateRepeats', { name: 'input', times: 2 }],
    ['no prompt', [USER], 'template', 2, 'spec.templateLacks', { name: 'prompt' }],
    ['no input', ['{ "role": "user", "content": "{prompt}" }'], 'template', 2, 'spec.templateLacks', { name: 'input' }],
    [
      'an unknown placeholder',
      [SYSTEM, '{ "role": "user", "content": "{input} {text}" }'],
      'template.1',
      4,
      'spec.templateUnknown',
      { name: 'text' },
    ],
    [
      'an answer as the last message',
      [SYSTEM, USER, '{ "role": "assistant", "content": "So:" }'],
      'template.2',
      5,
      'spec.chatLast',
      { role: 'assistant' },
    ],
    ['no messages', [], 'template', 2, 'spec.emptyList', { found: '[ ]' }],
    ['an unknown role', [SYSTEM, '{ "role": "tool", "content": "{input}" }'], 'template.1.role', 4, 'spec.notAllowed', { found: '"tool"' }],
    ['an empty message', [SYSTEM, '{ "role": "user", "content": "" }'], 'template.1.content', 4, 'spec.emptyText', { found: '""' }],
    [
      'content that is no text',
      [SYSTEM, '{ "role": "user", "content": ["{input}"] }'],
      'template.1.content',
      4,
      'spec.wrongType',
      { type: 'string' },
    ],
    ['a text among messages', [SYSTEM, '"{input}"'], 'template.1', 4, 'spec.wrongType', { type: 'object' }],
    [
      'a field of another name',
      [SYSTEM, '{ "role": "user", "contents": "x", "content": "{input}" }'],
      'template.1.contents',
      4,
      'spec.unknownField',
      { close: 'content', known: ['role', 'content'] },
    ],
  ])('with %s is refused at its place', async (_, messages, field, line, code, args) => {
    const problems = await problemsOf(() => parse(spec(messages)));
    expect(problems).toMatchObject([{ severity: 'error', file: FILE, line, field, code, args: [args] }]);
  });

  it('has no {mask}: the label word follows the last message', async () => {
    const problems = await problemsOf(() => parse(spec([SYSTEM, '{ "role": "user", "content": "{input} {mask}" }'])));
    expect(problems).toMatchObject([{ field: 'template.1', line: 4, code: 'spec.chatMask' }]);
    expect(problems[0]!.found).toContain('{mask}');
  });

  it('goes with no system message and no completions of a server', async () => {
    const server = ', "server": {\n"systemMessage": "Be brief.",\n"scoring": "completion-logprobs" }';
    const problems = await problemsOf(() => parse(spec([SYSTEM, USER], server)));
    expect(problems).toMatchObject([
      { field: 'server.systemMessage', line: 6, code: 'spec.chatSystemTwice' },
      { field: 'server.scoring', line: 7, code: 'spec.chatCompletion' },
    ]);
  });

  it('is a text or a list, and nothing else', async () => {
    const problems = await problemsOf(() => parse('{ "data": { "train": "a.csv" },\n"template": 3 }'));
    expect(problems).toMatchObject([
      { field: 'template', line: 2, code: 'spec.wrongType', args: [{ type: 'text or messages', found: '3' }] },
    ]);
  });

  it.each([
    [[USER], [{ role: 'user', content: '{prompt} {input}' }]],
    [
      [SYSTEM, '{ "role": "user", "content": "Well?" }'],
      [
        { role: 'system', content: '{prompt}' },
        { role: 'user', content: 'Well? {input}' },
      ],
    ],
  ])('that lacks a placeholder gets it by a quick fix', (messages, fixed) => {
    try {
      parse(spec(messages));
      expect.unreachable();
    } catch (error) {
      const [fix] = (error as TaskError).problems[0]!.fixes!;
      const [, index, field] = fix!.path as ['template', number, 'content'];
      const template = messages.map((message) => JSON.parse(message) as Message);
      template[index] = { ...template[index]!, [field]: (fix!.change as { value: string }).value };
      expect(template).toEqual(fixed);
      expect(parse(spec(template.map((message) => JSON.stringify(message)))).turns).toBeDefined();
    }
  });
});
