import { describe, expect, it } from 'vitest';
import { Layout, type RowLayout } from '../../../../src/model/local/layout';
import { ModelError } from '../../../../src/model/modelError';
import { PrefixTaskModel } from '../../../../src/model/local/prefixTaskModel';
import { roundTrips } from '../../../../src/model/local/roundTrip';
import { WholeRowTaskModel } from '../../../../src/model/local/wholeRowTaskModel';
import { fillTemplate, forCausal, parseTemplate } from '../../../../src/spec/template';
import { smallTokenizer, type SmallTokenizer } from './smallTokenizer';

const WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'It', 'was', 'Review', 'nice'];
// Each word behind a space and at the start, and some words that share a beginning.
const TOKENS = [...WORDS.map((word) => `Ġ${word}`), 'Ġ.', 'Ġab', 'Ġabove', ...WORDS];
const roberta = smallTokenizer(true, TOKENS);
const gpt = smallTokenizer(false, TOKENS);

const masked = (template: string, context = 64, room = 2) => new Layout(parseTemplate(template).parts, roberta.tokenizer, context, room);
const causal = (template: string, context = 64, room = 2) =>
  new Layout(forCausal(parseTemplate(template)).parts, gpt.tokenizer, context, room);

/** A row's tokens by name, `*` in place of the prompt, the mask's place checked against the mask token. */
function shown(small: SmallTokenizer, row: RowLayout): string {
  if (row.mask) expect(small.names(row[row.mask.part])[row.mask.index]).toBe('<mask>');
  return [...small.names(row.before), '*', ...small.names(row.after)].join(' ');
}

describe('the small tokenizer of these tests', () => {
  it('has whole words and their ids', () => {
    expect(roberta.names(roberta.tokenizer.encode('one two three.'))).toEqual(['one', 'Ġtwo', 'Ġthree', '.']);
    expect(roberta.names([...roberta.tokenizer.prefix, ...roberta.tokenizer.suffix])).toEqual(['<s>', '</s>']);
    expect([gpt.tokenizer.prefix, gpt.tokenizer.suffix, gpt.tokenizer.maskId]).toEqual([[], [], undefined]);
  });
});

describe('a row', () => {
  it.each([
    ['{input} {prompt} {mask} .', '<s> one Ġtwo * <mask> Ġ. </s>'],
    ['{prompt} {input} {mask}', '<s> * Ġone Ġtwo <mask> </s>'],
    ['{mask} {prompt} {input}', '<s> <mask> * Ġone Ġtwo </s>'],
    ['{mask} {input} {prompt}', '<s> <mask> Ġone Ġtwo * </s>'],
    ['Review {input} was {prompt} {mask}', '<s> Review Ġone Ġtwo Ġwas * <mask> </s>'],
    ['{input}{prompt}{mask}', '<s> one Ġtwo * <mask> </s>'],
  ])('of a masked model, %j, is put together by part', (template, expected) => {
    expect(shown(roberta, masked(template).row('one two', false))).toBe(expected);
  });

  it.each([
    ['{input} {prompt} {mask} .', 'one Ġtwo *'],
    ['{prompt} {input} It was {mask}', '* Ġone Ġtwo ĠIt Ġwas'],
  ])('of a causal model, %j, ends where the label word comes', (template, expected) => {
    const row = causal(template).row('one two', false);
    expect(row.mask).toBeUndefined();
    expect(shown(gpt, row)).toBe(expected);
  });

  it('loses with the empty prompt the space behind it where it starts the text', () => {
    expect(shown(roberta, masked('{prompt} {input} {mask}').row('one two', true))).toBe('<s> * one Ġtwo <mask> </s>');
    expect(shown(roberta, masked('{prompt}{input} {mask}').row('one two', true))).toBe('<s> * one Ġtwo <mask> </s>');
    expect(shown(roberta, masked('{prompt} Review {input} {mask}').row('one', true))).toBe('<s> * Review Ġone <mask> </s>');
    // Elsewhere the space that goes is the prompt's own, which is no part of the row around it.
    expect(shown(roberta, masked('{input} {prompt} {mask}').row('one', true))).toBe('<s> one * <mask> </s>');
    expect(shown(roberta, masked('{mask} {prompt} {input}').row('one', true))).toBe('<s> <mask> * Ġone </s>');
  });

  it('takes a text that looks like a placeholder or a special token for text', () => {
    const text = 'one <mask> </s> {prompt} {mask}';
    const row = masked('{input} {prompt} {mask}').row(text, false);
    const special = roberta.ids('<s>', '<pad>', '</s>', '<mask>');
    expect(row.before.filter((id) => special.includes(id))).toEqual(roberta.ids('<s>'));
    expect(row.after).toEqual(roberta.ids('<mask>', '</s>'));
    expect(row.mask).toEqual({ part: 'after', index: 0 });
    expect(roberta.tokenizer.decode(row.before.slice(1))).toBe(text);
  });

  it('finds its mask by construction where the text holds the same characters', () => {
    const row = masked('{input} {mask} {prompt}').row('<mask> one', false);
    expect(row.mask).toEqual({ part: 'before', index: row.before.length - 1 });
    expect(row.before.filter((id) => id === roberta.tokenizer.maskId)).toHaveLength(1);
  });
});

