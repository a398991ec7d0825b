import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChatTemplate, readChatFiles } from '../../../../src/model/local/chat/chatTemplate';
import { strftime } from '../../../../src/model/local/chat/strftime';
import { LmTokenizer } from '../../../../src/model/local/tokenizer/tokenizer';
import type { Message } from '../../../../src/spec/template';

const MODELS = resolve('test/models');

/** Recorded from Python by tools/models/exports/chats.py. */
const expected = JSON.parse(readFileSync(join(MODELS, 'chats', 'expected.json'), 'utf8')) as {
  now: string;
  conversations: Record<string, Message[]>;
  strftime: { date: string; format: string; text: string }[];
  cases: { model: string; template: string; chat: string; text?: string; ids?: number[]; error?: string }[];
};
const now = new Date(expected.now);
const names = [...new Set(expected.cases.map(({ template }) => template))];
const models = [...new Set(expected.cases.map(({ model }) => model))];
const jinja = (name: string): string => readFileSync(join(MODELS, 'chats', `${name}.jinja`), 'utf8');

describe("a model's chat template", () => {
  it.each(models.flatMap((model) => names.map((template) => [template, model] as const)))(
    "template %s, model %s: text and ids are those of Python's apply_chat_template",
    async (name, model) => {
      const folder = join(MODELS, model);
      const tokenizer = await LmTokenizer.load(folder);
      const template = ChatTemplate.of({ ...(await readChatFiles(folder)), file: jinja(name) }, now)!;
      const cases = expected.cases.filter((each) => each.template === name && each.model === model);
      expect(cases).toHaveLength(Object.keys(expected.conversations).length);
      for (const { chat, text, ids, error } of cases) {
        const render = (): string => template.render(expected.conversations[chat]!);
        if (error === undefined) {
          expect(render(), chat).toBe(text);
          expect(tokenizer.encodeRendered(text!), chat).toEqual(ids);
        } else expect(render, chat).toThrow(expect.objectContaining({ code: 'model.chatRefused' }));
      }
    },
  );

  it.each(expected.strftime)('prints the date $date as Python does', ({ date, format, text }) => {
    expect(strftime(new Date(date), format)).toBe(text);
  });
});
