import { describe, expect, it } from 'vitest';
import { InsertionError } from '../../../../src/host/insertion/insertionError';
import { languageAt } from '../../../../src/host/insertion/languages';
import { literal, literalAt, promptString } from '../../../../src/host/insertion/literal';
import { readLiteral } from './escapeReader';
import { found } from './functions';
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
    '%s: refuses half of a surrogate pair',
    (languageId) => {
      for (const text of LONE) expect(() => literal(text, languageId)).toThrow(InsertionError);
      expect(() => literal('a\uDE00b', languageId)).toThrow(expect.objectContaining({ code: 'loneSurrogate' }) as Error);
    },
  );

  it('refuses a NUL character in a shell script', () => {
    expect(() => literal('a\0b', 'shellscript')).toThrow(expect.objectContaining({ code: 'nul' }) as Error);
  });

  it('is one line of visible characters, so that no editor changes it and users see each one', () => {
    for (const { languageId } of PROGRAMS)
      for (const text of withoutNul(WELL_FORMED)) expect(literal(text, languageId)).toMatch(/^(?: |[^\p{C}\p{Z}])*$/u);
  });

  it('never ends the script that it is in', () => {
    for (const languageId of ['javascript', 'typescript', 'vue', 'svelte'])
      for (const text of ALL) expect(literal(text, languageId)).not.toMatch(/<\/|<!--/);
  });

  it('leaves readable characters as they are', () => {
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

  it('markdown: after an open backtick it is the bare text', () => {
    expect(literalAt('2 * 3', 'markdown', 'Say `')).toBe('2 * 3');
    expect(literalAt('2 * 3', 'markdown', 'Say `x` and ')).toBe('`2 * 3`');
  });

  it('takes the names of code fences for languages', () => {
    expect(literal("it's", 'bash')).toBe("'it'\\''s'");
    expect(literal('a\0b', 'c++')).toBe('std::string("a\\000b", 3)');
  });

  it.each(['plaintext', 'latex', 'constructor', '__proto__'])('%s: is the bare text', (languageId) => {
    for (const text of ALL) expect(literal(text, languageId)).toBe(text);
  });

  it.each<[string, string[], string]>([
    ['python', ['```ts'], 'python'],
    ['markdown', ['text'], 'markdown'],
    ['markdown', ['```py'], 'py'],
    ['markdown', ['  ~~~~ TypeScript x', '```', '~~~'], 'typescript'],
    ['markdown', ['```{.python}'], 'plaintext'],
    ['markdown', ['```', 'a'], 'plaintext'],
    ['markdown', ['```rust', 'x', '```', 'text'], 'markdown'],
    ['markdown', ['`code`', '``` a`b'], 'markdown'],
  ])('in %s after %j is in %s', (languageId, lines, expected) => {
    expect(languageAt(languageId, lines)).toBe(expected);
  });
});

describe('a prompt as a string', () => {
  const behind = (before: string, languageId = 'python', more = {}): string => promptString(found(more), languageId, before);

  it('keeps the space that the template puts before the prompt', () => {
    expect(behind('x = review + ')).toBe('" Absolutely"');
    expect(behind('x = review + "')).toBe(' Absolutely');
    expect(behind('x = f"{review}')).toBe(' Absolutely');
    expect(behind('x = f"{review} ')).toBe('Absolutely');
  });

  it('has no other space', () => {
    expect(behind('x = ', 'python', { template: '{input}{prompt}' })).toBe('"Absolutely"');
    expect(behind('x = ', 'python', { template: ' {prompt} {input}' })).toBe('"Absolutely"');
    expect(behind('x = ', 'python', { prompt: '' })).toBe('""');
    for (const [languageId, expected] of [
      ['json', '"Absolutely"'],
      ['yaml', '"Absolutely"'],
      ['markdown', 'Absolutely'],
      ['plaintext', 'Absolutely'],
    ] as const)
      expect(behind('', languageId)).toBe(expected);
  });
});
