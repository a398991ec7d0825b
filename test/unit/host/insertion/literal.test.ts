import { describe, expect, it } from 'vitest';
import { InsertionError } from '../../../../src/host/insertion/insertionError';
import { literal, literalAt } from '../../../../src/host/insertion/literal';
import { readLiteral } from './escapeReader';
import { LONE, NASTY, randomTexts } from './nastyTexts';
import { PROGRAMS, pythonHas, readByPython } from './programs';

const WELL_FORMED = [...NASTY, ...randomTexts(150, 11)];
const ALL = [...WELL_FORMED, ...LONE];
const withoutNul = (texts: readonly string[]): string[] => texts.filter((text) => !text.includes('\0'));

describe('literal, read by a parser of the language', () => {
  it.each(['json', 'jsonc'])('%s', (languageId) => {
    expect(ALL.map((text) => JSON.parse(literal(text, languageId)) as unknown)).toEqual(ALL);
  });

  const yaml = pythonHas('yaml');
  it.skipIf(!yaml)(`yaml${yaml ? '' : ' (Python has no module yaml here)'}`, () => {
    const documents = WELL_FORMED.map((text) => `key: ${literal(text, 'yaml')}\n`);
    expect(readByPython('import yaml', 'yaml.safe_load(text)["key"]', documents)).toEqual(WELL_FORMED);
  });

  const toml = pythonHas('tomllib');
  it.skipIf(!toml)(`toml${toml ? '' : ' (Python has no module tomllib here)'}`, () => {
    const documents = WELL_FORMED.map((text) => `key = ${literal(text, 'toml')}\n`);
    expect(readByPython('import tomllib', 'tomllib.loads(text)["key"]', documents)).toEqual(WELL_FORMED);
  });
});

describe('literal, read by the rules of the specification', () => {
  it.each(['csharp', 'kotlin', 'swift'] as const)('%s', (language) => {
    const texts = language === 'swift' ? WELL_FORMED : ALL;
    for (const text of texts) {
      const code = literal(text, language);
      expect(readLiteral(code, language)).toEqual({ text, end: code.length });
    }
  });
});

describe('literal', () => {
  it.each(['go', 'rust', 'php', 'ruby', 'c', 'cpp', 'swift', 'shellscript', 'yaml', 'toml'])(
    '%s: says that half of a surrogate pair cannot be held',
    (languageId) => {
      for (const text of LONE) expect(() => literal(text, languageId)).toThrow(InsertionError);
      expect(() => literal('a\uDE00b', languageId)).toThrow('U+de00');
    },
  );

  it('says that a shell holds no NUL', () => {
    expect(() => literal('a\0b', 'shellscript')).toThrow('NUL');
  });

  it('is one line of visible characters, so that no editor changes it and no reader misses one', () => {
    for (const { languageId } of PROGRAMS)
      for (const text of withoutNul(WELL_FORMED)) expect(literal(text, languageId)).toMatch(/^(?: |[^\p{C}\p{Z}])*$/u);
  });

  it('never ends a script that it stands in', () => {
    for (const languageId of ['javascript', 'typescript', 'vue', 'svelte'])
      for (const text of ALL) expect(literal(text, languageId)).not.toMatch(/<\/|<!--/);
  });

  it('leaves readable what can be', () => {
    expect(literal('naïve café 😀 "x"', 'python')).toBe('"naïve café 😀 \\"x\\""');
    expect(literal("it's $5", 'shellscript')).toBe("'it'\\''s $5'");
    expect(literal('a\nb', 'shellscript')).toBe("$'a\\nb'");
    expect(literal('ï😀', 'java')).toBe('"\\u00ef\\ud83d\\ude00"');
    expect(literal('ï', 'cpp')).toBe('"\\303\\257"');
    expect(literal('a\0b', 'cpp')).toBe('std::string("a\\000b", 3)');
  });

  it.each([
    ['clichés So', 'clichés So'],
    ['All in all, it was "good".', 'All in all, it was "good".'],
    ['2 * 3 _x_', '`2 * 3 _x_`'],
    ['a\\b <b> {x} $y', '`a\\b <b> {x} $y`'],
    ['# no heading', '`# no heading`'],
    ['- no list', '`- no list`'],
    ['1. no list', '`1. no list`'],
    ['a `b` c', '``a `b` c``'],
    ['`b`', '`` `b` ``'],
    [' so', '`  so `'],
    ['  ', '`  `'],
  ])('markdown: %j is shown as it is', (text, expected) => {
    expect(literal(text, 'markdown')).toBe(expected);
  });

  it('markdown: behind an open backtick it is the bare text', () => {
    expect(literalAt('2 * 3', 'markdown', 'Say `')).toBe('2 * 3');
    expect(literalAt('2 * 3', 'markdown', 'Say `x` and ')).toBe('`2 * 3`');
  });

  it.each(['plaintext', 'latex', 'constructor', '__proto__'])('%s: is the bare text', (languageId) => {
    for (const text of ALL) expect(literal(text, languageId)).toBe(text);
  });
});
