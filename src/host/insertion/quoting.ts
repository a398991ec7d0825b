import { braces, byte, escapeText, octal, octalBytes, units, uU, type Escapes } from './escapes';
import { InsertionError } from './insertionError';

/** One kind of string of a language: how to tell it from code, where it ends, how text is written in it. */
export interface StringForm {
  /** Sticky: the opening quote with its prefix. */
  readonly open: RegExp;
  /** The closing quote; by default the last character of the opening one. */
  readonly close?: (open: RegExpExecArray) => string;
  /** No backslash takes the next character with it. */
  readonly noBackslash?: boolean;
  /** It continues after the end of a line, and takes line breaks as they are. */
  readonly multiline?: (open: RegExpExecArray) => boolean;
  /** The closing quote twice is one in the text. */
  readonly doubled?: boolean;
  /** Brackets around code in the string, `${` and `}`. The opening bracket twice is text. */
  readonly hole?: (open: RegExpExecArray) => readonly [string, string] | undefined;
  /** @throws InsertionError when such a string cannot hold the text */
  readonly body: (text: string, open: RegExpExecArray) => string;
}

/** How the parts of a long string are joined, each on a line of its own. Parentheses are left out on a single line. */
export type Join = readonly [open: string, between: string, close: string];

const PLUS: Join = ['(', ' +', ')'];

/** What a language's strings are, and what on a line may look like one. */
export interface Quoting {
  /** How a new string is written, between double quotes. */
  readonly escapes: Escapes;
  /** Absent for languages of data and shells, whose long strings stay on one line. */
  readonly join?: Join;
  readonly strings: readonly StringForm[];
  /** Sticky: what begins a comment up to the end of the line. */
  readonly comment?: RegExp;
  /** There are block comments. */
  readonly block?: boolean;
  /** Sticky: what may hold a quote and is not a string, such as a character literal. */
  readonly skip?: RegExp;
}

/**
 * What compilers refuse or editors change: line breaks, control characters, halves of surrogate pairs, byte order marks, changes
 * of direction. Tabs and the joiners of emoji and of some scripts are fine.
 */
const CONTROL = String.raw`(?![\t\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]`;

/** Text of a string without escapes: as it is, or not at all. */
function asIs(text: string, what: string, forbidden = '(?!)'): string {
  const found = new RegExp(`${CONTROL}|${forbidden}`, 'u').exec(text)?.[0];
  if (found !== undefined) throw new InsertionError('cannotHold', what, JSON.stringify(found));
  return text;
}

function asciiOnly(text: string, what: string): void {
  if (/[^\0-\x7f]/.test(text)) throw new InsertionError('notAscii', what);
}

/** A string with backslash escapes. */
function escaped(open: RegExp, escapes: Escapes, more: Partial<StringForm> = {}): StringForm {
  return { open, body: (text, match) => escapeText(text, escapes, match[0].at(-1)!), ...more };
}

/** A string without escapes that cannot hold what `forbidden` matches. */
function raw(open: RegExp, forbidden: string, close: (open: RegExpExecArray) => string, what = 'a raw string'): StringForm {
  return { open, close, noBackslash: true, body: (text) => asIs(text, what, forbidden) };
}

/** Between single quotes, PHP and Ruby know only `\\` and `\'`. */
const plain: StringForm = { open: /'/y, body: (text) => asIs(text, 'a single-quoted string').replace(/[\\']/g, '\\$&') };

/** Line by line, so that line breaks stay what they are. */
const byLine = (text: string, written: (line: string) => string): string => text.split('\n').map(written).join('\n');

const whole = ([open]: RegExpExecArray): string => open;
const doubleBraces = (text: string): string => text.replace(/[{}]/g, '$&$&');
/** In a shell, a line break can be in any quotes. */
const shellText = (text: string): string => (asIs(text.replaceAll('\n', ''), 'a string without escapes'), text);

