import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { fail } from '../spec/problem';
import { checkText } from './encoding';

/** One row of a data file: its fields by column name, and the line that it ends on. */
export interface Row {
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** A longer field is taken for a quote that was never closed, so that memory stays flat. */
const MAX_FIELD = 1_000_000;

/**
 * Streams the rows of a .csv, .tsv or .jsonl file, without empty lines.
 * CSV is RFC 4180 (quoted fields, doubled quotes); TSV has no quoting, so a bare `"` is text.
 * @param file the name for messages
 * @throws TaskError naming file, line and what was found
 */
export async function* readRows(path: string, file = path): AsyncGenerator<Row> {
  const extension = extname(path).toLowerCase();
  if (!['.csv', '.tsv', '.jsonl'].includes(extension)) fail({ file }, 'data.unknownKind', { extension });
  try {
    // The CSV reader reads little-endian UTF-16 by its byte order mark.
    await checkText(path, file, extension !== '.jsonl');
    yield* extension === '.jsonl' ? jsonLines(path, file) : delimited(path, file, extension === '.csv' ? ',' : '\t');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') fail({ file }, 'data.missing', {});
    if (code === 'EISDIR') fail({ file }, 'data.isFolder');
    if (code === 'EACCES') fail({ file }, 'data.noPermission');
    throw error;
  }
}

/** A record of a delimited file, and the line that it ends on. */
interface Parsed {
  readonly record: string[];
  readonly line: number;
}

async function* delimited(path: string, file: string, delimiter: ',' | '\t'): AsyncGenerator<Row> {
  const quoted = delimiter === ',';
  let columns: string[] | undefined;
  // The line that the last whole record ends on: a broken one begins on the next.
  let end = 0;
  // csv-parse counts a CRLF inside quotes as two lines.
  let counted = 0;
  const parser = pipeline(
    createReadStream(path),
    parse({
      delimiter,
      bom: true,
      quote: quoted ? '"' : false,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      max_record_size: MAX_FIELD,
      on_record: (record, { lines }) => {
        for (const field of record) counted += field.split('\r\n').length - 1;
        end = lines - counted;
        // The library's types say that a record stays an array.
        return { record, line: end } satisfies Parsed as unknown as string[];
      },
    }),
    // The reader of `parser` gets every error; without this callback a missing file would end the process.
    () => undefined,
  );
  try {
    for await (const { record, line } of parser as AsyncIterable<Parsed>) {
      if (record.length === 1 && record[0]!.trim() === '') continue;
      if (!columns) {
        columns = record.map((name) => name.trim());
        const name = columns.find((name, i) => columns!.indexOf(name) !== i);
        if (name !== undefined) fail({ file, line }, 'data.duplicateColumn', { name });
        continue;
      }
      if (record.length !== columns.length) {
        const shown = shorten(record.join(quoted ? ', ' : ' ⇥ '));
        fail({ file, line }, 'data.fieldCount', { fields: record.length, columns, shown, quoted });
      }
      yield { line, fields: Object.fromEntries(columns.map((name, i) => [name, record[i]!])) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const place = { file, line: end + 1 };
    const tooLong = error.code === 'CSV_MAX_RECORD_SIZE';
    if (!quoted) fail(place, 'data.rowTooLong', { limit: MAX_FIELD });
    if (tooLong || error.code === 'CSV_QUOTE_NOT_CLOSED') fail(place, 'data.quoteNotClosed', { limit: tooLong ? MAX_FIELD : undefined });
    fail(place, 'data.badCsv', { reason: shorten(error.message) });
  } finally {
    parser.destroy();
  }
}

async function* jsonLines(path: string, file: string): AsyncGenerator<Row> {
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
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      fail({ file, line }, 'data.notObject', { shown: shorten(text) });
    const fields = Object.entries(value).filter(([, field]) => ['string', 'number', 'boolean'].includes(typeof field));
    yield { line, fields: Object.fromEntries(fields.map(([name, field]) => [name, String(field)])) };
  }
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

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}
