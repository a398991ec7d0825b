import { BACKTICK, BYTES, ESCAPES, WIDE, escapeText, type Escapes } from './escapes';
import { InsertionError } from './insertionError';
import type { Language } from './languages';

/** A way in which a language writes strings: how one is told from code, where it ends, how text stands in it. */
export interface StringForm {
  /** Sticky: the opening quote with its prefix. */
  readonly open: RegExp;
  /** The closing quote; by default the last character of the opening one. */
  readonly close?: (open: RegExpExecArray) => string;
  /** Whether a backslash takes the next character with it. */
  readonly backslash: (open: RegExpExecArray) => boolean;
  /** Whether the closing quote twice is one in the text. */
  readonly doubled?: boolean;
  /** Brackets around code in the string, `${` and `}`. The opening bracket twice is text. */
  readonly hole?: (open: RegExpExecArray) => readonly [string, string] | undefined;
  /** @throws InsertionError when the text cannot stand in such a string */
  readonly body: (text: string, open: RegExpExecArray) => string;
}

/** What of a language's lines is needed to find the strings on one. */
export interface Lexis {
  readonly strings: readonly StringForm[];
  /** Sticky: what opens a comment up to the end of the line. */
  readonly comment?: RegExp;
  /** Whether there are block comments. */
  readonly block?: boolean;
  /** Sticky: what may hold a quote and is no string, such as a character literal. */
  readonly skip?: RegExp;
}

const yes = (): boolean => true;
const no = (): boolean => false;

/**
 * What compilers refuse or editors change: line breaks, control characters, halves of surrogate pairs, byte order marks, changes
 * of direction. A tab is none of them, nor are the joiners of emoji and of some scripts.
 */
const CONTROL = String.raw`(?![\t\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]`;

/** Text of a string without escapes: as it is, or not at all. */
function asIs(text: string, what: string, forbidden: string): string {
  const found = new RegExp(`${CONTROL}|${forbidden}`, 'u').exec(text)?.[0];
  if (found !== undefined) {
    throw new InsertionError(
      `The cursor stands in ${what}, which cannot hold ${JSON.stringify(found)}, and the prompt has one. Put the cursor outside the string, or make it one with escapes.`,
    );
  }
  return text;
}

/** A string with backslash escapes. */
function escaped(open: RegExp, escapes: Escapes, more: Partial<StringForm> = {}): StringForm {
  return { open, backslash: yes, body: (text, match) => escapeText(text, escapes, match[0].at(-1)!), ...more };
}

/** A string without escapes. `what` names it in messages, `forbidden` is what it cannot hold beside control characters. */
function raw(open: RegExp, what: string, forbidden: (open: RegExpExecArray) => string, close?: StringForm['close']): StringForm {
  return { open, backslash: no, body: (text, match) => asIs(text, what, forbidden(match)), ...(close && { close }) };
}

const doubleBraces = (text: string): string => text.replace(/[{}]/g, '$&$&');

