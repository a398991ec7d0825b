import { describe, expect, it } from 'vitest';
import { drawn, readChoices, readUsage, type TopToken } from '../../../../src/model/server/choices';
import { chatCompletion, completion } from './fakeServer';

describe('readChoices', () => {
  it('reads the legacy shape of completions', () => {
    const answer = completion(['a', 'b'], (text) => (text === 'a' ? { ' good': -0.5, ' bad': -2 } : { ' bad': -0.1, ' good': -3 }));
    expect(readChoices(answer, 2)).toEqual([
      {
        text: ' good',
        top: [
          { text: ' good', logprob: -0.5 },
          { text: ' bad', logprob: -2 },
        ],
      },
      {
        text: ' bad',
        top: [
          { text: ' bad', logprob: -0.1 },
          { text: ' good', logprob: -3 },
        ],
      },
    ]);
  });

  it("reads the shape of chats, and llama.cpp's completions, which have it too", () => {
    const top = [
      { text: 'Good', logprob: -0.5 },
      { text: ' good', logprob: -1 },
    ];
    expect(readChoices(chatCompletion('Good', { Good: -0.5, ' good': -1 }), 1)).toEqual([{ text: 'Good', top }]);
    const first = { id: 7, token: 'Good', logprob: -0.5, top_logprobs: top.map(({ text, logprob }) => ({ token: text, logprob })) };
    expect(readChoices({ choices: [{ text: 'Good', index: 0, logprobs: { content: [first] } }] }, 1)).toEqual([{ text: 'Good', top }]);
  });

  it('puts choices where their index says', () => {
    const choices = [
      { index: 1, text: 'b' },
      { index: 0, text: 'a' },
    ];
    expect(readChoices({ choices }, 2).map(({ text }) => text)).toEqual(['a', 'b']);
    // One text is one choice, whatever its number.
    expect(readChoices({ choices: [{ index: 3, text: 'a' }] }, 1)[0]!.text).toBe('a');
  });

  it('reads how tokenizers write a leading space', () => {
    const top = readChoices(
      completion(['a'], () => ({ Ġgood: -1, '▁bad': -2, good: -3 })),
      1,
    )[0]!.top!;
    expect(top.map(({ text }) => text)).toEqual([' good', ' bad', 'good']);
  });

  it('tells no log-probabilities from an empty list of them', () => {
    expect(readChoices({ choices: [{ text: 'x', logprobs: null }] }, 1)[0]!.top).toBeUndefined();
    expect(readChoices({ choices: [{ text: 'x' }] }, 1)[0]!.top).toBeUndefined();
    expect(readChoices({ choices: [{ text: '', logprobs: { tokens: [], top_logprobs: [] } }] }, 1)[0]!.top).toEqual([]);
    expect(readChoices({ choices: [{ text: '', logprobs: { content: [] } }] }, 1)[0]!.top).toEqual([]);
  });

  it('a message without text is an empty answer', () => {
    expect(readChoices({ choices: [{ message: { content: null } }] }, 1)[0]!.text).toBe('');
  });

  it.each([
    [null, 'no "choices"'],
    [{}, 'no "choices"'],
    [{ choices: 'many' }, 'no "choices"'],
    [{ choices: [] }, '0 choices for 2 texts'],
    [{ choices: [{ text: 'a' }] }, '1 choices for 2 texts'],
    [{ choices: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] }, '3 choices for 2 texts'],
    [
      {
        choices: [
          { index: 0, text: 'a' },
          { index: 0, text: 'b' },
        ],
      },
      'numbered 0, 0 for 2 texts',
    ],
    [
      {
        choices: [
          { index: 5, text: 'a' },
          { index: 1, text: 'b' },
        ],
      },
      'numbered 5, 1 for 2 texts',
    ],
    [{ choices: [{ text: 'a' }, {}] }, 'a choice has no text'],
    [{ choices: [{ text: 'a' }, { text: 'b', logprobs: { top_logprobs: [{ x: 'high' }] } }] }, 'lacks its token or its number'],
    [
      { choices: [{ text: 'a' }, { text: 'b', logprobs: { content: [{ top_logprobs: [{ logprob: -1 }] }] } }] },
      'lacks its token or its number',
    ],
  ])('%j is told what is wrong with it', (answer, message) => {
    expect(() => readChoices(answer, 2)).toThrow(message);
  });
});

it('readUsage takes what servers count, if they do', () => {
  expect(readUsage({ usage: { total_tokens: 12 } })).toBe(12);
  expect([null, {}, { usage: null }, { usage: { total_tokens: 0 } }, { usage: { total_tokens: '9' } }].map(readUsage)).toEqual(
    Array(5).fill(undefined),
  );
});

describe('drawn', () => {
  const token: TopToken = { text: 'a', logprob: -1 };

  it('asks again, a few times, where nothing was reported', async () => {
    let times = 0;
    expect(await drawn([], () => Promise.resolve(++times < 3 ? [] : [token]))).toEqual([token]);
    expect(times).toBe(3);
    times = 0;
    const nothing = (): Promise<TopToken[]> => {
      times++;
      return Promise.resolve([]);
    };
    expect(await drawn([], nothing)).toEqual([]);
    expect(times).toBe(8);
  });

  it('does not where something was, or never is', async () => {
    const never = (): never => {
      throw new Error('asked');
    };
    expect(await drawn([token], never)).toEqual([token]);
    expect(await drawn(undefined, never)).toBeUndefined();
  });
});
