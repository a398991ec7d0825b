import { describe, expect, it } from 'vitest';
import { accuracyText, functionDescription, visiblePrompt } from '../../../../src/host/insertion/description';
import { endsOfInsertions, placed, type Place } from '../../../../src/host/insertion/placement';
import { Random } from '../../../../src/method/random';
import { found } from './functions';

describe('placed', () => {
  const block = { lines: ['a:', '  b', '', 'c'], placement: 'block' } as const;

  it('indents a block as its line is', () => {
    expect(placed(block, '', '')).toBe('a:\n  b\n\nc');
    expect(placed(block, '\t', '')).toBe('a:\n\t  b\n\n\tc');
    expect(placed(block, '    ', '  ')).toBe('a:\n      b\n\n    c');
  });

  it('gives a block lines of its own', () => {
    expect(placed(block, '  x = 1', '')).toBe('\n  a:\n    b\n\n  c');
    expect(placed(block, 'class A { ', ' }')).toBe('\na:\n  b\n\nc\n');
  });

  it('keeps an inline value on its line and leaves text alone', () => {
    expect(placed({ lines: ['{', '  1', '}'], placement: 'inline' }, '  "x": ', ',')).toBe('{\n    1\n  }');
    expect(placed({ lines: ['a', 'b'], placement: 'text' }, '  x ', 'y')).toBe('a\nb');
  });
});

describe('endsOfInsertions', () => {
  const placeAt = (text: string, offset: number): Place => {
    const lines = text.slice(0, offset).split('\n');
    return { line: lines.length - 1, character: lines.at(-1)!.length };
  };

  it('agrees with the text that comes out', () => {
    const random = new Random(5);
    const pick = (characters: string, length: number): string =>
      Array.from({ length }, () => characters[random.below(characters.length)]!).join('');
    for (let n = 0; n < 300; n++) {
      const text = pick('ab\n', 30);
      const cuts = [...new Set(Array.from({ length: 6 }, () => random.below(31)))].sort((a, b) => a - b);
      // Ranges between every other pair of cuts, empty ones too.
      const ranges = Array.from({ length: Math.floor(cuts.length / 2) }, (_, i) => ({
        from: cuts[2 * i]!,
        to: random.below(2) ? cuts[2 * i + 1]! : cuts[2 * i]!,
        text: pick('xy\n', random.below(4)),
      }));
      let after = '';
      let at = 0;
      const expected = ranges.map((range) => {
        after += text.slice(at, range.from) + range.text;
        at = range.to;
        return after.length;
      });
      after += text.slice(at);
      const edits = ranges.map((range) => ({ start: placeAt(text, range.from), end: placeAt(text, range.to), text: range.text }));
      expect(endsOfInsertions(edits.toReversed())).toEqual(expected.map((offset) => placeAt(after, offset)).toReversed());
    }
  });
});

describe('description', () => {
  it('gives the accuracy with what is known about it', () => {
    const { accuracy: _a, interval: _i, n: _n, ...none } = found();
    expect(accuracyText(found())).toBe('78.0 % (76.0–80.0 %, n = 1821)');
    expect(accuracyText({ ...none, accuracy: 0.5 })).toBe('50.0 %');
    expect(accuracyText(none)).toBeUndefined();
  });

  it('shows a prompt with its spaces and on one line', () => {
    expect(visiblePrompt(' a\n\tb\u2028\0😀 ')).toBe('“ a\\n\\tb\\u{2028}\\u{0}😀 ”');
  });

  it('cuts long names short', () => {
    for (const line of functionDescription(found({ taskName: 'x'.repeat(500), taskModel: `folder:${'/y'.repeat(300)}` })))
      expect(line.length).toBeLessThan(200);
  });
});
