import { describe, expect, it } from 'vitest';
import { accuracyText, visiblePrompt } from '../../../../src/host/insertion/found';
import { endsOfInsertions, placed, type Place } from '../../../../src/host/insertion/placement';
import { Random } from '../../../../src/method/random';
import { found } from './functions';
import { pythonHas, readByPython } from './programs';

const CODE = ['f {', '\tx', '', '}'];

/** A document after an insertion: `|` in it is the cursor, or two the ends of a selection. */
function inserted(document: string, languageId = 'java', code = CODE): string {
  const lines = document.replaceAll('|', '').split('\n');
  const [from, to = from! + 1] = [...document.matchAll(/\|/g)].map(({ index }) => index);
  const placeAt = (text: string): Place => ({ line: text.split('\n').length - 1, character: text.split('\n').at(-1)!.length });
  const start = placeAt(document.slice(0, from));
  const end = placeAt(document.slice(0, to).replace('|', ''));
  const edit = placed(code, { lines, start, end, python: languageId === 'python', unit: '\t' });
  const offset = ({ line, character }: Place): number => lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character;
  const text = lines.join('\n');
  return text.slice(0, offset(edit.start)) + edit.text + text.slice(offset(edit.end));
}

describe('a function', () => {
  it.each([
    ['in an empty file', '|', 'f {\n\tx\n\n}'],
    ['on an indented line', '\t|', '\tf {\n\t\tx\n\n\t}'],
    ['after and before other lines', 'a;\n|\nb;', 'a;\n\nf {\n\tx\n\n}\n\nb;'],
    ['with blank lines around it already', 'a;\n\n|\n\nb;', 'a;\n\nf {\n\tx\n\n}\n\nb;'],
    ['at the end of a line', '\ta;|', '\ta;\n\n\tf {\n\t\tx\n\n\t}'],
    ['at the start of a line', '|a;', 'f {\n\tx\n\n}\n\na;'],
    ['in the middle of a line', 'a| = 1;\nb;', 'a = 1;\n\nf {\n\tx\n\n}\n\nb;'],
    ['in place of a selection', 'a;\n\n|old|\n', 'a;\n\nf {\n\tx\n\n}\n'],
    ['on a line that opens a block', 'class A {|\n}', 'class A {\n\tf {\n\t\tx\n\n\t}\n}'],
    ['in a block that is opened and closed', 'class A { | }', 'class A { \n\tf {\n\t\tx\n\n\t}\n }'],
    ['under a line that opens a block', 'class A {\n\t|\n}', 'class A {\n\tf {\n\t\tx\n\n\t}\n}'],
    ['after a return', '\ta;\n\treturn 1;|\n}', '\ta;\n\n\tf {\n\t\tx\n\n\t}\n\n\treturn 1;\n}'],
  ])('%s', (_where, document, expected) => {
    expect(inserted(document)).toBe(expected);
  });

  const places = [
    'import os\n|\nx = 1\n',
    'class X:|\n',
    'class X:|\n    y = 1\n',
    'cla|ss X:  # comment\n    y = 1\n',
    'def g():\n    return| 1\n\nx = 1\n',
    'if 1:\n    raise ValueError|()\nx = 1\n',
    'x = 1|; y = 2\n',
    'class X:\n    y = 1\n    |\nz = 1\n',
  ];
  it.skipIf(!pythonHas('ast'))('keeps Python whole, with two blank lines around it at the top level', () => {
    const code = ['def f(text):', '\treturn text'];
    const programs = places.map((place) => inserted(place, 'python', code).replaceAll('\t', '    '));
    const parsed = readByPython('import ast', 'ast.dump(ast.parse(text)).count("FunctionDef(name=\'f\'")', programs);
    expect(parsed).toEqual(places.map(() => 1));
    expect(programs[0]).toBe('import os\n\n\ndef f(text):\n    return text\n\n\nx = 1\n');
    expect(programs[1]).toBe('class X:\n    def f(text):\n        return text\n');
    expect(programs[4]).toBe('def g():\n    def f(text):\n        return text\n\n    return 1\n\nx = 1\n');
  });
});

describe('endsOfInsertions', () => {
  const placeAt = (text: string, offset: number): Place => {
    const lines = text.slice(0, offset).split('\n');
    return { line: lines.length - 1, character: lines.at(-1)!.length };
  };

  it('agrees with the resulting text', () => {
    const random = new Random(5);
    const pick = (characters: string, length: number): string =>
      Array.from({ length }, () => characters[random.below(characters.length)]!).join('');
    for (let n = 0; n < 300; n++) {
      const text = pick('ab\n', 30);
      const cuts = [...new Set(Array.from({ length: 6 }, () => random.below(31)))].sort((a, b) => a - b);
      // Ranges between every other pair of cuts; some are empty.
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
    expect(accuracyText(found())).toBe('78.0% (76.0–80.0%, n = 1,821)');
    expect(accuracyText({ ...none, accuracy: 0.5 })).toBe('50.0%');
    expect(accuracyText(none)).toBeUndefined();
  });

  it('shows a prompt with its spaces and on one line', () => {
    expect(visiblePrompt(' a\n\tb\u2028\0😀 ')).toBe('“ a\\n\\tb\\u{2028}\\u{0}😀 ”');
  });
});