describe('a text that is too long', () => {
  const text = 'one two three four five six';

  it('is cut from its start where it stands before the prompt', () => {
    // <s>, 6 tokens, a prompt of 2, <mask>, .., </s>: 12 of 10.
    const row = masked('{input} {prompt} {mask} .', 10, 2).row(text, false);
    expect(shown(roberta, row)).toBe('<s> Ġthree Ġfour Ġfive Ġsix * <mask> Ġ. </s>');
    expect(row.cut).toBe(2);
  });

  it('is cut from its end where it stands behind the prompt', () => {
    const row = masked('{prompt} {input} {mask}', 9, 2).row(text, false);
    expect(shown(roberta, row)).toBe('<s> * Ġone Ġtwo Ġthree Ġfour <mask> </s>');
    expect(row.cut).toBe(2);
    expect(row.mask).toEqual({ part: 'after', index: 4 });
  });

  it('is the only part that is cut, and the mask moves along', () => {
    const row = masked('Review {input} {mask} was {prompt} nice', 9, 1).row(text, false);
    expect(shown(roberta, row)).toBe('<s> Review Ġfive Ġsix <mask> Ġwas * Ġnice </s>');
    expect([row.cut, row.mask]).toEqual([4, { part: 'before', index: 4 }]);
    const first = masked('{mask} {input} {prompt}', 6, 1).row(text, false);
    expect(shown(roberta, first)).toBe('<s> <mask> Ġfive Ġsix * </s>');
    expect(first.mask).toEqual({ part: 'before', index: 1 });
  });

  it('is cut on a causal model too', () => {
    expect(shown(gpt, causal('{input} {prompt}', 5, 2).row(text, false))).toBe('Ġfour Ġfive Ġsix *');
    expect(shown(gpt, causal('{prompt} {input} It was', 7, 2).row(text, false))).toBe('* Ġone Ġtwo Ġthree ĠIt Ġwas');
  });

  it('fills the context to the last token with the longest prompt', () => {
    for (const room of [0, 1, 3]) {
      for (const template of ['{input} {prompt} {mask} .', '{prompt} {input} {mask}', '{mask} {input} {prompt}']) {
        const row = masked(template, 10, room).row(text, false);
        expect(row.before.length + room + row.after.length).toBeLessThanOrEqual(10);
        if (row.cut > 0) expect(row.before.length + room + row.after.length).toBe(10);
      }
    }
  });

  it('is whole when it just fits', () => {
    // <s>, 6 tokens, 2, <mask>, </s>
    expect(masked('{input} {prompt} {mask}', 11, 2).row(text, false).cut).toBe(0);
    expect(masked('{input} {prompt} {mask}', 10, 2).row(text, false).cut).toBe(1);
  });

  it.each(['{input} {prompt} {mask} .', '{mask} {input} {prompt}', '{input} {mask} {prompt}', '{mask} {prompt} {input}'])(
    '%j: is the same for every prompt, the empty one too',
    (template) => {
      const layout = masked(template, 10, 3);
      expect(layout.row(text, true)).toEqual(layout.row(text, false));
      expect(layout.row(text, false).cut).toBeGreaterThan(0);
    },
  );

  it('leaves the same words for the empty prompt at the start of the text', () => {
    const layout = masked('{prompt} {input} {mask}', 9, 2);
    expect(shown(roberta, layout.row(text, true))).toBe('<s> * one Ġtwo Ġthree Ġfour <mask> </s>');
  });

  it('is counted by the row', () => {
    const texts = ['one', text, 'one two', text, `${text} two`];
    const layout = masked('{input} {prompt} {mask}', 10, 2);
    const whole = WholeRowTaskModel.prototype.rows.call({ layout } as unknown as WholeRowTaskModel, texts);
    expect(whole.cut).toBe(3);
    const prefix = PrefixTaskModel.prototype.rows.call({ layout: causal('{input} {prompt}', 8, 2) } as unknown as PrefixTaskModel, texts);
    expect(prefix.cut).toBe(1);
  });

  it('is an error when template and prompt leave no token for it', () => {
    // <s>, a prompt of 6, <mask>, </s>: 9.
    expect(masked('{input} {prompt} {mask}', 10, 6).row('one two', false).cut).toBe(1);
    for (const context of [9, 8, 3]) {
      const attempt = () => masked('{input} {prompt} {mask}', context, 6).row('one', false);
      expect(attempt).toThrow(ModelError);
      expect(attempt).toThrow(expect.objectContaining({ code: 'model.noRoom', args: [{ context, room: 6 }] }) as Error);
    }
  });

  it('may be very long', () => {
    const row = causal('{input} {prompt}', 5, 2).row('one'.repeat(100_000), false);
    expect([row.before.length, row.cut]).toEqual([3, 99_997]);
  });
});

