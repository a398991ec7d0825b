import { describe, expect, it } from 'vitest';
import { InsertionError } from '../../../../src/host/insertion/insertionError';
import { literalAt } from '../../../../src/host/insertion/literal';
import { readLiteral } from './escapeReader';
import { LONE, NASTY, randomTexts } from './nastyTexts';
import { pythonHas, readByPython } from './programs';

const WELL_FORMED = [...NASTY, ...randomTexts(100, 12)];

/** Whether the text inserted after `before` has quotes, for a text that no escape changes. */
function quotes(before: string, languageId: string): boolean {
  const inserted = literalAt('word', languageId, before);
  expect(inserted).toMatch(/^(["']?)word\1$/);
  return inserted !== 'word';
}

describe('literalAt', () => {
  it.each<[string, string]>([
    ['python', 'x = '],
    ['python', 'x = "" '],
    ['python', `x = "it's" + `],
    ['python', "# don't "],
    ['python', 'x = "a\\"b" + '],
    ['python', '"""doc""" + '],
    ['python', 'f"{x["'.slice(0, 4)],
    ['javascript', 'const s = /["\']/.test(t) || '],
    ['javascript', 'const s = a / b; // "'],
    ['javascript', 'const s = `a${'],
    ['javascript', 'const s = `a${{b}.c + '],
    ['javascript', "/* don't */ x = "],
    ['javascript', "/* don't "],
    ['java', `char c = '"'; String s = `],
    ['csharp', 'var s = @"c:\\" + '],
    ['csharp', 'var s = $"{'],
    ['rust', "fn f<'a>(x: &'a str) { g("],
    ['rust', `let c = '"'; let s = `],
    ['go', "r := '\"'; s := "],
    ['c', "#define QUOTE '\"' "],
    ['cpp', 'auto s = R"(a")" + '],
    ['ruby', 'x = "#{'],
    ['shellscript', "echo it\\'s "],
    ['shellscript', '# "'],
    ['shellscript', 'x="$('],
    ['swift', 'let s = "\\('],
    ['kotlin', 'val s = "${'],
    ['yaml', "key: don't "],
    ['yaml', 'say "hi'],
    ['yaml', '- # "'],
    ['toml', 'key = # "'],
    ['json', '{"key": '],
  ])('%s: a literal after %j', (languageId, before) => {
    expect(quotes(before, languageId)).toBe(true);
  });

  it.each<[string, string]>([
    ['python', 'x = "'],
    ['python', 'x = "# '],
    ['python', "x = 'it"],
    ['python', '"""doc" '],
    ['python', 'x = f"{a}{{ '],
    ['javascript', 'x = "http://'],
    ['javascript', 'x = `a${b}'],
    ['javascript', 'x = a / b / "'],
    ['java', 'x = "\\\\\\"'],
    ['csharp', 'x = @"c:\\"" '],
    ['csharp', 'x = $"{a}'],
    ['csharp', 'x = """a"" '],
    ['rust', "fn f<'a>(x: &'a str) { g(\""],
    ['rust', 'x = r#"a" '],
    ['cpp', 'x = R"y(a)" '],
    ['cpp', 'x = u8"'],
    ['shellscript', 'echo "$(date)'],
    ['shellscript', 'echo "it\'s '],
    ['shellscript', 'echo a#"'],
    ['swift', 'x = "\\(a)'],
    ['swift', 'x = #"a" '],
    ['kotlin', 'x = """a" '],
    ['yaml', 'key: "'],
    ['yaml', "- 'it''s "],
    ['yaml', '{ a: "'],
    ['toml', 'key = """a" '],
    ['json', '{"key": "'],
    ['php', "$x = '"],
    ['ruby', "x = 'a\\' "],
  ])('%s: the bare text after %j', (languageId, before) => {
    expect(quotes(before, languageId)).toBe(false);
  });

  it.each<[string, string[], string, boolean]>([
    ['python', ['"""doc', "it's", '"""'], 'x = ', true],
    ['python', ['x = """'], '', false],
    ['python', ["x = 'not closed"], 'y = ', true],
    ['python', ['# it\'s """'], 'y = ', true],
    ['typescript', ['/**', " * It's `odd", ' */'], 'const x = ', true],
    ['typescript', ['const x = `', "it's ${'`'}"], 'so ', false],
    ['typescript', ['const x = `${'], 'f(', true],
    ['typescript', ["<p>Don't</p>"], 'const x = ', true],
    ['go', ['x := `'], 'a', false],
    ['java', ['String x = """'], 'y = ', true],
  ])('%s: after the lines %j, knows what %j is in', (languageId, above, before, isCode) => {
    expect(literalAt('word', languageId, before, above)).toBe(isCode ? '"word"' : 'word');
  });

  it('keeps the line breaks of an instruction in a string of several lines, whatever line it begins on', () => {
    const text = 'Say "yes" \\ or `no`.\n\n- {a}';
    expect(literalAt(text, 'python', '', ['x = f"""'])).toBe('Say \\"yes\\" \\\\ or `no`.\n\n- {{a}}');
    expect(literalAt(text, 'javascript', 'x = `')).toBe('Say "yes" \\\\ or \\`no\\`.\n\n- {a}');
    expect(literalAt('a\nb', 'go', '', ['x := `'])).toBe('a\nb');
    expect(() => literalAt(text, 'go', '', ['x := `'])).toThrow(InsertionError);
  });

  it.each(['csharp', 'kotlin', 'swift'] as const)('%s: escapes for the string that it is in', (language) => {
    const texts = language === 'swift' ? WELL_FORMED : [...WELL_FORMED, ...LONE];
    for (const text of texts) {
      const code = `"a${literalAt(text, language, 'x = "a')}b"`;
      expect(readLiteral(code, language)).toEqual({ text: `a${text}b`, end: code.length });
    }
  });

  it('doubles braces in interpolated C#, and quotes in a verbatim string', () => {
    expect(literalAt('{a} "b" \\', 'csharp', 'x = $"')).toBe('{{a}} \\"b\\" \\\\');
    expect(literalAt('{a} "b" \\', 'csharp', 'x = @"')).toBe('{a} ""b"" \\');
    expect(literalAt('{a} "b" \\', 'csharp', 'x = $@"')).toBe('{{a}} ""b"" \\');
  });

  it('writes code points, not bytes, in wide strings of C++', () => {
    expect(literalAt('é😀\x80', 'cpp', 'x = L"')).toBe('\\u00e9\\U0001f600\\200');
    expect(literalAt('é😀\x80', 'cpp', 'x = u8"')).toBe('\\303\\251\\360\\237\\230\\200\\302\\200');
  });

  it('json', () => {
    for (const text of [...WELL_FORMED, ...LONE]) {
      const inside = literalAt(text, 'jsonc', '{ "key": "');
      expect(JSON.parse(`{ "key": "a${inside}b" }`)).toEqual({ key: `a${text}b` });
    }
  });

  const python = pythonHas('yaml') && pythonHas('tomllib');
  it.skipIf(!python)(`yaml and toml${python ? '' : ' (skipped: Python has no modules yaml and tomllib here)'}`, () => {
    const write = (before: string, behind: string, languageId: string): string[] =>
      WELL_FORMED.flatMap((text) => {
        try {
          return [before + literalAt(text, languageId, before) + behind];
        } catch (error) {
          expect(error).toBeInstanceOf(InsertionError);
          return [];
        }
      });
    const raw = WELL_FORMED.filter((text) => !/(?![\t\u200c\u200d])[\p{C}\u2028\u2029]/u.test(text));
    const load = 'yaml.safe_load(text)["key"]';
    expect(readByPython('import yaml', load, write('key: "a', 'b"\n', 'yaml'))).toEqual(WELL_FORMED.map((text) => `a${text}b`));
    expect(readByPython('import yaml', load, write("key: 'a", "b'\n", 'yaml'))).toEqual(raw.map((text) => `a${text}b`));
    const tomls = write("key = 'a", "b'\n", 'toml');
    const bare = raw.filter((text) => !text.includes("'"));
    expect(readByPython('import tomllib', 'tomllib.loads(text)["key"]', tomls)).toEqual(bare.map((text) => `a${text}b`));
  });

  it.each<[string, string, string, string, ...string[]]>([
    ['python', 'x = r"', 'say "hi"', 'cannotHold', 'a raw string', '"\\""'],
    ['python', 'x = r"', 'ends in \\', 'cannotHold', 'a raw string', '"\\\\"'],
    ['python', 'x = rb"', 'é', 'notAscii', 'a bytes literal'],
    ['go', 'x := `', 'a`b', 'cannotHold', 'a raw string', '"`"'],
    ['php', "$x = '", 'two\nlines', 'cannotHold', 'a single-quoted string', '"\\n"'],
    ['kotlin', 'x = """', '$5', 'cannotHold', 'a raw string', '"$"'],
    ['rust', 'x = b"', 'é', 'notAscii', 'a byte string'],
    ['shellscript', 'x="', 'a\rb', 'cannotHold', 'a string without escapes', '"\\r"'],
  ])('%s: after %j, refuses %j', (languageId, before, text, code, ...args) => {
    const refused = expect.objectContaining({ name: 'InsertionError', code, args }) as Error;
    expect(() => literalAt(text, languageId, before)).toThrow(refused);
  });

  it('is the bare text in prose', () => {
    expect(literalAt('say "hi"', 'markdown', 'He said "')).toBe('say "hi"');
  });
});
