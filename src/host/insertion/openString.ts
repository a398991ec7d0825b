import type { Quoting, StringForm } from './quoting';

/** The string that is open at the end of a piece of a line. */
interface OpenString {
  readonly form: StringForm;
  readonly open: RegExpExecArray;
}

type Frame =
  /** Code; in a hole of a string, it ends with `end`, and `depth` counts the brackets between. */
  { readonly kind: 'code'; readonly end?: string; depth: number } | ({ readonly kind: 'string' } & OpenString);

/** The string literal that a cursor is in, as far as the line before it tells: strings from an earlier line are not seen. */
export function openString(before: string, quoting: Quoting): OpenString | undefined {
  const frames: Frame[] = [{ kind: 'code', depth: 0 }];
  for (let at = 0; at < before.length;) {
    const frame = frames.at(-1)!;
    const next = frame.kind === 'code' ? code(before, at, quoting, frame, frames) : string(before, at, frame, frames);
    if (next === undefined) return undefined;
    at = next;
  }
  const last = frames.at(-1)!;
  return last.kind === 'string' ? last : undefined;
}

/** Reads a piece of code, up to the place returned; undefined in a comment that reaches to the end. */
function code(
  line: string,
  at: number,
  { comment, block, strings, skip }: Quoting,
  frame: Frame & { kind: 'code' },
  frames: Frame[],
): number | undefined {
  if (matchAt(comment, line, at)) return undefined;
  if (block && line.startsWith('/*', at)) {
    const end = line.indexOf('*/', at + 2);
    return end < 0 ? undefined : end + 2;
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
