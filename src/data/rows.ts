import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { checkText } from './encoding';
import { fail, TaskError } from '../spec/problem';

/** One row of a data file: its fields by column name, and the line that it ends on. */
export interface Row {
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** Endings of the files that are read. */
const READ = ['.csv', '.tsv', '.jsonl'];

/** A field longer than this is taken for a quote that was never closed, so that memory stays flat. */
const MAX_FIELD = 1_000_000;

/**
 * Streams the rows of a .csv, .tsv or .jsonl file; empty lines are passed over.
 * CSV is RFC 4180 (quoted fields, doubled quotes); TSV has no quoting, so a bare `"` is text.
 * @throws TaskError naming file, line and what was found
 */
export async function* readRows(file: string, shown = file): AsyncGenerator<Row> {
  const extension = extname(file).toLowerCase();
  try {
    // The CSV reader reads little-endian UTF-16 by its byte order mark.
    if (READ.includes(extension)) await checkText(file, shown, extension !== '.jsonl');
    if (extension === '.csv') yield* delimited(file, shown, ',');
    else if (extension === '.tsv') yield* delimited(file, shown, '\t');
    else if (extension === '.jsonl') yield* jsonLines(file, shown);
    else
      fail({
        file: shown,
        message: 'this kind of data file is not known',
        found: extension || 'no extension',
        expected: '.csv, .tsv or .jsonl',
      });
  } catch (error) {
    throw readable(error, shown);
  }
}

function readable(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const messages: Record<string, string> = {
    ENOENT: 'there is no such data file',
    EISDIR: 'this is a folder, not a data file',
    EACCES: 'the data file cannot be opened: permission denied',
  };
  if (error instanceof TaskError || code === undefined || !(code in messages)) return error;
  return new TaskError([{ severity: 'error', file, message: messages[code]!, expected: 'a path relative to the task spec' }]);
}

/** A record of a delimited file, and the line that it ends on. */
interface Parsed {
  readonly record: string[];
  readonly line: number;
}

async function* delimited(file: string, shown: string, delimiter: string): AsyncGenerator<Row> {
  const quoted = delimiter === ',';
  let columns: string[] | undefined;
  // The line that the last whole record ends on: a broken one begins behind it.
  let end = 0;
  // csv-parse counts a CRLF inside quotes as two lines.
  let counted = 0;
  const parser = pipeline(
    createReadStream(file),
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
        // The library's types have it that a record stays an array.
        return { record, line: end } satisfies Parsed as unknown as string[];
      },
    }),
    // The reader of `parser` gets every error; without this a missing file would end the process.
    () => undefined,
  );
  try {
    for await (const { record, line } of parser as AsyncIterable<Parsed>) {
      if (record.length === 1 && record[0]!.trim() === '') continue;
      if (!columns) {
        columns = record.map((name) => name.trim());
        const twice = columns.find((name, i) => columns!.indexOf(name) !== i);
        if (twice !== undefined)
          fail({
            file: shown,
            line,
            message: 'two columns have the same name',
            found: JSON.stringify(twice),
            expected: 'a header with distinct names',
          });
        continue;
      }
      if (record.length !== columns.length) {
        fail({
          file: shown,
          line,
          message: 'this row has another number of fields than the header',
          found: `${record.length} fields: ${shorten(record.join(delimiter === '\t' ? ' ⇥ ' : ', '))}`,
          expected: `${columns.length} fields: ${columns.join(', ')}${quoted && record.length > columns.length ? ' (put text that holds a comma in "quotes")' : ''}`,
        });
      }
      yield { line, fields: Object.fromEntries(columns.map((name, i) => [name, record[i]!])) };
    }
  } catch (error) {
    if (error instanceof CsvError) {
      const tooLong = error.code === 'CSV_MAX_RECORD_SIZE';
      const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED' || tooLong;
      fail({
        file: shown,
        line: end + 1,
        message: !quoted ? 'this row is too long' : unclosed ? 'a quoted field is never closed' : 'this row is not well-formed CSV',
        found: tooLong ? `a row of more than ${MAX_FIELD} bytes` : unclosed ? 'the end of the file inside quotes' : shorten(error.message),
        expected: quoted
          ? 'a quote inside a quoted field written twice (""), and a closing quote before the comma or line end'
          : `rows of at most ${MAX_FIELD} bytes`,
      });
    }
    throw error;
  } finally {
    parser.destroy();
  }
}

async function* jsonLines(file: string, shown: string): AsyncGenerator<Row> {
  let line = 0;
  for await (const raw of linesOf(file)) {
    line++;
    const text = (line === 1 ? raw.replace(/^\uFEFF/, '') : raw).trim();
    if (!text) continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      fail({
        file: shown,
        line,
        message: `not valid JSON: ${(error as Error).message}`,
        found: shorten(text),
        expected: 'one JSON object on each line',
      });
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      fail({
        file: shown,
        line,
        message: 'not a JSON object',
        found: shorten(text),
        expected: 'one JSON object on each line, such as {"text": "…", "label": "…"}',
      });
    }
    const fields: Record<string, string> = {};
    for (const [name, field] of Object.entries(value)) {
      if (typeof field === 'string') fields[name] = field;
      else if (typeof field === 'number' || typeof field === 'boolean') fields[name] = String(field);
    }
    yield { line, fields };
  }
}

/** The lines of a file. (From Node 24 on, readline also ends a line at U+2028, which JSON allows in a string.) */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
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
