import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import { fail } from '../spec/problem';
import { firstBytes, firstText } from './encoding';
import { shorten, type Row } from './row';

/** A longer field is taken for a quote that was never closed, so that memory stays flat. */
const MAX_FIELD = 1_000_000;
/** Rows that tell the delimiter. */
const SNIFFED = 20;
const DELIMITERS = [',', ';', '\t', '|'];
/** The first line by which Excel is told the delimiter. */
const DECLARED = /^\uFEFF?"?sep=([^"\r\n])"?(\r\n|\n|\r)/i;
const FORMAT = { bom: true, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true };

/** A record of a delimited file, the line that it begins on, and its text. */
interface Parsed {
  readonly record: string[];
  readonly line: number;
  readonly raw: string | undefined;
}

/** The rows of a CSV file, whose delimiter its first rows tell. @throws TaskError */
export async function* csvRows(path: string, file: string): AsyncGenerator<Row> {
  const declared = DECLARED.exec(await firstText(path))?.[1];
  yield* delimited(path, file, declared ?? (await sniff(path)), true, declared !== undefined);
}

/** The rows of a TSV file: it has no quoting. @throws TaskError */
export function tsvRows(path: string, file: string): AsyncGenerator<Row> {
  return delimited(path, file, '\t', false);
}

async function* delimited(path: string, file: string, delimiter: string, quoted: boolean, declared = false): AsyncGenerator<Row> {
  let columns: string[] | undefined;
  // The line that the last whole record ends on: a broken one begins on the next.
  let end = 0;
  // csv-parse counts a CRLF inside quotes as two lines.
  let counted = 0;
  const parser = pipeline(
    createReadStream(path),
    parse({
      ...FORMAT,
      delimiter,
      quote: quoted ? '"' : false,
      relax_quotes: quoted,
      raw: quoted,
      max_record_size: MAX_FIELD,
      on_record: (given, { lines }) => {
        // With `raw`, the library gives the record beside its text, which its types do not say.
        const { record, raw } = quoted ? (given as unknown as Parsed) : { record: given, raw: undefined };
        for (const field of record) counted += field.split('\r\n').length - 1;
        const line = end + 1;
        end = lines - counted;
        return { record, line, raw } satisfies Parsed as unknown as string[];
      },
    }),
    // The reader of `parser` gets every error; without this callback a missing file would end the process.
    () => undefined,
  );
  try {
    for await (const { record, line, raw } of parser as AsyncIterable<Parsed>) {
      if ((record.length === 1 && record[0]!.trim() === '') || (declared && line === 1)) continue;
      if (!columns) {
        columns = record.map((name) => name.trim());
        const name = columns.find((name, i) => name !== '' && columns!.indexOf(name) !== i);
        if (name !== undefined) fail({ file, line }, 'data.duplicateColumn', { name });
        continue;
      }
      const bare = raw !== undefined && record.some((field) => field.includes('"')) && reread(raw, record, columns.length, delimiter);
      if (bare instanceof CsvError) fail({ file, line }, 'data.badCsv', { reason: shorten(bare.message.replace(/ at line \d+/, '')) });
      const fields = bare || record;
      if (fields.length !== columns.length) {
        const shown = shorten(fields.join(quoted ? `${delimiter} ` : ' ⇥ '));
        fail({ file, line }, 'data.fieldCount', { fields: fields.length, columns, shown, delimiter: quoted ? delimiter : undefined });
      }
      // Spreadsheets write columns without a name beside the table.
      const named = columns.flatMap((name, i) => (name === '' ? [] : [[name, fields[i]!] as const]));
      yield { line, fields: Object.fromEntries(named), ...(bare && { bareQuotes: true }) };
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

/**
 * The fields of a row with quotes that RFC 4180 does not allow: quotes after backslashes, else quotes that are text.
 * False where RFC 4180 reads the row; the error where it does not and the fields are in doubt, as with a quote left open.
 */
function reread(raw: string, relaxed: string[], columns: number, delimiter: string): string[] | false | CsvError {
  const read = (escape: string): string[] => parseNow(raw, { ...FORMAT, delimiter, escape })[0]!;
  try {
    read('"');
    return false;
  } catch (error) {
    if (/[\r\n]/.test(raw.trim())) return error as CsvError;
    try {
      const fields = read('\\');
      if (fields.length === columns) return fields;
    } catch {
      // No backslashes.
    }
    return relaxed.length === columns ? relaxed : (error as CsvError);
  }
}

/** The delimiter that splits the first rows most evenly; a comma where several do. */
async function sniff(path: string): Promise<string> {
  const { bytes, whole } = await firstBytes(path);
  const evenness = (delimiter: string): number => {
    const counts: number[] = [];
    try {
      const count = (record: string[]): void => {
        if (record.length > 1 || record[0]!.trim() !== '') counts.push(record.length);
      };
      parseNow(bytes, { ...FORMAT, delimiter, relax_quotes: true, to: SNIFFED, on_record: count as never });
    } catch {
      // A quote that is open where the bytes end.
    }
    // The last row may be cut.
    if (!whole && counts.length > 1 && counts.length < SNIFFED) counts.pop();
    return counts[0]! > 1 ? counts.filter((count) => count === counts[0]).length / counts.length : 0;
  };
  const scores = DELIMITERS.map((delimiter) => ({ delimiter, score: evenness(delimiter) }));
  return scores.reduce((best, other) => (other.score > best.score ? other : best)).delimiter;
}
