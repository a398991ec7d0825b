import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { changes, type Change } from '../../../webview/rows/diff';

const shown = (from: string, to: string): string =>
  changes(from, to)
    .map(({ kind, text }) => (kind === 'same' ? text : kind === 'added' ? `[+${text}]` : `[-${text}]`))
    .join('');

const side = (all: readonly Change[], without: Change['kind']): string =>
  all
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join('');

describe('changes between two prompts', () => {
  it.each([
    ['Sort reviews.', 'Sort reviews.', 'Sort reviews.'],
    ['', 'New', '[+New]'],
    ['Old', '', '[-Old]'],
    ['Sort the reviews by mood.', 'Sort the film reviews by mood.', 'Sort the [+film ]reviews by mood.'],
    ['Sort by mood.', 'Sort by mood.\nBe brief.', 'Sort by mood.[+\nBe brief.]'],
    ['- one\n- two\n- three', '- one\n- three', '- one\n- [-two\n- ]three'],
    ['Answer with a word', 'Reply by one phrase', '[-Answer with a word][+Reply by one phrase]'],
    ['Café ok', 'Café', 'Café[- ok]'],
  ])('%j to %j', (from, to, expected) => {
    expect(shown(from, to)).toBe(expected);
  });

  it('hold both texts, and as much in common as there is', () => {
    const random = new Random(7);
    const text = (): string =>
      Array.from({ length: random.below(40) }, () => ['a', 'b', 'c', ' ', ' ', '\n', '.', '😀'][random.below(8)]!).join('');
    for (let i = 0; i < 300; i++) {
      const [from, to] = [text(), text()];
      const all = changes(from, to);
      expect(side(all, 'added')).toBe(from);
      expect(side(all, 'removed')).toBe(to);
      for (const [n, { kind }] of all.entries()) expect(kind).not.toBe(all[n + 1]?.kind);
    }
  });

  it('of long texts take no second', () => {
    const random = new Random(8);
    const text = (words: number): string => Array.from({ length: words }, () => `w${random.below(50)}`).join(' ');
    const before = performance.now();
    for (const words of [2000, 20_000]) {
      const [from, to] = [text(words), text(words)];
      const all = changes(from, to);
      expect([side(all, 'added'), side(all, 'removed')]).toEqual([from, to]);
    }
    expect(performance.now() - before).toBeLessThan(3000);
  });
});
