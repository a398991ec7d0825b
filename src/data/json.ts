import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { parseTree, visit, type ParseError } from 'jsonc-parser';
import { fail } from '../spec/problem';
import { firstBytes } from './encoding';
import { shorten, type Row } from './row';

/** A JSON array is read at once, unlike JSON lines. */
const MOST_BYTES = 200_000_000;

/** The rows of a .json file: an array of objects, or JSON lines under that name. @throws TaskError */
export async function* jsonRows(path: string, file: string): AsyncGenerator<Row> {
  const { bytes } = await firstBytes(path);
  yield* /^\uFEFF?\s*\[/.test(bytes.toString('utf8')) ? jsonArray(path, file) : jsonLines(path, file);
}

/** The rows of a JSON lines file. @throws TaskError */
export async function* jsonLines(path: string, file: string): AsyncGenerator<Row> {
  let line = 0;
  for await (const raw of linesOf(path)) {
    line++;
    const text = (line === 1 ? raw.replace(/^\uFEFF/, '') : raw).trim();
    if (!text) continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      fail({ file, line }, 'data.notJson', { reason: (error as Error).message, shown: shorten(text) });
    }
    yield rowOf(value, text, file, line);
  }
}

async function* jsonArray(path: string, file: string): AsyncGenerator<Row> {
  if ((await stat(path)).size > MOST_BYTES) fail({ file }, 'data.arrayTooLarge', { limit: MOST_BYTES });
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  let values: unknown[];
  try {
    values = JSON.parse(text) as unknown[];
  } catch (error) {
    const errors: ParseError[] = [];
    parseTree(text, errors);
    const lines = text.slice(0, errors[0]?.offset).split(/\r\n|\n|\r/);
    const shown = shorten(text.split(/\r\n|\n|\r/)[lines.length - 1]!);
    fail({ file, line: lines.length }, 'data.notJson', { reason: (error as Error).message, shown });
  }
  const lines = elementLines(text);
  for (const [i, value] of values.entries()) yield rowOf(value, JSON.stringify(value), file, lines[i]!);
}

/** The line that each element of an array begins on. */
function elementLines(text: string): number[] {
  const lines: number[] = [];
  let depth = 0;
  const value = (line: number): void => {
    if (depth === 1) lines.push(line + 1);
  };
  const begin = (_offset: number, _length: number, line: number): void => {
    value(line);
    depth++;
  };
  const end = (): void => {
    depth--;
  };
  visit(text, {
    onObjectBegin: begin,
    onArrayBegin: begin,
    onObjectEnd: end,
    onArrayEnd: end,
    onLiteralValue: (_value, _offset, _length, line) => value(line),
  });
  return lines;
}

function rowOf(value: unknown, text: string, file: string, line: number): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail({ file, line }, 'data.notObject', { shown: shorten(text) });
  const all = Object.entries(value);
  const fields = all.filter(([, field]) => ['string', 'number', 'boolean'].includes(typeof field));
  const nested = all.filter((entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null);
  return {
    line,
    fields: Object.fromEntries(fields.map(([name, field]) => [name, String(field)])),
    ...(nested.length > 0 && { nested: Object.fromEntries(nested) }),
  };
}

/** The lines of a file. (From Node 24 on, readline also ends a line at U+2028, which JSON allows in a string.) */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    // A carriage return that ends the chunk may be half of a CRLF.
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
}
