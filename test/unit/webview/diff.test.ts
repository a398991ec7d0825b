import { describe, expect, it, onTestFinished, vi } from 'vitest';
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

  it('of long texts are compared word by word up to a bound, and only where they differ', () => {
    const cells: number[] = [];
    const table = { construct: (Table: typeof Uint16Array, [size]: [number]) => (cells.push(size), new Table(size)) };
    vi.stubGlobal('Uint16Array', new Proxy(Uint16Array, table));
    onTestFinished(() => void vi.unstubAllGlobals());
    const random = new Random(8);
    const text = (words: number): string => Array.from({ length: words }, () => `w${random.below(50)}`).join(' ');
    const both = (from: string, to: string): readonly Change[] => {
      const all = changes(from, to);
      expect([side(all, 'added'), side(all, 'removed')]).toEqual([from, to]);
      return all;
    };
    // 3,999 words and spaces each: every one of them is looked at with every other.
    expect(both(text(2000), text(2000)).length).toBeGreaterThan(500);
    expect(cells.splice(0)).toEqual([expect.toSatisfy((size: number) => size > 3900 ** 2 && size <= 4000 ** 2)]);
    // A hundred times as many are not: one is there instead of the other, between what they begin and end with.
    const [from, to] = [text(20_000), text(20_000)];
    const whole = both(`a ${from} z`, `a ${to} z`);
    expect(whole.map(({ kind }) => kind)).toEqual(['same', 'removed', 'added', 'same']);
    expect(cells).toEqual([]);
    // What does not differ costs nothing.
    expect(both(`${from} x ${to}`, `${from} y ${to}`)).toHaveLength(4);
    expect(cells).toEqual([4]);
  });
});
