import { codeSpan } from './codeSpan';
import { ESCAPES, escapeText } from './escapes';
import { languageOf, type Language } from './languages';
import { openString } from './openString';

/**
 * A text as a string literal of a language, on one line; in Markdown as a code span where it holds markup. Prose, and languages whose strings are not known here, get the bare
 * text: a guessed escape could change it unseen.
 * @throws InsertionError when the language's strings cannot hold the text
 */
export function literal(text: string, languageId: string): string {
  const language = languageOf(languageId);
  if (language !== undefined) return quoted(text, language);
  return languageId === 'markdown' ? codeSpan(text) : text;
}

/**
 * What to insert behind the beginning of a line: inside a string literal the text escaped for that string, anywhere else a
 * literal.
 * @throws InsertionError when the string cannot hold the text
 */
export function literalAt(text: string, languageId: string, before: string): string {
  const language = languageOf(languageId);
  // Behind an open backtick the text stands in a code span already.
  if (language === undefined) return (before.match(/`/g) ?? []).length % 2 === 1 ? text : literal(text, languageId);
  const inside = openString(before, language);
  return inside ? inside.form.body(text, inside.open) : quoted(text, language);
}

export function quoted(text: string, language: Language): string {
  const escaped = (quote: string): string => escapeText(text, ESCAPES[language], quote);
  if (language === 'shellscript') {
    // Between single quotes everything is itself; `$'…'` is for what has to be escaped (bash, zsh, ksh, POSIX.1-2024).
    return /^(?: |[^\p{C}\p{Z}])*$/u.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `$'${escaped("'")}'`;
  }
  const string = `"${escaped('"')}"`;
  // A char array made into a std::string would end at the NUL.
  if (language === 'cpp' && text.includes('\0')) return `std::string(${string}, ${Buffer.byteLength(text)})`;
  return string;
}
