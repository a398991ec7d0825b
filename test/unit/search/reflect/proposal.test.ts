import { describe, expect, it } from 'vitest';
import { REQUESTS, request } from '../../../../src/search/reflect/operators/operators';
import { copies, instructionIn, proposal, type Limits } from '../../../../src/search/reflect/proposal';

const fence = (text: string): string => `Sure.\n\`\`\`text\n${text}\n\`\`\`\nGood luck!`;
const limits: Limits = {
  maxTokens: 50,
  tokens: (text) => text.split(/\s+/).length,
  frozen: ['Answer in one word.'],
  rows: ['the parcel was left with a neighbor who has since moved away to Spain'],
  known: (instruction) => instruction === 'Known. Answer in one word.',
};

describe('a proposal', () => {
  it('is the last fenced block of an answer', () => {
    expect(instructionIn(fence('Name the topic.'))).toBe('Name the topic.');
    expect(instructionIn(`${fence('First.')}\n${fence('Second,\nwith two lines.')}`)).toBe('Second,\nwith two lines.');
    expect(instructionIn('```\r\nWith carriage returns.\r\n```')).toBe('With carriage returns.');
    expect(instructionIn('No block at all.')).toBeUndefined();
    expect(instructionIn('```\nA block that was cut o')).toBeUndefined();
  });

  it.each([
    ['nothing', '', 'noBlock'],
    ['no block', 'Answer in one word.', 'noBlock'],
    ['an empty block', fence(' '), 'empty'],
    ['a megabyte', fence(`Answer in one word. ${'x'.repeat(1e6)}`), 'noBlock'],
    ['a text that is too long', fence(`Answer in one word.${' again'.repeat(60)}`), 'tooLong'],
    ['one huge word', fence(`Answer in one word. ${'x'.repeat(2000)}`), 'tooLong'],
    ['a way out of the template', fence('Answer in one word. {input} {input}'), 'placeholder'],
    ['control characters', fence('Answer in one word.\u001b[2J'), 'control'],
    ['a change of direction', fence('Answer in one word. \u202egnirts'), 'control'],
    ['half a character', fence('Answer in one word. \ud800'), 'control'],
    ['a frozen passage that is gone', fence('Name the topic.'), 'frozen'],
    ['a training row', fence('Answer in one word. E.g. the parcel was left with a NEIGHBOR, who has moved.'), 'copied'],
    ['what is known', fence('Known. Answer in one word.'), 'known'],
  ])('of %s is refused', (_, answer, refused) => {
    expect(proposal(answer, limits)).toEqual({ refused });
  });

  it.each([
    'Nenne das Thema. Answer in one word.',
    '主题是什么？ Answer in one word.',
    'می‌خواهم Answer in one word. 👩‍💻',
    '<script>"\'$& Answer in one word.',
  ])('in any language passes: %s', (text) => {
    expect(proposal(fence(text), limits)).toEqual({ instruction: text });
  });

  it('copies a row only with eight of its words in order', () => {
    const row = ['one two three four five six seven eight nine'];
    expect(copies('say: two three four five six seven eight nine!', row)).toBe(true);
    expect(copies('one two three four five six seven', row)).toBe(false);
    expect(copies('one two three four, five six seven eight', row, ['four, five'])).toBe(false);
  });
});

describe('a request', () => {
  const parts = {
    instruction: 'Name it. {rows} ```end',
    second: 'Or this.',
    rows: [{ input: '$& {instruction}', expected: 'a', got: 'b', reason: 'c' }],
    frozen: ['Stay.'],
  };

  it('shows instruction, rows and frozen passages as they are, in fences that they cannot close', () => {
    const text = request('reflect', parts);
    expect(text).toContain("```\nName it. {rows} '''end\n```");
    expect(text).toContain('Input: $& {instruction}\nExpected: a\nGot: b\nFeedback: c');
    expect(text).toContain('word for word:\n- Stay.');
    expect(text.match(/```/g)).toHaveLength(2);
  });

  it('leaves nothing unfilled, whatever the operator', () => {
    for (const operator of Object.keys(REQUESTS) as (keyof typeof REQUESTS)[]) {
      const text = request(operator, { ...parts, instruction: 'i', rows: [{ input: 'x', expected: 'a', got: 'b' }], frozen: [] });
      expect(text).not.toMatch(/\{\w+\}|undefined|word for word:\n/);
    }
  });

  it('cuts long inputs', () => {
    expect(request('reflect', { ...parts, rows: [{ input: 'x'.repeat(1e6), expected: 'a', got: 'b' }] }).length).toBeLessThan(4000);
  });
});