const python: StringForm = {
  open: /(?:(?<!\w)([A-Za-z]{1,2}))?("""|'''|"|')/y,
  close: (open) => open[2]!,
  // Behind a backslash no quote ends a raw string either.
  backslash: yes,
  hole: (open) => (/[ft]/i.test(open[1] ?? '') ? ['{', '}'] : undefined),
  body: (text, open) => {
    const prefix = (open[1] ?? '').toLowerCase();
    const quote = open[2]![0]!;
    if (prefix.includes('b') && /[^\0-\x7f]/.test(text))
      throw new InsertionError('The cursor stands in a bytes literal, which cannot hold the characters beyond ASCII that the prompt has.');
    const body = prefix.includes('r') ? asIs(text, 'a raw string', `${quote}|\\\\$`) : escapeText(text, ESCAPES.python, quote);
    return /[ft]/.test(prefix) ? doubleBraces(body) : body;
  },
};

const javascript: Lexis = {
  strings: [
    escaped(/["']/y, ESCAPES.javascript),
    { open: /`/y, backslash: yes, hole: () => ['${', '}'], body: (text) => escapeText(text, BACKTICK, '`') },
  ],
  comment: /\/\//y,
  block: true,
  // A regular expression: where a value may begin.
  skip: /(?<=(?:^|[(,=:[!&|?{};+\-*%~]|\b(?:return|typeof|case))\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\//y,
};

const json: Lexis = { strings: [escaped(/"/y, ESCAPES.json)], comment: /\/\//y, block: true };

const CHARACTER = /'(?:\\.[^']*|[^\\'])'/y;

const csharp: Lexis = {
  strings: [
    {
      open: /(\$*)("{3,})/y,
      close: (open) => open[2]!,
      backslash: no,
      hole: (open) => (open[1] ? ['{'.repeat(open[1].length), '}'.repeat(open[1].length)] : undefined),
      body: (text, open) => asIs(text, 'a raw string', open[1] ? '["{}]' : '"'),
    },
    {
      open: /(\$@|@\$|@)"/y,
      backslash: no,
      doubled: true,
      hole: (open) => (open[1] === '@' ? undefined : ['{', '}']),
      body: (text, open) => {
        const body = asIs(text, 'a verbatim string', '(?!)').replaceAll('"', '""');
        return open[1] === '@' ? body : doubleBraces(body);
      },
    },
    escaped(/(\$)?"/y, ESCAPES.csharp, {
      hole: (open) => (open[1] ? ['{', '}'] : undefined),
      body: (text, open) => {
        const body = escapeText(text, ESCAPES.csharp, '"');
        return open[1] ? doubleBraces(body) : body;
      },
    }),
  ],
  comment: /\/\//y,
  block: true,
  skip: CHARACTER,
};

const c: Lexis = {
  strings: [
    raw(
      /(?<!\w)(?:u8|[uUL])?R"([^\s()\\]{0,16})\(/y,
      'a raw string',
      () => '[")]',
      (open) => `)${open[1]}"`,
    ),
    escaped(/(?:(?<!\w)(u8|[uUL]))?"/y, ESCAPES.cpp, {
      body: (text, open) => escapeText(text, open[1] === undefined || open[1] === 'u8' ? ESCAPES.cpp : WIDE, '"'),
    }),
  ],
  comment: /\/\//y,
  block: true,
  skip: CHARACTER,
};

const rust: Lexis = {
  strings: [
    raw(
      /(?<!\w)[bc]?r(#*)"/y,
      'a raw string',
      () => '"',
      (open) => `"${open[1]}`,
    ),
    escaped(/(?:(?<!\w)([bc]))?"/y, ESCAPES.rust, {
      body: (text, open) => {
        if (open[1] === 'b' && /[^\0-\x7f]/.test(text))
          throw new InsertionError(
            'The cursor stands in a byte string, which cannot hold the characters beyond ASCII that the prompt has.',
          );
        return escapeText(text, open[1] === 'b' ? BYTES : ESCAPES.rust, '"');
      },
    }),
  ],
  comment: /\/\//y,
  block: true,
  skip: CHARACTER,
};

/** Between single quotes PHP and Ruby know only `\\` and `\'`. */
const plain = (what: string): StringForm => ({
  open: /'/y,
  backslash: yes,
  body: (text) => asIs(text, what, '(?!)').replace(/[\\']/g, '\\$&'),
});

const shell: Lexis = {
  strings: [
    escaped(/\$'/y, ESCAPES.shellscript),
    { open: /'/y, backslash: no, body: (text) => shellText(text).replaceAll("'", "'\\''") },
    {
      open: /"/y,
      backslash: yes,
      hole: () => ['$(', ')'],
      body: (text) => shellText(text).replace(/[\\"$`]/g, '\\$&'),
    },
  ],
  comment: /(?<!\S)#/y,
  skip: /\\./y,
};

/** A line break may stand in any quotes of a shell. */
function shellText(text: string): string {
  for (const line of text.split('\n')) asIs(line, 'a string without escapes', '(?!)');
  return text;
}

export const LEXIS: Readonly<Record<Language, Lexis>> = {
  python: { strings: [python], comment: /#/y },
  typescript: javascript,
  javascript,
  json,
  java: { strings: [escaped(/"""|"/y, ESCAPES.java, { close: (open) => open[0] })], comment: /\/\//y, block: true, skip: CHARACTER },
  csharp,
  go: {
    strings: [escaped(/"/y, ESCAPES.go), raw(/`/y, 'a raw string', () => '`')],
    comment: /\/\//y,
    block: true,
    skip: CHARACTER,
  },
  rust,
  php: {
    strings: [escaped(/"/y, ESCAPES.php, { hole: () => ['{$', '}'] }), plain('a single-quoted string')],
    comment: /\/\/|#(?!\[)/y,
    block: true,
  },
  ruby: {
    strings: [escaped(/"/y, ESCAPES.ruby, { hole: () => ['#{', '}'] }), plain('a single-quoted string')],
    comment: /#/y,
  },
  c,
  cpp: c,
  kotlin: {
    strings: [
      {
        ...raw(
          /"""/y,
          'a raw string',
          () => '["$]',
          () => '"""',
        ),
        hole: () => ['${', '}'],
      },
      escaped(/"/y, ESCAPES.kotlin, { hole: () => ['${', '}'] }),
    ],
    comment: /\/\//y,
    block: true,
    skip: CHARACTER,
  },
  swift: {
    strings: [
      raw(
        /(#+)("""|")/y,
        'a raw string',
        () => '["\\\\]',
        (open) => open[2]! + open[1]!,
      ),
      escaped(/"""|"/y, ESCAPES.swift, { close: (open) => open[0], hole: () => ['\\(', ')'] }),
    ],
    comment: /\/\//y,
    block: true,
  },
  shellscript: shell,
  yaml: {
    strings: [
      // Quotes that begin a value; anywhere else they are letters of a plain one.
      escaped(/(?<=(?:^|[-:,[{?]|![^\s]*)\s*)"/y, ESCAPES.yaml),
      {
        open: /(?<=(?:^|[-:,[{?]|![^\s]*)\s*)'/y,
        backslash: no,
        doubled: true,
        body: (text) => asIs(text, 'a single-quoted string', '(?!)').replaceAll("'", "''"),
      },
    ],
    comment: /(?<!\S)#/y,
  },
  toml: {
    strings: [
      escaped(/"""|"/y, ESCAPES.toml, { close: (open) => open[0] }),
      raw(
        /'''|'/y,
        'a literal string',
        () => "'",
        (open) => open[0],
      ),
    ],
    comment: /#/y,
  },
};
