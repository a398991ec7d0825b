import { describe, expect, it } from 'vitest';
import { LmTokenizer } from '../../../src/model/local/tokenizer/tokenizer';
import { parseSpec } from '../../../src/spec/spec';
import { closeWords, verbalize, type LabelTokens } from '../../../src/spec/verbalizer';
import { problemOf, problemsOf } from '../data/folder';

/** Tokens of a made-up model: its vocabulary, longest first, and a token for each other character. */
function tokensOf(...vocabulary: string[]): LabelTokens & { id: (token: string) => number } {
  const id = (token: string) => (vocabulary.includes(token) ? vocabulary.indexOf(token) : 1000 + token.codePointAt(0)!);
  return {
    id,
    encode: (text) => {
      const ids: number[] = [];
      for (let at = 0; at < text.length;) {
        const token = vocabulary.filter((v) => text.startsWith(v, at)).sort((a, b) => b.length - a.length)[0] ?? text[at]!;
        ids.push(id(token));
        at += token.length;
      }
      return ids;
    },
    words: (space) => vocabulary.filter((v) => v.startsWith(' ') === space).map((v) => v.trim()),
  };
}

const TOKENS = tokensOf(
  ' great',
  ' good',
  ' bad',
  ' terrible',
  ' terrific',
  ' terr',
  ' grand',
  ' horrid',
  'great',
  'bad',
  'badge',
  'greet',
);
const FILE = 'x.prompt-task.json';
const specWith = (labels: object) => parseSpec(`{\n"data": {"train": "a.csv"},\n"labels": {\n${entries(labels)}\n}}`, FILE);
const bare = parseSpec('{"data": {"train": "a.csv"}}', FILE);

/** One entry to a line: the first is on line 4. */
function entries(labels: object): string {
  return Object.entries(labels)
    .map(([label, word]) => `  ${JSON.stringify(label)}: ${JSON.stringify(word)}`)
    .join(',\n');
}

const masked = { atStart: false, causal: false };
const causal = { atStart: false, causal: true };

describe('label words', () => {
  it('are single tokens with their leading space, in the order of the classes', () => {
    const spec = specWith({ neg: 'bad', pos: 'great' });
    expect(verbalize(spec, ['pos', 'neg'], TOKENS, masked)).toEqual({
      words: ['great', 'bad'],
      ids: [TOKENS.id(' great'), TOKENS.id(' bad')],
      warnings: [],
    });
  });

  it('have no space at the start of the text', () => {
    const spec = specWith({ neg: 'bad', pos: 'great' });
    expect(verbalize(spec, ['neg', 'pos'], TOKENS, { atStart: true, causal: false }).ids).toEqual([TOKENS.id('bad'), TOKENS.id('great')]);
  });

  it('may be written with spaces around them', () => {
    const spec = specWith({ neg: ' bad', pos: 'great ' });
    expect(verbalize(spec, ['neg', 'pos'], TOKENS, causal).ids).toEqual([TOKENS.id(' bad'), TOKENS.id(' great')]);
  });

  it('are the labels themselves if the spec has none', () => {
    expect(verbalize(bare, ['bad', 'good'], TOKENS, causal)).toEqual({
      words: ['bad', 'good'],
      ids: [TOKENS.id(' bad'), TOKENS.id(' good')],
      warnings: [],
    });
  });

  it('are needed for labels that are numbers', async () => {
    const place = { severity: 'error', file: FILE, line: 1, column: 1, field: 'labels', code: 'spec.labelNoWord' };
    expect(await problemsOf(() => verbalize(bare, ['0', '1'], TOKENS, causal))).toMatchObject([
      { ...place, args: [{ word: '0', label: '0' }] },
      { ...place, args: [{ word: '1', label: '1' }], expected: expect.stringContaining('--labels auto') as string },
    ]);
  });

  it('may be numbers where the spec says so', () => {
    const tokens = tokensOf(' 0', ' 1');
    expect(verbalize(specWith({ a: '0', b: '1' }), ['a', 'b'], tokens, masked).ids).toEqual([0, 1]);
  });

  it('may not be blank', async () => {
    const problem = await problemOf(() => verbalize(specWith({ neg: 'bad', pos: ' ' }), ['neg', 'pos'], TOKENS, causal));
    expect(problem).toMatchObject({
      line: 5,
      column: 3,
      field: 'labels.pos',
      code: 'spec.labelNoWord',
      args: [{ word: ' ', label: 'pos' }],
    });
  });
});

