import type { FoundPrompt } from '../../../../src/host/insertion/found';
import { promptFunction } from '../../../../src/host/insertion/functions';
import { fillTemplate, fillTurns, forCausal, parseTemplate, templateText, type Message } from '../../../../src/spec/template';

export function found(more: Partial<FoundPrompt> = {}): FoundPrompt {
  return {
    parts: parseTemplate(more.template ?? '{input} {prompt}').parts,
    prompt: 'Absolutely',
    origin: 'policy',
    template: '{input} {prompt}',
    taskName: 'sentiment',
    taskModel: 'bundled:causal',
    accuracy: 0.78,
    interval: [0.76, 0.8],
    n: 1821,
    runFolder: '/runs/1',
    created: '2026-01-02T03:04:05.000Z',
    ...more,
  };
}

const MASKED = { masked: true, maskToken: '<mask>' } as const;

/** Templates with and without text before and behind the input, spaces, quotes and mask. */
const TEMPLATES: readonly Pick<FoundPrompt, 'template' | 'masked' | 'maskToken'>[] = [
  { template: '{input} {prompt}' },
  { template: '{input}{prompt}' },
  { template: '{prompt} {input}' },
  { template: '{prompt}{input}' },
  { template: '{input} {prompt} {mask} .' },
  { template: '{input} {prompt} {mask} .', ...MASKED },
  { template: '{mask} {prompt} {input}', ...MASKED },
  { template: '{prompt} {mask} : {input}', ...MASKED, maskToken: '[MASK]' },
  { template: 'Review: "{input}"\n{prompt}: {mask}!', ...MASKED },
  { template: ' {prompt}{input}\t{mask}', ...MASKED },
  { template: '{prompt} Review: {input} Answer:' },
  { template: `{ 'a' } "b" \\ $x #{ y} %s \${ z} {{input}} ??/ {prompt}` },
];

/** Texts of comments that would end one, or mean something in one. */
const NAMES = [
  'sentiment',
  'ends */ here',
  'opens /* here',
  'script </script> --> ?> <!--',
  'two\nlines\r\u2028and \0 more',
  '"""quotes""" \'\'\'',
  'C:\\users\\new \\',
  '???/ ??/',
  'encoding: latin-1 coding=x',
  'émotions 感情 😀\u202E',
  '9 lives & <b>',
  '#!/bin/sh @x {@code}',
  'x'.repeat(200),
];

export interface WrittenFunction {
  readonly declaration: string;
  /** Name of the function. */
  readonly name: string;
  readonly cases: readonly { readonly input: string; readonly text: string }[];
}

/** Functions of all templates, prompts and names, each name used once, with inputs and what `fillTemplate` makes of them. */
export function functionsIn(languageId: string, prompts: readonly string[], inputs: readonly string[]): WrittenFunction[] {
  const all = TEMPLATES.flatMap((template) => ['', 'Absolutely', ...prompts].map((prompt) => ({ ...template, prompt })));
  return all.map((some, i) => {
    const name = NAMES[i % NAMES.length]!;
    const prompt = found({ ...some, taskName: `t${i}x ${name}`, taskModel: `folder:${name}` });
    const declaration = promptFunction(prompt, languageId, '  ').join('\n');
    const { parts } = prompt.masked ? prompt : forCausal(prompt);
    return {
      declaration,
      name: new RegExp(`\\bt${i}x\\w*(?=\\()`, 'i').exec(declaration)![0],
      cases: inputs.map((input) => ({ input, text: fillTemplate(parts, input, prompt.prompt, prompt.maskToken ?? '') })),
    };
  });
}

const CHATS: readonly (readonly Message[])[] = [
  [
    { role: 'system', content: '{prompt}' },
    { role: 'user', content: 'Review: "{input}"\n' },
    { role: 'assistant', content: '\\ ${x} #{y}' },
    { role: 'user', content: 'Mood?' },
  ],
  [{ role: 'user', content: '{prompt} {input}' }],
];

/** Functions that return the messages of a chat, and the content of each message. */
export function chatsIn(languageId: string, prompts: readonly string[], inputs: readonly string[]): (WrittenFunction & { at: number })[] {
  return CHATS.flatMap((template, t) =>
    prompts.flatMap((prompt, p) => {
      const { parts, turns } = parseTemplate(template);
      const name = `chat ${t} of ${p}`;
      const declaration = promptFunction(
        found({ template: templateText(template), parts, turns: turns!, prompt, taskName: name }),
        languageId,
        '  ',
      ).join('\n');
      const called = new RegExp(String.raw`\bchat_?${t}_?of_?${p}\w*(?=\()`, 'i').exec(declaration)![0];
      return turns!.map((_, at) => ({
        declaration: at === 0 ? declaration : '',
        name: called,
        at,
        cases: inputs.map((input) => ({ input, text: fillTurns(turns!, input, prompt)[at]!.content })),
      }));
    }),
  );
}
