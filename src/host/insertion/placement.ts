import type { PromptFunction } from './promptFunction';

/** A place in a document, both counted from 0. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/**
 * A function's code as it goes between what stands before and behind the cursor on their lines. A block gets lines of its own
 * and the indentation of the line that it is put on.
 */
export function placed({ lines, placement }: PromptFunction, before: string, behind: string): string {
  if (placement === 'text') return lines.join('\n');
  const indent = /^[ \t]*/.exec(before)![0];
  const code = lines.map((line, i) => (i === 0 || line === '' ? line : indent + line)).join('\n');
  if (placement === 'inline') return code;
  const opening = before.trim() === '' ? '' : `\n${indent}`;
  const closing = behind.trim() === '' ? '' : `\n${indent}`;
  return opening + code + closing;
}

/** Where each inserted text ends when all have been put in, in the order given. The ranges do not overlap. */
export function endsOfInsertions(edits: readonly { readonly start: Place; readonly end: Place; readonly text: string }[]): Place[] {
  const ends = new Array<Place>(edits.length);
  const order = edits
    .map((edit, i) => ({ ...edit, i }))
    .sort((a, b) => a.start.line - b.start.line || a.start.character - b.start.character);
  /** How far what stands behind the last edit has moved: lines, and characters on the line that the edit ended on. */
  let moved = { lines: 0, line: -1, characters: 0 };
  for (const { start, end, text, i } of order) {
    const line = start.line + moved.lines;
    const character = start.character + (start.line === moved.line ? moved.characters : 0);
    const lines = text.split(/\r\n|\r|\n/);
    const last = lines.at(-1)!;
    const place = { line: line + lines.length - 1, character: lines.length === 1 ? character + last.length : last.length };
    ends[i] = place;
    moved = { lines: place.line - end.line, line: end.line, characters: place.character - end.character };
  }
  return ends;
}
