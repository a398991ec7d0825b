/** What CommonMark may read as markup rather than as the character. */
const MARKUP = /[\\`*_<>[\]&~#|!]|^[-+=]|^\d+[.)]|^\s|\s$|\s\s|\n/;

/**
 * A text that Markdown shows as it is: bare where nothing in it is markup, else a code span (CommonMark 6.1), whose fence is longer
 * than any run of backticks inside. A code span shows a line break as a space.
 */
export function codeSpan(text: string): string {
  if (!MARKUP.test(text)) return text;
  const fence = '`'.repeat(Math.max(1, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length + 1)));
  // One space on each side is taken away again, and keeps backticks and spaces of the text's own ends apart from the fence.
  const apart = /^[`\s]|[`\s]$/.test(text) && text.trim() !== '' ? ' ' : '';
  return `${fence}${apart}${text}${apart}${fence}`;
}
