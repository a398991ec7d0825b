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

  it('orders choices by their index', () => {
    const choices = [
      { index: 1, text: 'b' },
      { index: 0, text: 'a' },
    ];
    expect(readChoices({ choices }, 2).map(({ text }) => text)).toEqual(['a', 'b']);
    // One text is one choice, whatever its number.
    expect(readChoices({ choices: [{ index: 3, text: 'a' }] }, 1)[0]!.text).toBe('a');
  });

  it('reads a leading space as tokenizers write it', () => {
    const top = readChoices(
      completion(['a'], () => ({ Ġgood: -1, '▁bad': -2, good: -3 })),
      1,
    )[0]!.top!;
    expect(top.map(({ text }) => text)).toEqual([' good', ' bad', 'good']);
  });

  it('tells missing log-probabilities from an empty list', () => {
    expect(readChoices({ choices: [{ text: 'x', logprobs: null }] }, 1)[0]!.top).toBeUndefined();
    expect(readChoices({ choices: [{ text: 'x' }] }, 1)[0]!.top).toBeUndefined();
    expect(readChoices({ choices: [{ text: '', logprobs: { tokens: [], top_logprobs: [] } }] }, 1)[0]!.top).toEqual([]);
    expect(readChoices({ choices: [{ text: '', logprobs: { content: [] } }] }, 1)[0]!.top).toEqual([]);
  });

  it('a message without text is an empty answer', () => {
    expect(readChoices({ choices: [{ message: { content: null } }] }, 1)[0]!.text).toBe('');
  });

  it.each([
    [null, 'server.noChoices', []],
    [{}, 'server.noChoices', []],
    [{ choices: 'many' }, 'server.noChoices', []],
    [{ choices: [] }, 'server.choiceCount', [{ choices: 0, texts: 2 }]],
    [{ choices: [{ text: 'a' }] }, 'server.choiceCount', [{ choices: 1, texts: 2 }]],
    [{ choices: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] }, 'server.choiceCount', [{ choices: 3, texts: 2 }]],
    [{ choices: [0, 0].map((index) => ({ index, text: 'a' })) }, 'server.choiceNumbers', [{ numbers: [0, 0], texts: 2 }]],
    [{ choices: [5, 1].map((index) => ({ index, text: 'a' })) }, 'server.choiceNumbers', [{ numbers: [5, 1], texts: 2 }]],
    [{ choices: [{ text: 'a' }, {}] }, 'server.choiceText', []],
    [{ choices: [{ text: 'a' }, { text: 'b', logprobs: { top_logprobs: [{ x: 'high' }] } }] }, 'server.choiceToken', []],
    [{ choices: [{ text: 'a' }, { text: 'b', logprobs: { content: [{ top_logprobs: [{ logprob: -1 }] }] } }] }, 'server.choiceToken', []],
  ])('says what is wrong with %j', (answer, code, args) => {
    expect(() => readChoices(answer, 2)).toThrow(expect.objectContaining({ code, args }));
  });
});

it('readUsage reads the count of tokens, if there is one', () => {
  expect(readUsage({ usage: { total_tokens: 12 } })).toBe(12);
  expect([null, {}, { usage: null }, { usage: { total_tokens: 0 } }, { usage: { total_tokens: '9' } }].map(readUsage)).toEqual(
    Array(5).fill(undefined),
  );
});

describe('drawn', () => {
  const token: TopToken = { text: 'a', logprob: -1 };

  it('asks again, a few times, when nothing was reported', async () => {
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

  it('does not when something was, or never is', async () => {
    const never = (): never => {
      throw new Error('asked');
    };
    expect(await drawn([token], never)).toEqual([token]);
    expect(await drawn(undefined, never)).toBeUndefined();
  });
});
