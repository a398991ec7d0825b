import { describe, expect, it } from 'vitest';
import { diverse } from '../../../src/search/selection';

type Found = { tokens: number[]; gap: number };
const found = (...prompts: number[][]): Found[] => prompts.map((tokens, i) => ({ tokens, gap: 1 - i / 100 }));
const ids = (prompts: Found[]): string[] => prompts.map(({ tokens }) => tokens.join(' '));

describe('the prompts that get held-out scores', () => {
  it('leaves out near copies of better ones', () => {
    const best = found([1, 9], [2, 9], [3, 9], [4, 8], [1, 7], [5, 6]);
    expect(ids(diverse(best, 3))).toEqual(['1 9', '4 8', '5 6']);
  });

  it('fills up with the best near copies when there is not enough else', () => {
    expect(ids(diverse(found([1, 9], [2, 9], [3, 9], [4, 8]), 3))).toEqual(['1 9', '2 9', '4 8']);
    expect(ids(diverse(found([1, 9]), 3))).toEqual(['1 9']);
  });

  it('takes two of five tokens in common for two prompts, three for a near copy', () => {
    const best = found([1, 2, 3, 4, 5], [1, 2, 9, 9, 9], [1, 2, 3, 8, 8]);
    expect(ids(diverse(best, 2))).toEqual(['1 2 3 4 5', '1 2 9 9 9']);
    expect(ids(diverse([best[0]!, best[2]!, best[1]!], 2))).toEqual(['1 2 3 4 5', '1 2 9 9 9']);
  });
});