const SLASHES = { comment: /\/\//y, block: true };
/** Comments as in C, and character literals. */
const C_LIKE = { ...SLASHES, skip: /'(?:\\.[^']*|[^\\'])'/y };

const ESCAPES = {
  python: { code: (point) => (point < 0x100 ? byte(point) : uU(point)) },
  // `</script>` and `<!--` end or change a script in a page.
  javascript: { code: units, sequences: (text) => text.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--') },
  json: { code: units },
  // Java reads Unicode escapes before it reads the string: below 0x80 they could end it.
  java: { ascii: true, code: (point) => (point < 0x80 ? octal(point) : units(point)) },
  csharp: { code: uU },
  go: { utf8: 'Go', code: (point) => (point < 0x80 ? byte(point) : uU(point)) },
  rust: { utf8: 'Rust', code: braces },
  php: { utf8: 'PHP', also: '$', code: braces },
  ruby: { utf8: 'Ruby', code: braces, sequences: (text) => text.replace(/#(?=[{$@]|$)/g, '\\#') },
  // No `??` is left, so there is no trigraph.
  c: { utf8: 'C or C++', ascii: true, code: octalBytes, sequences: (text) => text.replace(/(?<=\?)\?/g, '\\?') },
  kotlin: { also: '$', code: units },
  swift: { utf8: 'Swift', code: braces },
  shellscript: {
    utf8: 'a shell script',
    code: (point) => {
      if (point === 0) throw new InsertionError('nul');
      return octalBytes(point);
    },
  },
  yaml: { utf8: 'YAML', code: (point) => (point < 0x100 ? byte(point) : uU(point)) },
  toml: { utf8: 'TOML', code: uU },
} satisfies Record<string, Escapes>;

/** A `$` at the end may meet a `{` after the cursor. */
const BACKTICK: Escapes = {
  code: units,
  sequences: (text) => ESCAPES.javascript.sequences(text).replace(/\$(?=\{|$)/g, '\\$'),
};
/** Strings of C and C++ with `L`, `u`, or `U`: their units are not bytes. */
const WIDE: Escapes = { ...ESCAPES.c, code: (point) => (point < 0xa0 ? octal(point) : uU(point)) };

const YAML_VALUE = String.raw`(?<=(?:^|[-:,[{?]|![^\s]*)\s*)`;

const C: Quoting = {
  escapes: ESCAPES.c,
  // Adjacent literals are one.
  join: ['', '', ''],
  strings: [
    raw(/(?<!\w)(?:u8|[uUL])?R"([^\s()\\]{0,16})\(/y, '[")]', (open) => `)${open[1]}"`),
    escaped(/(?<!\w)[uUL]"/y, WIDE),
    escaped(/"/y, ESCAPES.c),
  ],
  ...C_LIKE,
};

/** Each language's strings, by its name here. */
export const QUOTING = {
  python: {
    escapes: ESCAPES.python,
    join: PLUS,
    strings: [
      {
        open: /(?:(?<!\w)([A-Za-z]{1,2}))?("""|'''|"|')/y,
        close: (open) => open[2]!,
        hole: ([, prefix = '']) => (/[ft]/i.test(prefix) ? ['{', '}'] : undefined),
        body: (text, [, prefix = '', quotes]) => {
          const quote = quotes![0]!;
          if (/b/i.test(prefix)) asciiOnly(text, 'a bytes literal');
          const written = (line: string): string =>
            /r/i.test(prefix) ? asIs(line, 'a raw string', `${quote}|\\\\$`) : escapeText(line, ESCAPES.python, quote);
          const body = quotes!.length === 3 ? byLine(text, written) : written(text);
          return /[ft]/i.test(prefix) ? doubleBraces(body) : body;
        },
        multiline: (open) => open[2]!.length === 3,
      },
    ],
    comment: /#/y,
  },
  javascript: {
    escapes: ESCAPES.javascript,
    join: PLUS,
    strings: [
      escaped(/["']/y, ESCAPES.javascript),
      {
        open: /`/y,
        hole: () => ['${', '}'],
        multiline: () => true,
        body: (text) => byLine(text, (line) => escapeText(line, BACKTICK, '`')),
      },
    ],
    ...SLASHES,
    // A regular expression, where a value may begin.
    skip: /(?<=(?:^|[(,=:[!&|?{};+\-*%~]|\b(?:return|typeof|case))\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\//y,
  },
  json: { escapes: ESCAPES.json, strings: [escaped(/"/y, ESCAPES.json)], ...SLASHES },
  java: { escapes: ESCAPES.java, join: PLUS, strings: [escaped(/"""|"/y, ESCAPES.java, { close: whole })], ...C_LIKE },
  csharp: {
    escapes: ESCAPES.csharp,
    join: PLUS,
    strings: [
      {
        open: /(\$*)("{3,})/y,
        close: (open) => open[2]!,
        noBackslash: true,
        hole: ([, dollars]) => (dollars ? ['{'.repeat(dollars.length), '}'.repeat(dollars.length)] : undefined),
        body: (text, [, dollars]) => asIs(text, 'a raw string', dollars ? '["{}]' : '"'),
      },
      {
        open: /(\$@|@\$|@)"/y,
        noBackslash: true,
        doubled: true,
        hole: ([, prefix]) => (prefix === '@' ? undefined : ['{', '}']),
        body: (text, [, prefix]) => {
          const body = asIs(text, 'a verbatim string').replaceAll('"', '""');
          return prefix === '@' ? body : doubleBraces(body);
        },
      },
      escaped(/\$"/y, ESCAPES.csharp, { hole: () => ['{', '}'], body: (text) => doubleBraces(escapeText(text, ESCAPES.csharp, '"')) }),
      escaped(/"/y, ESCAPES.csharp),
    ],
    ...C_LIKE,
  },
  // A line break before a closing parenthesis would end the statement.
  go: {
    escapes: ESCAPES.go,
    join: ['', ' +', ''],
    strings: [
      escaped(/"/y, ESCAPES.go),
      {
        ...raw(/`/y, '`', whole),
        multiline: () => true,
        body: (text) => byLine(text, (line) => asIs(line, 'a raw string', '`')),
      },
    ],
    ...C_LIKE,
  },
  rust: {
    escapes: ESCAPES.rust,
    join: ['concat!(', ',', ')'],
    strings: [
      raw(/(?<!\w)[bc]?r(#*)"/y, '"', (open) => `"${open[1]}`),
      escaped(/(?<!\w)b"/y, ESCAPES.rust, {
        body: (text) => (asciiOnly(text, 'a byte string'), escapeText(text, { code: byte }, '"')),
      }),
      escaped(/"/y, ESCAPES.rust),
    ],
    ...C_LIKE,
  },
  php: {
    escapes: ESCAPES.php,
    join: ['(', ' .', ')'],
    strings: [escaped(/"/y, ESCAPES.php, { hole: () => ['{$', '}'] }), plain],
    comment: /\/\/|#(?!\[)/y,
    block: true,
  },
  ruby: { escapes: ESCAPES.ruby, join: PLUS, strings: [escaped(/"/y, ESCAPES.ruby, { hole: () => ['#{', '}'] }), plain], comment: /#/y },
  c: C,
  cpp: { ...C },
  kotlin: {
    escapes: ESCAPES.kotlin,
    join: PLUS,
    strings: [{ ...raw(/"""/y, '["$]', whole), hole: () => ['${', '}'] }, escaped(/"/y, ESCAPES.kotlin, { hole: () => ['${', '}'] })],
    ...C_LIKE,
  },
  swift: {
    escapes: ESCAPES.swift,
    join: ['[', ',', '].joined()'],
    strings: [
      raw(/(#+)("""|")/y, '["\\\\]', (open) => open[2]! + open[1]!),
      escaped(/"""|"/y, ESCAPES.swift, { close: whole, hole: () => ['\\(', ')'] }),
    ],
    ...SLASHES,
  },
  shellscript: {
    escapes: ESCAPES.shellscript,
    strings: [
      escaped(/\$'/y, ESCAPES.shellscript),
      { open: /'/y, noBackslash: true, body: (text) => shellText(text).replaceAll("'", "'\\''") },
      { open: /"/y, hole: () => ['$(', ')'], body: (text) => shellText(text).replace(/[\\"$`]/g, '\\$&') },
    ],
    comment: /(?<!\S)#/y,
    skip: /\\./y,
  },
  yaml: {
    escapes: ESCAPES.yaml,
    strings: [
      // Quotes that begin a value; anywhere else they are letters of a plain one.
      escaped(new RegExp(`${YAML_VALUE}"`, 'y'), ESCAPES.yaml),
      {
        open: new RegExp(`${YAML_VALUE}'`, 'y'),
        noBackslash: true,
        doubled: true,
        body: (text) => asIs(text, 'a single-quoted string').replaceAll("'", "''"),
      },
    ],
    comment: /(?<!\S)#/y,
  },
  toml: {
    escapes: ESCAPES.toml,
    strings: [escaped(/"""|"/y, ESCAPES.toml, { close: whole }), raw(/'''|'/y, "'", whole, 'a literal string')],
    comment: /#/y,
  },
} satisfies Record<string, Quoting>;
