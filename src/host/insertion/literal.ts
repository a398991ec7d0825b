import { escapeText, PRINTABLE } from './escapes';
import type { FoundPrompt } from './found';
import { languageOf } from './languages';
import { openString } from './openString';
import { QUOTING } from './quoting';

/** Languages of data: what is put in their strings is filled into a template later, which has its own spaces. */
const DATA: readonly unknown[] = [QUOTING.json, QUOTING.yaml, QUOTING.toml];

/**
 * A prompt as a string to insert after the beginning of a line. In code it keeps the space that the template puts before it,
 * so that appending the string to the input gives the text that was scored.
 * @throws InsertionError when the string cannot hold the prompt
 */
export function promptString({ prompt, parts }: FoundPrompt, languageId: string, before: string): string {
  const language = languageOf(languageId);
  const at = parts.findIndex(({ kind }) => kind === 'prompt');
  const part = parts[at];
  const spaced = language && !DATA.includes(language.quoting) && prompt !== '' && at > 0 && part?.kind === 'prompt' && part.space;
  const hasSpace = spaced && /\s$/.test(before) && openString(before, language.quoting) !== undefined;
  return literalAt(spaced && !hasSpace ? ` ${prompt}` : prompt, languageId, before);
}

/**
 * A text to insert after the beginning of a line: inside a string literal, escaped for that string; elsewhere, a literal.
 * @throws InsertionError when the string cannot hold the text
 */
export function literalAt(text: string, languageId: string, before: string): string {
  const language = languageOf(languageId);
  // After an open backtick of Markdown, the text is in a code span already.
  if (!language) return (before.match(/`/g) ?? []).length % 2 === 1 ? text : literal(text, languageId);
  const inside = openString(before, language.quoting);
  return inside ? inside.form.body(text, inside.open) : literal(text, languageId);
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
