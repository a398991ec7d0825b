import { escapeText, PRINTABLE } from './escapes';
import type { FoundPrompt } from './found';
import { languageOf } from './languages';
import { openString } from './openString';
import { QUOTING, type Join } from './quoting';

/** Languages of data: what is put in their strings is filled into a template later, which has its own spaces. */
const DATA: readonly unknown[] = [QUOTING.json, QUOTING.yaml, QUOTING.toml];

/**
 * A prompt as a string to insert after the beginning of a line. In code it keeps the space that the template puts before it,
 * so that appending the string to the input gives the text that was scored.
 * @throws InsertionError when the string cannot hold the prompt
 */
export function promptString({ prompt, parts }: FoundPrompt, languageId: string, before: string, above: readonly string[] = []): string {
  const language = languageOf(languageId);
  const at = parts.findIndex(({ kind }) => kind === 'prompt');
  const part = parts[at];
  const spaced = language && !DATA.includes(language.quoting) && prompt !== '' && at > 0 && part?.kind === 'prompt' && part.space;
  const hasSpace = spaced && /\s$/.test(before) && openString(before, language.quoting, above) !== undefined;
  return literalAt(spaced && !hasSpace ? ` ${prompt}` : prompt, languageId, before, above);
}

/**
 * A text to insert after the beginning of a line: inside a string literal, escaped for that string; elsewhere, a literal, or,
 * of a long text, several to join.
 * @throws InsertionError when the string cannot hold the text
 */
export function literalAt(text: string, languageId: string, before: string, above: readonly string[] = []): string {
  const language = languageOf(languageId);
  // After an open backtick of Markdown, the text is in a code span already.
  if (!language) return (before.match(/`/g) ?? []).length % 2 === 1 ? text : literal(text, languageId);
  const inside = openString(before, language.quoting, above);
  if (inside) return inside.form.body(text, inside.open);
  const parts = literals(text, languageId);
  if (parts.length === 1) return parts[0]!;
  const indent = /^[ \t]*/.exec(before)![0];
  return joined(parts, language.quoting.join!, true)
    .map((line, i) => (i === 0 ? line : indent + line.replace('\t', indent.startsWith('\t') ? '\t' : '    ')))
    .join('\n');
}

/**
 * A text as a string literal of a language, on one line; in Markdown, as a code span if it has markup. Prose and unknown
 * languages get the bare text, because a guessed escape could change it.
 * @throws InsertionError when the language's strings cannot hold the text
 */
export function literal(text: string, languageId: string): string {
  const language = languageOf(languageId);
  if (!language) return languageId === 'markdown' ? codeSpan(text) : text;
  const escaped = (quote: string): string => escapeText(text, language.quoting.escapes, quote);
  // A shell takes everything between single quotes as it is; `$'…'` has escapes (bash, zsh, ksh, POSIX.1-2024).
  if (language.quoting === QUOTING.shellscript) return PRINTABLE.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `$'${escaped("'")}'`;
  const string = `"${escaped('"')}"`;
  // A std::string made from a char array would end at the NUL.
  return language.quoting === QUOTING.cpp && text.includes('\0') ? `std::string(${string}, ${Buffer.byteLength(text)})` : string;
}

/** Characters from which on a string is written on several lines, and the most characters of one. */
const [LONG, LINE] = [100, 90];

/** A text as string literals to join: one, or, of a long text, one for each line, and several for a long line. */
export function literals(text: string, languageId: string): string[] {
  const join = languageOf(languageId)?.quoting.join;
  // Where the NUL makes a call of the literal, that is one.
  const whole = text.length <= LONG || !join || (join[1] === '' && text.includes('\0'));
  const parts = whole ? [text] : text.match(new RegExp(`[^\\n]{0,${LINE}}\\n|[^\\n]{1,${LINE}}(?:[^\\S\\n]|$)|[^\\n]{1,${LINE}}`, 'gu'))!;
  return parts.map((part) => literal(part, languageId));
}

/** The lines of an expression that joins parts: one line, or one for each part, a tab deeper than what is around them. */
export function joined(parts: readonly string[], [open, between, close]: Join, apart: boolean): string[] {
  if (!apart) {
    const line = parts.join(`${between} `);
    return [open === '(' ? line : open + line + close];
  }
  const lines = parts.map((part, i) => `\t${part}${i < parts.length - 1 ? between : ''}`);
  return open === '' ? [lines[0]!.slice(1), ...lines.slice(1)] : [open, ...lines, close];
}

/** What CommonMark may read as markup rather than as the character. */
const MARKUP = /[\\`*_<>[\]&~#|!]|^[-+=]|^\d+[.)]|^\s|\s$|\s\s|\n/;

/** A code span (CommonMark 6.1), whose fence is longer than any run of backticks inside; the bare text if it has no markup. */
function codeSpan(text: string): string {
  if (!MARKUP.test(text)) return text;
  const fence = '`'.repeat(Math.max(1, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length + 1)));
  // Markdown removes one space on each side, which keeps backticks and spaces at the text's ends apart from the fence.
  const apart = /^[`\s]|[`\s]$/.test(text) && text.trim() !== '' ? ' ' : '';
  return `${fence}${apart}${text}${apart}${fence}`;
}
