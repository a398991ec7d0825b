import { expect, it } from 'vitest';
import { lengthOf, TokenCount } from '../../../../src/model/server/tokenCount';

it('tokens are those that the server counts, or a fourth of the characters', () => {
  const count = new TokenCount();
  expect(count.perText).toBeUndefined();
  expect(count.add({ usage: { total_tokens: 30 } }, 2, () => 4000)).toBe(30);
  expect([count.perText, count.spent]).toEqual([15, { tokens: 30, counted: true }]);
  expect(count.add({}, 1, () => 40)).toBeUndefined();
  expect([count.perText, count.spent]).toEqual([15, { tokens: 40, counted: false }]);
});

it('the length of what is sent is that of its texts', () => {
  expect(lengthOf('four')).toBe(4);
  expect(lengthOf(['four', 'five.'])).toBe(9);
  expect(lengthOf([{ role: 'user', content: 'four' }])).toBe(8);
  expect(lengthOf(undefined)).toBe(0);
});