describe('a label word of several tokens', () => {
  it('is an error at a mask, with close words of one token', async () => {
    const spec = specWith({ neg: 'bad', pos: 'greatly' });
    // ` great`, `l`, `y`; "great" is two letters away and shares five, "grand" and "good" come next.
    expect(await problemOf(() => verbalize(spec, ['neg', 'pos'], TOKENS, masked))).toMatchObject({
      severity: 'error',
      line: 5,
      column: 3,
      field: 'labels.pos',
      code: 'spec.labelTooLong',
      args: [{ word: 'greatly', tokens: 3, close: ['great', 'grand', 'good'] }],
    });
  });

  it('is named once for each class', async () => {
    const spec = specWith({ a: 'greatly', b: 'bad', c: 'goodness' });
    const problems = await problemsOf(() => verbalize(spec, ['a', 'b', 'c'], TOKENS, masked));
    expect(problems.map(({ line, field }) => [line, field])).toEqual([
      [4, 'labels.a'],
      [6, 'labels.c'],
    ]);
  });

  it('comes with words without a space at the start of the text', async () => {
    const spec = specWith({ neg: 'bad', pos: 'greatest' });
    expect(await problemOf(() => verbalize(spec, ['neg', 'pos'], TOKENS, { atStart: true, causal: false }))).toMatchObject({
      code: 'spec.labelTooLong',
      args: [{ close: ['great', 'greet', 'badge'] }],
    });
  });

  it('is a warning on a causal model, which scores it by its first token', () => {
    const spec = specWith({ neg: 'badly', pos: 'greatly' });
    const { words, ids, warnings } = verbalize(spec, ['neg', 'pos'], TOKENS, causal);
    expect(words).toEqual(['badly', 'greatly']);
    expect(ids).toEqual([TOKENS.id(' bad'), TOKENS.id(' great')]);
    const warning = { severity: 'warning', file: FILE, column: 3, code: 'spec.labelFirstToken' };
    expect(warnings).toMatchObject([
      { ...warning, line: 4, field: 'labels.neg', args: [{ word: 'badly', tokens: 3, first: 'bad' }] },
      { ...warning, line: 5, field: 'labels.pos', args: [{ word: 'greatly', tokens: 3, first: 'great' }] },
    ]);
    expect(warnings[0]).toMatchObject({
      message: 'the label word is 3 tokens of the task model; only the first one, "bad", is scored',
      expected: expect.stringMatching(/^a word of one token, as in "labels": \{ "neg": .*"labels": "auto"/) as string,
      fixes: [{ change: { value: 'auto' } }],
    });
  });

  it('is scored by a part of a character where its first token is one', () => {
    const tokens = { encode: (text: string) => [...Buffer.from(text)], words: () => [] };
    const { warnings } = verbalize(specWith({ a: 'é', b: 'x' }), ['a', 'b'], tokens, { atStart: true, causal: true });
    expect(warnings.map(({ message }) => message)).toEqual(['the label word is 2 tokens of the task model; only the first one is scored']);
  });

  it('is an error on a causal model when another begins with the same token', async () => {
    const spec = specWith({ low: 'terrace', mid: 'good', high: 'terrify' });
    expect(await problemOf(() => verbalize(spec, ['low', 'mid', 'high'], TOKENS, causal))).toMatchObject({
      severity: 'error',
      line: 6,
      column: 3,
      field: 'labels.high',
      code: 'spec.labelSameToken',
      args: [{ word: 'terrify', other: 'terrace', close: ['terrific', 'terrible', 'horrid'] }],
    });
  });

  it("never gets another class's word suggested, nor the token that one begins with", async () => {
    const close = async (labels: object, place: typeof causal) => {
      const { args } = await problemOf(() => verbalize(specWith(labels), ['neg', 'pos'], TOKENS, place));
      return (args as [{ close: string[] }])[0].close;
    };
    const taken = { neg: 'great', pos: 'greatly' };
    expect(await close(taken, causal)).toEqual(['grand', 'good', 'bad']);
    expect(await close(taken, masked)).not.toContain('great');
    expect(await close({ neg: 'terrace', pos: 'terrify' }, causal)).not.toContain('terr');
  });

  it('is told apart from a duplicate word', async () => {
    const spec = specWith({ neg: 'good', pos: 'good' });
    expect(await problemOf(() => verbalize(spec, ['neg', 'pos'], TOKENS, masked))).toMatchObject({
      line: 5,
      field: 'labels.pos',
      code: 'spec.labelDuplicate',
      args: [{ word: 'good' }],
    });
  });
});

describe('a label word that the vocabulary cannot spell', () => {
  const spec = specWith({ neg: '差', pos: 'gre☃t', none: 'bad' });

  it.each(['masked', 'causal'])('is an error on a %s model, with close words', async (kind) => {
    const tokens = { ...tokensOf(' bad', ' good'), unknownId: 7 };
    const place = { atStart: false, causal: kind === 'causal' };
    const spelled = { ...tokens, encode: (text: string) => (text === ' 差' ? [7] : text === ' gre☃t' ? [1, 7] : tokens.encode(text)) };
    expect(await problemsOf(() => verbalize(spec, ['neg', 'pos', 'none'], spelled, place))).toMatchObject([
      { line: 4, field: 'labels.neg', code: 'spec.labelUnknown', args: [{ word: '差', whole: true, close: ['good'] }] },
      { line: 5, field: 'labels.pos', code: 'spec.labelUnknown', args: [{ word: 'gre☃t', whole: false }] },
    ]);
  });

  it.each(['bert', 'distilbert', 'albert', 'xlm-roberta'])('is found with the tokenizer of %s', async (model) => {
    const tokens = await LmTokenizer.load(`test/models/${model}`);
    for (const word of ['ꙮ', 'ꙮꙮ'])
      expect(await problemOf(() => verbalize(specWith({ a: word, b: 'good' }), ['a', 'b'], tokens, masked))).toMatchObject({
        code: 'spec.labelUnknown',
        args: [{ word }],
      });
    expect(verbalize(specWith({ a: 'bad', b: 'good' }), ['a', 'b'], tokens, masked).ids).toHaveLength(2);
  });

  it.each(['roberta', 'llama'])('is spelled in bytes by %s', async (model) => {
    const tokens = await LmTokenizer.load(`test/models/${model}`);
    const { code } = await problemOf(() => verbalize(specWith({ a: 'ꙮ', b: 'good' }), ['a', 'b'], tokens, masked));
    expect(code).toBe('spec.labelTooLong');
  });
});

describe('closeWords', () => {
  it('are three, the closest first, without the word itself and without fragments', () => {
    expect(closeWords('great', ['great', 'treat', 'greater', 'zebra', 'gr', 'greet'])).toEqual(['greater', 'greet', 'treat']);
  });

  it('ignore capitals and spaces', () => {
    expect(closeWords(' Greatly', ['zebra', 'Great', 'GREATER'])[0]).toBe('Great');
  });

  it('are as many as there are', () => {
    expect(closeWords('great', [])).toEqual([]);
    expect(closeWords('great', ['good'])).toEqual(['good']);
  });
});
