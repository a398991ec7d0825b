import { InsertionError } from './insertionError';
import type { Language } from './languages';

/** How the strings of a language write what cannot stand in them as it is. */
export interface Escapes {
  /** Characters that have an escape of their own, the backslash aside. */
  readonly short: Readonly<Record<string, string>>;
  /** Any other character, by its code point. @throws InsertionError when the language cannot hold it */
  readonly code: (codePoint: number) => string;
  /** Everything beyond ASCII is escaped, since compilers may not read the file as UTF-8. */
  readonly ascii?: boolean;
  /** Name of the language in messages, where its strings are UTF-8 and so hold no lone surrogate. */
  readonly utf8?: string;
  /** Sequences of characters that mean something together, on the escaped text. */
  readonly sequences?: (escaped: string) => string;
}

/** Printable as in Python's `str.isprintable`: control, format, unassigned and private characters and all spaces but one are not. */
const PRINTABLE = /^(?: |[^\p{C}\p{Z}])$/u;

/** A text as it stands between quotes; each character of `quotes` gets a backslash before it. */
export function escapeText(text: string, escapes: Escapes, quotes: string): string {
  let escaped = '';
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (escapes.utf8 !== undefined && isSurrogate(codePoint)) throw new InsertionError(noLoneSurrogate(escapes.utf8, codePoint));
    const short = escapes.short[character];
    if (character === '\\' || quotes.includes(character)) escaped += `\\${character}`;
    else if (short !== undefined) escaped += short;
    else if (PRINTABLE.test(character) && !(escapes.ascii && codePoint > 0x7e)) escaped += character;
    else escaped += escapes.code(codePoint);
  }
  return escapes.sequences?.(escaped) ?? escaped;
}

export function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

function noLoneSurrogate(language: string, codePoint: number): string {
  return `The prompt has half of a surrogate pair (U+${hex(codePoint, 4)}), which a string in ${language} cannot hold: there a string is UTF-8.`;
}

const LINES = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `</script>` and `<!--` end or change a script that stands in a page; a template ends nowhere else. */
const javascript: Escapes = {
  short: LINES,
  code: (codePoint) => units(codePoint),
  sequences: (escaped) => escaped.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--'),
};

/** Bytes as octal escapes of three digits: no digit behind them can join in, and no source or execution charset matters. */
const c = (utf8: string): Escapes => ({
  short: LINES,
  ascii: true,
  utf8,
  code: (codePoint) => octalBytes(codePoint),
  // No `??` is left, so there is no trigraph.
  sequences: (escaped) => escaped.replace(/(?<=\?)\?/g, '\\?'),
});

const braces = (codePoint: number): string => `\\u{${codePoint.toString(16)}}`;

export const ESCAPES: Readonly<Record<Language, Escapes>> = {
  python: {
    short: LINES,
    code: (codePoint) => (codePoint < 0x100 ? `\\x${hex(codePoint, 2)}` : uU(codePoint)),
  },
  typescript: javascript,
  javascript,
  json: { short: { ...LINES, '\b': '\\b', '\f': '\\f' }, code: (codePoint) => units(codePoint) },
  java: {
    short: LINES,
    ascii: true,
    // Unicode escapes are read before the string is: below 0x80 they could end it.
    code: (codePoint) => (codePoint < 0x80 ? `\\${octal(codePoint)}` : units(codePoint)),
  },
  csharp: { short: LINES, code: uU },
  go: { short: LINES, utf8: 'Go', code: (codePoint) => (codePoint < 0x80 ? `\\x${hex(codePoint, 2)}` : uU(codePoint)) },
  rust: { short: LINES, utf8: 'Rust', code: braces },
  php: { short: { ...LINES, $: '\\$' }, utf8: 'PHP', code: braces },
  ruby: {
    short: LINES,
    utf8: 'Ruby',
    code: braces,
    sequences: (escaped) => escaped.replace(/#(?=[{$@]|$)/g, '\\#'),
  },
  c: c('C'),
  cpp: c('C++'),
  kotlin: { short: { ...LINES, $: '\\$' }, code: (codePoint) => units(codePoint) },
  swift: { short: LINES, utf8: 'Swift', code: braces },
  shellscript: {
    short: LINES,
    utf8: 'a shell script',
    code: (codePoint) => {
      if (codePoint === 0) throw new InsertionError('The prompt has a NUL character, which no string of a shell can hold.');
      return octalBytes(codePoint);
    },
  },
  yaml: { short: LINES, utf8: 'YAML', code: (codePoint) => (codePoint < 0x100 ? `\\x${hex(codePoint, 2)}` : uU(codePoint)) },
  toml: { short: LINES, utf8: 'TOML', code: uU },
};

/** Strings of C and C++ behind `L`, `u` and `U`: their units are no bytes. */
export const WIDE: Escapes = { ...c('C++'), code: (codePoint) => (codePoint < 0xa0 ? `\\${octal(codePoint)}` : uU(codePoint)) };

/** Byte strings of Rust, which know no `\\u{…}`. */
export const BYTES: Escapes = { short: LINES, code: (codePoint) => `\\x${hex(codePoint, 2)}` };

/** JavaScript between backticks. A `$` at the end may meet a `{` that stands behind the cursor. */
export const BACKTICK: Escapes = {
  ...javascript,
  sequences: (escaped) => javascript.sequences!(escaped).replace(/\$(?=\{|$)/g, '\\$'),
};

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function octal(value: number): string {
  return value.toString(8).padStart(3, '0');
}

function uU(codePoint: number): string {
  return codePoint > 0xffff ? `\\U${hex(codePoint, 8)}` : `\\u${hex(codePoint, 4)}`;
}

/** One `\uXXXX` for each UTF-16 unit. */
function units(codePoint: number): string {
  const text = String.fromCodePoint(codePoint);
  return Array.from({ length: text.length }, (_, i) => `\\u${hex(text.charCodeAt(i), 4)}`).join('');
}

function octalBytes(codePoint: number): string {
  return Array.from(Buffer.from(String.fromCodePoint(codePoint)), (byte) => `\\${octal(byte)}`).join('');
}
