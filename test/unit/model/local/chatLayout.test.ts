import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChatLayout } from '../../../../src/model/local/chat/chatLayout';
import { ChatTemplate, readChatFiles } from '../../../../src/model/local/chat/chatTemplate';
import { LmTokenizer } from '../../../../src/model/local/tokenizer/tokenizer';
import { parseTemplate, type Message } from '../../../../src/spec/template';

const MODELS = resolve('test/models');
const expected = JSON.parse(readFileSync(join(MODELS, 'chats', 'expected.json'), 'utf8')) as {
  now: string;
  conversations: Record<string, Message[]>;
  cases: { model: string; template: string; chat: string; ids?: number[] }[];
};

const SYSTEM: Message[] = [
  { role: 'system', content: '{prompt}' },
  { role: 'user', content: '{input}' },
];

async function layout(model: string, template: string, messages: readonly Message[], context = 1000, room = 8): Promise<ChatLayout> {
  const folder = join(MODELS, model);
  const source = template.includes('{') ? template : readFileSync(join(MODELS, 'chats', `${template}.jinja`), 'utf8');
  const chat = ChatTemplate.of({ ...(await readChatFiles(folder)), file: source }, new Date(expected.now))!;
  return new ChatLayout(parseTemplate(messages).turns!, chat, await LmTokenizer.load(folder), context, room);
}

const framed = (before: string, after: string): string =>
  `{% for message in messages %}${before}{{ message.content }}${after}{% endfor %}{% if add_generation_prompt %}A:{% endif %}`;

describe('a chat laid out for a model', () => {
  const cases = expected.cases.filter(({ chat, ids }) => chat === 'system' && ids);
  it.each(cases)('model $model, template $template: a filled row has the ids of Python', async ({ model, template, ids }) => {
    const [system, user] = expected.conversations.system as [Message, Message];
    const laidOut = await layout(model, template, SYSTEM);
    const prompt = laidOut.encodePrompt(system.content);
    expect(laidOut.text(user.content).with(prompt)).toEqual({ ids, answer: ids!.length - 1 });
    expect(laidOut.promptText(prompt)).toBe(system.content);
    expect(laidOut.roundTrips(prompt, user.content)).toBe(true);
  });

  it('leaves out a message of the empty prompt alone', async () => {
    const laidOut = await layout('gpt2', 'turns', SYSTEM);
    const { ids } = expected.cases.find(({ model, template, chat }) => model === 'gpt2' && template === 'turns' && chat === 'question')!;
    expect(laidOut.text(expected.conversations.question![0]!.content).with([]).ids).toEqual(ids);
  });

  it('gives the first word of a message no space, and one after a text its space', async () => {
    const tokenizer = await LmTokenizer.load(join(MODELS, 'gpt2'));
    const opening = await layout('gpt2', framed('<', '>'), SYSTEM);
    expect(tokenizer.decode(opening.encodePrompt('great film'))).toBe('great film');
    const spaced = await layout('gpt2', framed('< ', '>'), SYSTEM);
    expect(tokenizer.decode(spaced.encodePrompt('great film'))).toBe(' great film');
    const behind = await layout('gpt2', framed('<', '>'), [{ role: 'user', content: '{input} {prompt}' }]);
    expect(tokenizer.decode(behind.encodePrompt('great film'))).toBe(' great film');
  });

  it('does not take a prompt that the template trims, splits or merges with its own text', async () => {
    const laidOut = await layout('gpt2', 'turns', SYSTEM);
    const roundTrips = (text: string) => laidOut.roundTrips(laidOut.encodePrompt(text), 'A film.');
    expect(roundTrips('great film')).toBe(true);
    expect(roundTrips('great film\n')).toBe(false);
    expect(roundTrips('\ngreat')).toBe(false);
    const split = await layout('gpt2', "{% for m in messages %}{{ m.content.split('|')[0] }}.{% endfor %}", SYSTEM);
    expect(split.roundTrips(split.encodePrompt('great|bad'), 'A film.')).toBe(false);
    const merging = await layout('gpt2', framed('gre', ''), SYSTEM);
    expect(merging.roundTrips(merging.encodePrompt('at film'), 'A film.')).toBe(false);
  });

  it('counts the space that a template puts before an answer', async () => {
    expect((await layout('llama', 'brackets', SYSTEM)).answerSpace).toBe(true);
    expect((await layout('gpt2', 'turns', SYSTEM)).answerSpace).toBe(false);
    const tokenizer = await LmTokenizer.load(join(MODELS, 'gpt2'));
    expect(tokenizer.decode((await layout('gpt2', 'turns', SYSTEM)).encodeAnswer('great'))).toBe('great');
  });

  it.each([
    ['the start of an input before the prompt', [{ role: 'user', content: '{input}\n{prompt}' }] as Message[], 'good'],
    ['the end of an input behind the prompt', SYSTEM, 'film'],
  ])('cuts %s, and keeps the longest prompt and the rest of the template', async (_, messages, kept) => {
    const input = `film ${'the world '.repeat(40)}good`;
    const laidOut = await layout('gpt2', framed('<', '>'), messages, 40, 4);
    const row = laidOut.text(input);
    expect(row.cut).toBeGreaterThan(20);
    const { ids } = row.with(laidOut.encodePrompt('great'));
    expect(ids.length).toBeLessThanOrEqual(40);
    expect(ids.length).toBeGreaterThan(30);
    const tokenizer = await LmTokenizer.load(join(MODELS, 'gpt2'));
    expect(tokenizer.decode(ids)).toContain(kept);
    await expect(layout('gpt2', framed('<', '>'), messages, 9, 4).then((small) => small.text(input))).rejects.toMatchObject({
      code: 'model.noRoom',
    });
  });

  it.each([
    ['nosystem', 'model.chatRefused'],
    ["{{ messages[-1]['content'] }}", 'model.chatRepeats'],
    ["{{ messages[0]['content'] }}{{ messages[0]['content'] }}{{ messages[1]['content'] }}", 'model.chatRepeats'],
    ['{{ messages[0].content | no_such_filter }}', 'model.chatRefused'],
    ['{% for x in messages %}{{ x }', 'model.chatTemplateUnusable'],
  ])('template %s: refuses messages that it cannot write', async (template, code) => {
    await expect(layout('gemma2', template, SYSTEM)).rejects.toMatchObject({ code });
  });
});
