import { describe, expect, it } from 'vitest';
import { firstToken, scoreWords, type LabelWord } from '../../../../src/model/server/labelWords';
import type { TopToken } from '../../../../src/model/server/choices';

const tokens = (top: Record<string, number>): TopToken[] => Object.entries(top).map(([text, logprob]) => ({ text, logprob }));
const words = (...list: (string | [string, string])[]): LabelWord[] =>
  list.map((word) => (typeof word === 'string' ? { word, first: word } : { word: word[0], first: word[1] }));

describe('label words in the middle of a text', () => {
  it('are the tokens with their leading space', () => {
    const top = tokens({ ' great': -1, great: -0.5, ' terrible': -2, terrible: -9, Great: -0.1 });
    expect(scoreWords(top, words('great', 'terrible'), 'text')).toEqual({ logits: [-1, -2], missing: 0 });
  });

  it('or without it, where no such token is reported', () => {
    expect(scoreWords(tokens({ great: -1, ' terrible': -2 }), words('great', 'terrible'), 'text')).toEqual({
      logits: [-1, -2],
      missing: 0,
    });
  });

  it('count as the least reported token where they are missing', () => {
    const top = tokens({ ' great': -1, ' the': -0.2, ' a': -4.5 });
    expect(scoreWords(top, words('great', 'terrible'), 'text')).toEqual({ logits: [-1, -4.5], missing: 1 });
    expect(scoreWords(top, words('good', 'bad'), 'text')).toEqual({ logits: [-4.5, -4.5], missing: 2 });
    expect(scoreWords([], words('good', 'bad'), 'text')).toEqual({ logits: [0, 0], missing: 2 });
  });

  it('are scored by their first token', () => {
    const top = tokens({ ' terr': -1, ' terrible': -7, ' great': -2 });
    expect(scoreWords(top, words('great', ['terrible', 'terr']), 'text')).toEqual({ logits: [-2, -1], missing: 0 });
  });
});

describe('label words at the start of an answer', () => {
  it('add up over spaces and capitals', () => {
    const top = tokens({ Great: Math.log(0.5), ' great': Math.log(0.125), GREAT: Math.log(0.125), Terrible: Math.log(0.2) });
    const { logits, missing } = scoreWords(top, words('great', 'terrible'), 'answer');
    expect(logits.map(Math.exp)[0]).toBeCloseTo(0.75, 6);
    expect(logits.map(Math.exp)[1]).toBeCloseTo(0.2, 6);
    expect(missing).toBe(0);
  });
});

describe('the first token of a word', () => {
  it.each([
    ['great', { ' great': -3, ' gr': -1, ' good': -0.1 }, 'great'],
    ['Positive', { ' positive': -1 }, 'Positive'],
    // Shorter beginnings belong to other words; the tokenizer's own is by far the likeliest.
    ['terrible', { ' t': -6, ' terr': -0.1, ' te': -8, ' the': -2 }, 'terr'],
    ['terrible', { ' good': -1, ' ': -0.5 }, undefined],
    ['unhappy', {}, undefined],
  ])('of %s among %j', (word, top, expected) => {
    expect(firstToken(word, tokens(top as Record<string, number>))).toBe(expected);
  });
});
