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

  it('stand without the space at the start of the text', () => {
    const spec = specWith({ neg: 'bad', pos: 'great' });
    expect(verbalize(spec, ['neg', 'pos'], TOKENS, { atStart: true, causal: false }).ids).toEqual([TOKENS.id('bad'), TOKENS.id('great')]);
  });

  it('may be written with spaces around them', () => {
    const spec = specWith({ neg: ' bad', pos: 'great ' });
    expect(verbalize(spec, ['neg', 'pos'], TOKENS, causal).ids).toEqual([TOKENS.id(' bad'), TOKENS.id(' great')]);
  });

  it('are the labels themselves where the spec has none', () => {
    expect(verbalize(bare, ['bad', 'good'], TOKENS, causal)).toEqual({
      words: ['bad', 'good'],
      ids: [TOKENS.id(' bad'), TOKENS.id(' good')],
      warnings: [],
    });
  });

  it('are needed for labels that are numbers', async () => {
    const problem = {
      severity: 'error',
      file: FILE,
      line: 1,
      column: 1,
      field: 'labels',
    };
    expect(await problemsOf(() => verbalize(bare, ['0', '1'], TOKENS, causal))).toEqual([
      {
        ...problem,
        message: 'the label "0" is no word that a model could say',
        found: '"0"',
        expected: '"labels": { "0": "a word", … }',
      },
      {
        ...problem,
        message: 'the label "1" is no word that a model could say',
        found: '"1"',
        expected: '"labels": { "1": "a word", … }',
      },
    ]);
  });

  it('may be numbers where the spec says so', () => {
    const tokens = tokensOf(' 0', ' 1');
    expect(verbalize(specWith({ a: '0', b: '1' }), ['a', 'b'], tokens, masked).ids).toEqual([0, 1]);
  });

  it('may not be blank', async () => {
    const problem = await problemOf(() => verbalize(specWith({ neg: 'bad', pos: ' ' }), ['neg', 'pos'], TOKENS, causal));
    expect(problem).toEqual({
      severity: 'error',
      file: FILE,
      line: 5,
      column: 3,
      field: 'labels.pos',
      message: 'the label " " is no word that a model could say',
      found: '" "',
      expected: '"labels": { "pos": "a word", … }',
    });
  });
});

