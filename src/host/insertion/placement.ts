/** A place in a document, both counted from 0. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** A text that replaces what is between two places. */
export interface Edit {
  readonly start: Place;
  readonly end: Place;
  readonly text: string;
}

/** Where a function goes, and how its language and the editor write code. */
interface Target {
  readonly lines: readonly string[];
  readonly start: Place;
  readonly end: Place;
  readonly python: boolean;
  /** One level of indentation. */
  readonly unit: string;
}

const ENDS_FLOW = /^\s*(?:return|raise|throw|break|continue)\b/;
const CLOSES = /^\s*(?:[}\])]|$)/;

/**
 * Puts a function on lines of its own, indented as its place is, with blank lines around it: one, and two at the top level of
 * Python. Inside a block that the line opens, it is one level deeper; it never splits a statement, and goes before a statement
 * after which nothing is reached.
 */
export function placed(code: readonly string[], { lines, start, end, python, unit }: Target): Edit {
  const line = lines[start.line]!;
  let before = line.slice(0, start.character);
  let behind = lines[end.line]!.slice(end.character);
  const indent = /^[ \t]*/.exec(before)![0];
  const opens = (text: string): boolean => (python ? /:\s*(?:#.*)?$/ : /\{\s*$/).test(text);
  const blanksFor = (inside: string): number => (python && inside === '' ? 2 : 1);
  const above = lines.slice(0, start.line);
  const below = lines.slice(end.line + 1);
  const indented = (inside: string): string => code.map((one) => (one === '' ? '' : inside + one)).join('\n');

  /** Line breaks for blank lines after the lines above, as far as they are missing. */
  const gapAbove = (blanks: number): string => {
    const last = above.findLastIndex((one) => one.trim() !== '');
    return last < 0 || opens(above[last]!) ? '' : '\n'.repeat(Math.max(0, blanks - (above.length - 1 - last)));
  };

  if (ENDS_FLOW.test(before)) {
    const at = { line: start.line, character: 0 };
    const blanks = blanksFor(indent);
    return { start: at, end: at, text: `${gapAbove(blanks)}${indented(indent)}\n${'\n'.repeat(blanks)}` };
  }
  const empty = start.line === end.line && start.character === end.character;
  if (empty && before.trim() !== '' && !CLOSES.test(behind)) [before, behind] = [line, ''];
  const inside = opens(before) ? indent + unit : indent;
  const blanks = blanksFor(inside);
  const opening = before.trim() === '' ? gapAbove(blanks) : `\n${opens(before) ? '' : '\n'.repeat(blanks)}`;
  let closing = '';
  if (behind.trim() !== '') closing = `\n${CLOSES.test(behind) ? indent : '\n'.repeat(blanks) + inside}`;
  else {
    const next = below.findIndex((one) => one.trim() !== '');
    if (next >= 0 && !CLOSES.test(below[next]!)) closing = '\n'.repeat(Math.max(0, blanks - next));
  }
  return {
    start: { line: start.line, character: before.trim() === '' ? 0 : before.length },
    end: empty && behind === '' ? { line: start.line, character: line.length } : end,
    text: opening + indented(inside) + closing,
  };
}

/** Where each inserted text ends after all are inserted, in the order given. The ranges do not overlap. */
export function endsOfInsertions(edits: readonly Edit[]): Place[] {
  const ends = new Array<Place>(edits.length);
  const order = edits
    .map((edit, i) => ({ ...edit, i }))
    .sort((a, b) => a.start.line - b.start.line || a.start.character - b.start.character);
  /** How far the text after the last edit has moved: lines, and characters on the line where the edit ended. */
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
