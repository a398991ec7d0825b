import { InsertionError } from './insertionError';

/** How the strings of a language write characters that cannot be in them as they are. */
export interface Escapes {
  /** A character without a short escape, by its code point. @throws InsertionError when the language cannot hold it */
  readonly code: (codePoint: number) => string;
  /** Characters besides the backslash and the quote that get a backslash. */
  readonly also?: string;
  /** Escape everything beyond ASCII, because compilers may not read the file as UTF-8. */
  readonly ascii?: boolean;
  /** The language's name in messages, if its strings are UTF-8 and so cannot hold a lone surrogate. */
  readonly utf8?: string;
  /** Character sequences with a meaning, in the escaped text. */
  readonly sequences?: (escaped: string) => string;
}

const SHORT: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** As Python's `str.isprintable`: no control, format, unassigned, or private characters, and no space but the usual one. */
export const PRINTABLE = /^(?: |[^\p{C}\p{Z}])*$/u;

/** A text as it is between quotes; each character of `quotes` gets a backslash. */
export function escapeText(text: string, { code, also = '', ascii, utf8, sequences }: Escapes, quotes: string): string {
  const escaped = Array.from(text, (character) => {
    const codePoint = character.codePointAt(0)!;
    if (utf8 !== undefined && codePoint >= 0xd800 && codePoint <= 0xdfff)
      throw new InsertionError('loneSurrogate', hex(codePoint, 4), utf8);
    if (`\\${quotes}${also}`.includes(character)) return `\\${character}`;
    if (PRINTABLE.test(character) && !(ascii && codePoint > 0x7e)) return character;
    return SHORT[character] ?? code(codePoint);
  }).join('');
  return sequences?.(escaped) ?? escaped;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Three digits, so that no digit after them can join in. */
export const octal = (value: number): string => `\\${value.toString(8).padStart(3, '0')}`;

export const byte = (value: number): string => `\\x${hex(value, 2)}`;

/** `\uXXXX`, or `\UXXXXXXXX` beyond the first plane. */
export const uU = (codePoint: number): string => (codePoint > 0xffff ? `\\U${hex(codePoint, 8)}` : `\\u${hex(codePoint, 4)}`);

/** One `\uXXXX` for each UTF-16 unit. */
export const units = (codePoint: number): string =>
  String.fromCodePoint(codePoint)
    .split('')
    .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
    .join('');

export const braces = (codePoint: number): string => `\\u{${codePoint.toString(16)}}`;

/** Octal escapes of the UTF-8 bytes: no source or execution charset matters. */
export const octalBytes = (codePoint: number): string => Array.from(Buffer.from(String.fromCodePoint(codePoint)), octal).join('');