describe('a layout', () => {
  it('knows whether the text comes first, the mask starts the text, and the prompt has a space', () => {
    const facts = (template: string) => {
      const { inputFirst, maskAtStart, promptSpace } = masked(template);
      return [inputFirst, maskAtStart, promptSpace];
    };
    expect(facts('{input} {prompt} {mask}')).toEqual([true, false, true]);
    expect(facts('{prompt} {input} {mask}')).toEqual([false, false, false]);
    expect(facts('{mask}{prompt} {input}')).toEqual([false, true, false]);
    expect(facts('It {mask} {input}:{prompt}')).toEqual([true, false, false]);
  });
});

describe('a prompt', () => {
  it.each([
    ['{input} {prompt} {mask}', ['ĠIt', 'Ġwas']],
    ['{prompt} {input} {mask}', ['It', 'Ġwas']],
    ['{input}\n{prompt} {mask}', ['It', 'Ġwas']],
  ])('in %j has the space of the template', (template, tokens) => {
    const layout = masked(template);
    const ids = roberta.ids(...tokens);
    expect(layout.encodePrompt('It was')).toEqual(ids);
    expect(layout.promptText(ids)).toBe('It was');
  });

  it('that is empty has no tokens', () => {
    expect(masked('{input} {prompt} {mask}').encodePrompt('')).toEqual([]);
    expect(masked('{input} {prompt} {mask}').promptText([])).toBe('');
  });

  it('keeps spaces of its own', () => {
    expect(masked('{prompt} {input} {mask}').promptText(roberta.ids('Ġone', 'Ġtwo'))).toBe(' one two');
    // Of two spaces the template has one.
    expect(masked('{input} {prompt} {mask}').promptText(roberta.ids('Ġ', 'Ġone'))).toBe(' one');
  });
});

describe('the round trip', () => {
  const trip = (small: SmallTokenizer, layout: Layout, template: string, tokens: string[], input = 'one two') => {
    const parts = small === gpt ? forCausal(parseTemplate(template)).parts : parseTemplate(template).parts;
    return roundTrips(parts, layout, small.tokenizer, small.ids(...tokens), input);
  };

  it.each(['{input} {prompt} {mask} .', '{mask} {input} {prompt}', 'Review {input} {prompt} It was {mask} nice .'])(
    'holds for words behind a space: %j',
    (template) => {
      for (const tokens of [['Ġnice'], ['Ġthree', 'Ġwas', 'Ġ.'], ['Ġabove', 'Ġab'], []]) {
        expect(trip(roberta, masked(template), template, tokens)).toBe(true);
      }
    },
  );

  it('holds at the start of the text for a prompt without a space', () => {
    const template = '{prompt} {input} {mask}';
    expect(trip(roberta, masked(template), template, ['nice', 'Ġwas'])).toBe(true);
    expect(trip(roberta, masked(template), template, [])).toBe(true);
  });

  it('holds on a causal model', () => {
    expect(trip(gpt, causal('{input} {prompt}'), '{input} {prompt}', ['Ġnice', 'Ġwas'])).toBe(true);
    expect(trip(gpt, causal('{input} {prompt} {mask} .'), '{input} {prompt} {mask} .', ['Ġnice'])).toBe(true);
  });

  it('fails for tokens that the text would give otherwise', () => {
    const template = '{input} {prompt} {mask}';
    const layout = masked(template);
    // As text ` ab` `o` `v` `e` is ` above`, one token.
    expect(trip(roberta, layout, template, ['Ġab', 'o', 'v', 'e'])).toBe(false);
    // A first token without the template's space gets it as text.
    expect(trip(roberta, layout, template, ['nice'])).toBe(false);
    // Two halves of a word.
    expect(trip(roberta, layout, template, ['Ġn', 'i', 'c', 'e'])).toBe(false);
  });

  it('fails where the prompt runs into the text beside it', () => {
    const template = '{input}{prompt} {mask}';
    const layout = masked(template);
    expect(trip(roberta, layout, template, ['o', 'n', 'e'], 'x')).toBe(false);
    expect(trip(roberta, layout, template, ['Ġone'], 'one')).toBe(true);
  });

  it('fails where the text had to be cut', () => {
    const template = '{input} {prompt} {mask}';
    expect(trip(roberta, masked(template, 8, 1), template, ['Ġnice'], 'one two three four')).toBe(true);
    expect(trip(roberta, masked(template, 7, 1), template, ['Ġnice'], 'one two three four')).toBe(false);
  });

  it('holds for the template filled in by hand: as text it gives the ids of the row', () => {
    const template = 'Review {input} {prompt} It was {mask} nice .';
    const { parts } = parseTemplate(template);
    const layout = masked(template);
    const ids = roberta.ids('Ġthree', 'Ġ.');
    const row = layout.row('one two', false);
    const text = fillTemplate(parts, 'one two', layout.promptText(ids), '|');
    expect(text).toBe('Review one two three . It was | nice .');
    const [left, right] = text.split(' |') as [string, string];
    const { tokenizer } = roberta;
    const whole = [...tokenizer.prefix, ...tokenizer.encode(left), tokenizer.maskId, ...tokenizer.encode(right), ...tokenizer.suffix];
    expect([...row.before, ...ids, ...row.after]).toEqual(whole);
  });
});
