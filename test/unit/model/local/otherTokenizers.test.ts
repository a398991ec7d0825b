import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Layout } from '../../../../src/model/local/layout';
import { roundTrips } from '../../../../src/model/local/roundTrip';
import { LmTokenizer } from '../../../../src/model/local/tokenizer/tokenizer';
import { forCausal, parseTemplate } from '../../../../src/spec/template';

/** What a word's token begins with behind a space, and at the start of a text. */
const SPACES = {
  bert: ['', ''],
  distilbert: ['', ''],
  roberta: ['Ġ', ''],
  albert: ['▁', '▁'],
  'xlm-roberta': ['▁', '▁'],
  gpt2: ['Ġ', ''],
  llama: ['▁', '▁'],
  qwen2: ['Ġ', ''],
  opt: ['Ġ', ''],
  gemma2: ['▁', ''],
} as const;
const FAMILIES = Object.keys(SPACES) as (keyof typeof SPACES)[];
const CAUSAL = ['gpt2', 'llama', 'qwen2', 'opt', 'gemma2'];
const TEMPLATES = [
  '{input} {prompt} {mask} .',
  '{prompt} {input} It was {mask}',
  'Review: {input}\n{prompt} {mask}',
  '{input}{prompt} {mask}',
];
const MASK_FIRST = ['{mask} {prompt} {input}', '{mask}: {prompt} {input}'];
const INPUT = 'The story is good, not "great".';

const load = (family: string): Promise<LmTokenizer> => LmTokenizer.load(`test/models/${family}`);
const vocabulary = (family: string): Map<string, number> => {
  const { model } = JSON.parse(readFileSync(`test/models/${family}/tokenizer.json`, 'utf8')) as {
    model: { vocab: Record<string, number> | [string, number][] };
  };
  return new Map(Array.isArray(model.vocab) ? model.vocab.map(([token], id) => [token, id]) : Object.entries(model.vocab));
};
const partsOf = (family: string, template: string) => {
  const parsed = parseTemplate(template);
  return CAUSAL.includes(family) ? forCausal(parsed).parts : parsed.parts;
};

describe.each(FAMILIES)('the tokenizer of %s', (family) => {
  it('has the words of its vocabulary as actions, and no pieces of words', async () => {
    const tokenizer = await load(family);
    const vocab = vocabulary(family);
    const [space, start] = SPACES[family];
    const [behind, first] = [new Set(tokenizer.wordIds(true)), new Set(tokenizer.wordIds(false))];
    for (const word of ['great', 'terrible', 'film']) {
      expect(behind.has(vocab.get(space + word)!), word).toBe(true);
      if (vocab.has(start + word)) expect(first.has(vocab.get(start + word)!), word).toBe(true);
    }
    for (const [token, id] of vocab) {
      if (/^##|^\[|^<|[0-9.,!]/u.test(token)) expect(behind.has(id) || first.has(id), token).toBe(false);
      // A piece without the mark of a space continues a word.
      if (space !== '' && !token.startsWith(space)) expect(behind.has(id), token).toBe(false);
    }
    expect(tokenizer.words(true)).toContain('great');
    // Each word, as text behind a word, is its own token again.
    for (const id of behind) expect(tokenizer.encode(tokenizer.decodeBehind([id]))).toEqual([id]);
  });

  it.each([...TEMPLATES, ...(CAUSAL.includes(family) ? [] : MASK_FIRST)])('keeps the ids of words in place: %j', async (template) => {
    const tokenizer = await load(family);
    const parts = partsOf(family, template);
    const layout = new Layout(parts, tokenizer, 96, 4);
    const words = tokenizer.wordIds(true);
    for (let i = 0; i < 60; i++) {
      const ids = Array.from({ length: 1 + (i % 4) }, (_, t) => words[(i * 31 + t * 17) % words.length]!);
      expect(layout.encodePrompt(layout.promptText(ids))).toEqual(ids);
      expect(roundTrips(parts, layout, tokenizer, ids, INPUT), layout.promptText(ids)).toBe(true);
    }
    expect(roundTrips(parts, layout, tokenizer, [], INPUT)).toBe(true);
  });

  it('tells ids that the text would give otherwise', async () => {
    const tokenizer = await load(family);
    const parts = partsOf(family, TEMPLATES[0]!);
    const layout = new Layout(parts, tokenizer, 96, 4);
    const vocab = vocabulary(family);
    // `great`, letter by letter.
    const wordPiece = family === 'bert' || family === 'distilbert';
    const letters = ['g', 'r', 'e', 'a', 't'].map((letter, i) => vocab.get(i === 0 || !wordPiece ? letter : `##${letter}`));
    const spelt = letters.filter((id) => id !== undefined);
    expect(spelt.length).toBeGreaterThan(1);
    expect(roundTrips(parts, layout, tokenizer, spelt, INPUT)).toBe(false);
  });

  it('takes special tokens in a text for text', async () => {
    const tokenizer = await load(family);
    const ids = tokenizer.encode('a [MASK] <mask> <s> [SEP] </s> <pad> b');
    for (const id of [tokenizer.maskId, ...tokenizer.prefix, ...tokenizer.suffix]) expect(ids).not.toContain(id);
  });
});

describe('a prompt between tokenizers of different families', () => {
  it.each([
    ['gpt2', 'bert'],
    ['gpt2', 'albert'],
    ['llama', 'bert'],
    ['llama', 'roberta'],
    ['gemma2', 'xlm-roberta'],
    ['qwen2', 'llama'],
  ])('of %s goes to %s as text and comes back', async (from, to) => {
    const [policy, task] = [await load(from), await load(to)];
    for (const template of TEMPLATES) {
      const there = new Layout(partsOf(to, template), task, 96, 8);
      const here = new Layout(
        partsOf(to, template).filter((part) => part.kind !== 'mask'),
        policy,
        Infinity,
        0,
      );
      const known = new Set(task.words(!template.startsWith('{prompt}')));
      const words = policy.wordIds(true).filter((id) => known.has(policy.decodeBehind([id]).trim()));
      expect(words.length).toBeGreaterThan(5);
      for (let i = 0; i < 20; i++) {
        const ids = [words[i % words.length]!, words[(i * 7 + 3) % words.length]!];
        const text = here.travelingText(ids);
        const arrived = there.encodePrompt(text);
        expect(there.promptText(arrived)).toBe(text);
        expect(roundTrips(partsOf(to, template), there, task, arrived, INPUT), text).toBe(true);
        // One token for each word behind a space, since the task model knows these words; and the policy's own tokens again.
        if (!here.promptSpace) continue;
        expect(arrived).toHaveLength(2);
        expect(here.encodePrompt(there.promptText(arrived))).toEqual(ids);
      }
    }
  });

  it('says so where a word is lost: a tokenizer without its letters', async () => {
    const task = await load('bert');
    const parts = partsOf('bert', TEMPLATES[0]!);
    const layout = new Layout(parts, task, 96, 8);
    expect(roundTrips(parts, layout, task, layout.encodePrompt('truly'), INPUT)).toBe(true);
    expect(roundTrips(parts, layout, task, layout.encodePrompt('фильм'), INPUT)).toBe(false);
  });
});
