import type { Quoting, StringForm } from './quoting';

/** The string that is open at the end of a piece of a line. */
interface OpenString {
  readonly form: StringForm;
  readonly open: RegExpExecArray;
}

type Frame =
  /** Code; in a hole of a string, it ends with `end`, and `depth` counts the brackets between. */
  | { readonly kind: 'code'; readonly end?: string; depth: number }
  | ({ readonly kind: 'string' } & OpenString)
  /** A comment of several lines. */
  | { readonly kind: 'block' };

/** Lines above the cursor beyond which no string is looked for that begins there. */
const MOST_LINES = 20_000;

/** What is open at the end of some lines: many prompts may be written for one place. */
const known = new WeakMap<readonly string[], readonly Frame[]>();

/** The string literal that a cursor is in. @param above the lines before its line, whose strings of several lines may reach it */
export function openString(before: string, quoting: Quoting, above: readonly string[] = []): OpenString | undefined {
  const frames = framesAfter(above, quoting).map((frame) => ({ ...frame }));
  if (!read(before, quoting, frames)) return undefined;
  const last = frames.at(-1)!;
  return last.kind === 'string' ? last : undefined;
}

function framesAfter(above: readonly string[], quoting: Quoting): readonly Frame[] {
  const found = known.get(above);
  if (found) return found;
  const frames: Frame[] = [{ kind: 'code', depth: 0 }];
  if (above.length <= MOST_LINES && quoting.strings.some(({ multiline }) => multiline))
    for (const line of above) {
      read(line, quoting, frames);
      // A string of one line ends with it, whatever it lacks.
      const ended = frames.findIndex((frame) => frame.kind === 'string' && !frame.form.multiline?.(frame.open));
      if (ended >= 0) frames.length = ended;
    }
  known.set(above, frames);
  return frames;
}

/** Reads a line; false where its end is in a comment that ends with it. */
function read(line: string, quoting: Quoting, frames: Frame[]): boolean {
  for (let at = 0; at < line.length;) {
    const frame = frames.at(-1)!;
    const next =
      frame.kind === 'code'
        ? code(line, at, quoting, frame, frames)
        : frame.kind === 'string'
          ? string(line, at, frame, frames)
          : block(line, at, frames);
    if (next === undefined) return false;
    at = next;
  }
  return true;
}

function block(line: string, at: number, frames: Frame[]): number {
  const end = line.indexOf('*/', at);
  if (end < 0) return line.length;
  frames.pop();
  return end + 2;
}

/** Reads a piece of code, up to the place returned; undefined in a comment that reaches to the end. */
function code(
  line: string,
  at: number,
  { comment, block: hasBlocks, strings, skip }: Quoting,
  frame: Frame & { kind: 'code' },
  frames: Frame[],
): number | undefined {
  if (matchAt(comment, line, at)) return undefined;
  if (hasBlocks && line.startsWith('/*', at)) {
    frames.push({ kind: 'block' });
    return at + 2;
  }
  for (const form of strings) {
    const open = matchAt(form.open, line, at);
    if (open) {
      frames.push({ kind: 'string', form, open });
      return at + open[0].length;
    }
  }
  const skipped = matchAt(skip, line, at);
  if (skipped) return at + skipped[0].length;
  if (frame.end !== undefined) {
    if (line.startsWith(frame.end, at) && frame.depth === 0) {
      frames.pop();
      return at + frame.end.length;
    }
    if (line[at] === (frame.end === ')' ? '(' : '{')) frame.depth++;
    if (line[at] === frame.end[0]) frame.depth--;
  }
  return at + 1;
}

/** Reads a piece of a string. */
function string(line: string, at: number, { form, open }: OpenString, frames: Frame[]): number {
  const hole = form.hole?.(open);
  if (hole && line.startsWith(hole[0], at)) {
    if (hole[0][0] === '{' && line.startsWith('{', at + hole[0].length)) return at + hole[0].length + 1;
    frames.push({ kind: 'code', end: hole[1], depth: 0 });
    return at + hole[0].length;
  }
  if (!form.noBackslash && line[at] === '\\') return at + 2;
  const close = form.close?.(open) ?? open[0].at(-1)!;
  if (line.startsWith(close, at)) {
    if (form.doubled && line.startsWith(close, at + close.length)) return at + 2 * close.length;
    frames.pop();
    return at + close.length;
  }
  return at + 1;
}

function matchAt(pattern: RegExp | undefined, line: string, at: number): RegExpExecArray | null {
  if (!pattern) return null;
  pattern.lastIndex = at;
  return pattern.exec(line);
}