describe('a label word of several tokens', () => {
  it('is an error at a mask, which names it and close words of one token', async () => {
    const spec = specWith({ neg: 'bad', pos: 'greatly' });
    // ` great`, `l`, `y`; "great" is two letters away and shares five, "grand" and "good" come next.
    expect(await problemOf(() => verbalize(spec, ['neg', 'pos'], TOKENS, masked))).toEqual({
      severity: 'error',
      file: FILE,
      line: 5,
      column: 3,
      field: 'labels.pos',
      message: 'the label word is 3 tokens of the task model; at the mask there is room for one',
      found: '"greatly"',
      expected: 'a word of one token, such as "great", "grand", "good"',
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

  it('gets words without a space for company at the start of the text', async () => {
    const spec = specWith({ neg: 'bad', pos: 'greatest' });
    const { expected } = await problemOf(() => verbalize(spec, ['neg', 'pos'], TOKENS, { atStart: true, causal: false }));
    expect(expected).toBe('a word of one token, such as "great", "greet", "badge"');
  });

  it('is a warning on a causal model, which scores it by its first token', () => {
    const spec = specWith({ neg: 'badly', pos: 'greatly' });
    const { words, ids, warnings } = verbalize(spec, ['neg', 'pos'], TOKENS, causal);
    expect(words).toEqual(['badly', 'greatly']);
    expect(ids).toEqual([TOKENS.id(' bad'), TOKENS.id(' great')]);
    expect(warnings).toEqual([
      {
        severity: 'warning',
        file: FILE,
        line: 4,
        column: 3,
        field: 'labels.neg',
        message: 'the label word is 3 tokens of the task model; it is scored by the first of them',
        found: '"badly"',
      },
      expect.objectContaining({ severity: 'warning', line: 5, field: 'labels.pos', found: '"greatly"' }),
    ]);
  });

  it('is an error on a causal model when another begins with the same token', async () => {
    const spec = specWith({ low: 'terrace', mid: 'good', high: 'terrify' });
    expect(await problemOf(() => verbalize(spec, ['low', 'mid', 'high'], TOKENS, causal))).toEqual({
      severity: 'error',
      file: FILE,
      line: 6,
      column: 3,
      field: 'labels.high',
      message: 'the label word begins with the same token as "terrace"',
      found: '"terrify"',
      expected: 'another word, such as "terrific", "terrible", "horrid"',
    });
  });

  it('is never told to be another class’s word, or the token that one begins with', async () => {
    const taken = specWith({ neg: 'great', pos: 'greatly' });
    expect((await problemOf(() => verbalize(taken, ['neg', 'pos'], TOKENS, causal))).expected).toBe(
      'another word, such as "grand", "good", "bad"',
    );
    expect((await problemOf(() => verbalize(taken, ['neg', 'pos'], TOKENS, masked))).expected).not.toContain('"great"');
    const begun = specWith({ neg: 'terrace', pos: 'terrify' });
    expect((await problemOf(() => verbalize(begun, ['neg', 'pos'], TOKENS, causal))).expected).not.toContain('"terr"');
  });

  it('is told apart from the same word twice', async () => {
    const spec = specWith({ neg: 'good', pos: 'good' });
    expect(await problemOf(() => verbalize(spec, ['neg', 'pos'], TOKENS, masked))).toMatchObject({
      line: 5,
      field: 'labels.pos',
      message: 'two classes have the same label word',
      found: '"good"',
    });
  });
});

describe('a label word that the vocabulary cannot spell', () => {
  const spec = specWith({ neg: '差', pos: 'gre☃t', none: 'bad' });
  const message = (word: string, what: string) =>
    `the task model does not know the label word ${JSON.stringify(word)}: its vocabulary has no token for ${what}`;

  it.each(['masked', 'causal'])('is an error on a %s model, which names it', async (kind) => {
    const tokens = { ...tokensOf(' bad', ' good'), unknownId: 7 };
    const place = { atStart: false, causal: kind === 'causal' };
    const spelled = { ...tokens, encode: (text: string) => (text === ' 差' ? [7] : text === ' gre☃t' ? [1, 7] : tokens.encode(text)) };
    expect(await problemsOf(() => verbalize(spec, ['neg', 'pos', 'none'], spelled, place))).toMatchObject([
      {
        line: 4,
        field: 'labels.neg',
        message: message('差', 'it'),
        found: '"差"',
        expected: `a word of the model's vocabulary, such as "good"`,
      },
      { line: 5, field: 'labels.pos', message: message('gre☃t', 'a part of it') },
    ]);
  });

  it.each(['bert', 'distilbert', 'albert', 'xlm-roberta'])('is found with the tokenizer of %s', async (model) => {
    const tokens = await LmTokenizer.load(`test/models/${model}`);
    for (const word of ['ꙮ', 'ꙮꙮ'])
      expect((await problemOf(() => verbalize(specWith({ a: word, b: 'good' }), ['a', 'b'], tokens, masked))).message).toContain(
        `does not know the label word "${word}"`,
      );
    expect(verbalize(specWith({ a: 'bad', b: 'good' }), ['a', 'b'], tokens, masked).ids).toHaveLength(2);
  });

  it.each(['roberta', 'llama'])('is spelled in bytes by %s', async (model) => {
    const tokens = await LmTokenizer.load(`test/models/${model}`);
    expect((await problemOf(() => verbalize(specWith({ a: 'ꙮ', b: 'good' }), ['a', 'b'], tokens, masked))).message).toContain('tokens of');
  });
});

describe('closeWords', () => {
  it('are three, the likest first, without the word itself and without scraps', () => {
    expect(closeWords('great', ['great', 'treat', 'greater', 'zebra', 'gr', 'greet'])).toEqual(['"greater"', '"greet"', '"treat"']);
  });

  it('do not mind capitals and spaces', () => {
    expect(closeWords(' Greatly', ['zebra', 'Great', 'GREATER'])[0]).toBe('"Great"');
  });

  it('are as many as there are', () => {
    expect(closeWords('great', [])).toEqual([]);
    expect(closeWords('great', ['good'])).toEqual(['"good"']);
  });
});
