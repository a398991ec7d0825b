/** A text without spaces around it and without capitals. */
export function fold(text: string): string {
  return text.trim().toLowerCase();
}

/** Drops quotation marks, asterisks and the like before a word. */
export function withoutMarks(text: string): string {
  const folded = fold(text);
  return folded.replace(/^[^\p{L}\p{N}]+/u, '') || folded;
}

/** Ends in a script that puts no spaces between words. */
export const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]$/u;
