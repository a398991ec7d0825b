import { describe, expect, it } from 'vitest';
import { AnswerReader } from '../../../../src/model/server/answer';

const reader = new AnswerReader(['terrible', 'great'], ['0', '1'], undefined);

describe('a written answer', () => {
  it.each([
    ['great', 1],
    [' great', 1],
    ['Great.', 1],
    ['GREAT! I loved it', 1],
    ['"terrible"', 0],
    ['**terrible**', 0],
    ['\n\nterrible\n', 0],
    ['1', 1],
    ['0.', 0],
    ['<think>great or terrible? It is bad.</think>\nterrible', 0],
    ['<think>great, but I ran out of', undefined],
    ['greatest', undefined],
    ['not great', undefined],
    ['It was great', undefined],
    ['10', undefined],
    ['', undefined],
  ])('%j', (answer, expected) => {
    expect(reader.read(answer)).toBe(expected);
  });

  it('names the longest of words that begin alike', () => {
    const scale = new AnswerReader(['good', 'very good', 'very'], ['a', 'b', 'c'], undefined);
    expect(['very good', 'very bad', 'good'].map((answer) => scale.read(answer))).toEqual([1, 2, 0]);
  });

  it('may be in a script without spaces between words', () => {
    const chinese = new AnswerReader(['好', '坏'], ['好', '坏'], undefined);
    expect(['好的。', '「坏」', '不好'].map((answer) => chinese.read(answer))).toEqual([0, 1, undefined]);
  });

  it('is found by a regular expression: its group, or the whole match', () => {
    const group = new AnswerReader(['terrible', 'great'], ['0', '1'], 'answer:\\s*"?(\\w+)');
    expect(group.read('I think so. ANSWER: Great, because')).toBe(1);
    expect(group.read('Answer: 0')).toBe(0);
    expect(group.read('Answer: fine')).toBeUndefined();
    expect(group.read('great')).toBeUndefined();
    const whole = new AnswerReader(['terrible', 'great'], ['0', '1'], 'terrible|great');
    expect(whole.read('It was great')).toBe(1);
  });

  it('reports an invalid pattern at its field', () => {
    const make = (): unknown => new AnswerReader(['a', 'b'], [], '(');
    expect(make).toThrow(expect.objectContaining({ code: 'server.answerPattern', field: ['server', 'answer'] }));
  });

  it('gives its class nearly all of the probability, or no class any', () => {
    const three = new AnswerReader(['a', 'b', 'c'], [], undefined);
    expect(three.logits('b').map(Math.exp)).toEqual([expect.closeTo(0.01), expect.closeTo(0.98), expect.closeTo(0.01)]);
    expect(three.logits('d')).toEqual([-Infinity, -Infinity, -Infinity]);
  });
});
