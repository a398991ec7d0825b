import { amount, count as number } from './numbers';

const rows = (count: number): string => amount(count, 'row');
const UTF8 = 'a file saved as UTF-8';
const QUOTES = 'a quote inside a quoted field written twice (""), and a closing quote before the delimiter or line end';
const DELIMITER: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' };
const fieldCount = (count: number): string => (count === 1 ? '1 field' : `${count} fields`);

/** What to do about a CSV row with more fields than the header. */
function quoteOrDelimit(delimiter: string, columns: number): string {
  const quotes = `put text that contains a ${DELIMITER[delimiter] ?? JSON.stringify(delimiter)} in "quotes"`;
  return columns === 1 ? `${quotes}; columns are separated by commas, semicolons, tabs or vertical bars` : quotes;
}
const RELATIVE = 'a path relative to the task spec';
const classesExpected = (classes: readonly string[]): string => `one of ${classes.join(', ')}`;

/** Rows with something in common. */
interface Some {
  readonly count: number;
  /** Those of the first rows. */
  readonly lines: readonly number[];
}

function atLines({ count, lines }: Some): string {
  return `${count > lines.length ? 'first at ' : 'at '}${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
}

/** "8 rows without a label, first at lines 9, 59, 109". */
function someRows(noText: Some, noLabel: Some, label = 'a label'): string {
  const some = (rowsFound: Some, what: string): string => `${rows(rowsFound.count)} without ${what}, ${atLines(rowsFound)}`;
  return [...(noLabel.count > 0 ? [some(noLabel, label)] : []), ...(noText.count > 0 ? [some(noText, 'text')] : [])].join('; ');
}

interface Noted {
  readonly split: string;
  readonly count: number;
}

/** Messages of `data/`. */
export const dataWording = {
  'data.missing': ({ name }: { name?: string }) => ({
    message: 'there is no such data file',
    ...(name !== undefined && { found: JSON.stringify(name) }),
    expected: RELATIVE,
  }),
  'data.isFolder': () => ({ message: 'this is a folder, not a data file', expected: RELATIVE }),
  'data.noPermission': () => ({ message: 'the data file cannot be opened: permission denied', expected: RELATIVE }),
  'data.unknownKind': ({ extension }: { extension: string }) => ({
    message: 'unknown kind of data file',
    found: extension || 'no extension',
    expected: '.csv, .tsv, .jsonl, .ndjson or .json',
  }),
  'data.gzip': () => ({ message: 'the file is compressed with gzip', expected: 'the file inside: unpack it first' }),
  'data.zip': () => ({
    message: 'the file is a ZIP archive or an Excel workbook',
    expected: 'the file inside: unpack it, or save the sheet as CSV',
  }),
  'data.utf16': () => ({ message: 'the file is not UTF-8', found: 'UTF-16', expected: UTF8 }),
  'data.binary': () => ({ message: 'the file is not text in UTF-8', found: 'NUL bytes, as in binary files', expected: UTF8 }),
  'data.notUtf8': () => ({ message: 'the file is not UTF-8', found: 'bytes that are not UTF-8 text', expected: UTF8 }),

  'data.duplicateColumn': ({ name }: { name: string }) => ({
    message: 'two columns have the same name',
    found: JSON.stringify(name),
    expected: 'a header with distinct names',
  }),
  'data.fieldCount': ({
    fields,
    columns,
    shown,
    delimiter,
  }: {
    fields: number;
    columns: readonly string[];
    shown: string;
    delimiter: string | undefined;
  }) => ({
    message: 'this row and the header have different numbers of fields',
    found: `${fieldCount(fields)}: ${shown}`,
    expected: `${fieldCount(columns.length)}: ${columns.join(', ')}${delimiter !== undefined && fields > columns.length ? ` (${quoteOrDelimit(delimiter, columns.length)})` : ''}`,
  }),
  'data.rowTooLong': ({ limit }: { limit: number }) => ({
    message: 'this row is too long',
    found: `a row of more than ${number(limit)} bytes`,
    expected: `rows of at most ${number(limit)} bytes`,
  }),
  'data.quoteNotClosed': ({ limit }: { limit: number | undefined }) => ({
    message: 'a quoted field is never closed',
    found: limit === undefined ? 'the end of the file inside quotes' : `a row of more than ${number(limit)} bytes`,
    expected: QUOTES,
  }),
  'data.badCsv': ({ reason }: { reason: string }) => ({ message: 'this row is not well-formed CSV', found: reason, expected: QUOTES }),
  'data.notJson': ({ reason, shown }: { reason: string; shown: string }) => ({
    message: `not valid JSON: ${reason}`,
    found: shown,
    expected: 'one JSON object on each line',
  }),
  'data.arrayTooLarge': ({ limit }: { limit: number }) => ({
    message: 'this JSON array is too large to be read at once',
    found: `more than ${number(limit)} bytes`,
    expected: 'a .jsonl file, with one JSON object on each line',
  }),
  'data.notObject': ({ shown }: { shown: string }) => ({
    message: 'not a JSON object',
    found: shown,
    expected: 'one JSON object on each line, such as {"text": "…", "label": "…"}',
  }),

  'data.noRows': () => ({ message: 'the file has no rows', found: 'nothing below the header', expected: 'labeled rows' }),
  'data.noColumn': ({ file, column, columns }: { file: string; column: string; columns: readonly string[] }) => ({
    message: `${file} has no such column`,
    found: JSON.stringify(column),
    expected: `one of ${columns.join(', ')}`,
  }),
  'data.unclearColumn': ({ file, field, columns }: { file: string; field: 'input' | 'label'; columns: readonly string[] }) => {
    const what = field === 'input' ? 'text' : 'label';
    if (columns.length === 1)
      return {
        message: `${file} has one column only`,
        found: columns[0],
        expected: `a second column with the ${what} of each row${field === 'label' ? ', which only "kind": "generation" does without' : ''}`,
      };
    return {
      message: `cannot tell which column of ${file} is the ${what}`,
      found: columns.join(', ') || 'no column',
      expected: `"${field}" in "data": the name of one of these columns`,
    };
  },
  'data.nested': ({ field, list, shown }: { field: 'input' | 'label' | 'reference'; list: boolean; shown: string }) => ({
    message: `this is ${list ? 'a list' : 'an object'}, and the ${field === 'input' ? 'text' : field} of a row is a string`,
    found: shown,
    expected: `a string, or another field as "${field}" in "data"`,
  }),
  'data.noUsableRows': ({
    columns: { input, label, references },
    noText,
    noLabel,
  }: {
    columns: { input: string; label: string | undefined; references: readonly string[] };
    noText: Some;
    noLabel: Some;
  }) => ({
    message: label === undefined ? 'no row has all that the task needs' : 'no row has both a text and a label',
    found: someRows(noText, noLabel, label === undefined ? 'a reference' : undefined),
    expected: `rows with text in "${input}"${label === undefined ? references.map((name) => ` and a reference in "${name}"`).join(' or') : ` and a class in "${label}"`}`,
  }),
  'data.labelSpelling': ({ file, line, label, twin }: { file: string; line: number; label: string; twin: string }) => ({
    message: `${file}:${line} spells this label differently`,
    found: JSON.stringify(label),
    expected: `${JSON.stringify(twin)}, or "ignoreCase": true in "data"`,
  }),
  'data.twinLabels': ({ file, labels, counts }: { file: string; labels: readonly string[]; counts: readonly number[] }) => ({
    message: 'these labels differ only in capitals or spaces, but are different classes',
    found: `${labels.map((label, i) => `${JSON.stringify(label)} (${rows(counts[i]!)})`).join(', ')} in ${file}`,
    expected: '"ignoreCase": true in "data", if they are one class',
  }),
  'data.labelWithoutWord': ({ label, spec, classes }: { label: string; spec: string; classes: readonly string[] }) => ({
    message: `this label has no word: "labels" in ${spec} does not list it`,
    found: JSON.stringify(label),
    expected: classesExpected(classes),
  }),
  'data.newClass': ({ label, classes }: { label: string; classes: readonly string[] }) => ({
    message: 'no training row has this class',
    found: JSON.stringify(label),
    expected: classesExpected(classes),
  }),
  'data.tooManyLabels': ({ label, limit }: { label: string; limit: number }) => ({
    message: `more than ${limit} different labels`,
    found: JSON.stringify(label),
    expected: 'a column of classes; set data.label to name it',
  }),
  'data.classWithoutRow': ({ file, labels }: { file: string; labels: readonly string[] }) => ({
    message: `${file} has no row of this class`,
    found: `labels there: ${labels.join(', ')}`,
    expected: 'at least one row of each class, or one class fewer',
  }),
  'data.oneClass': ({ classes }: { classes: readonly string[] }) => ({
    message: 'only one class: there is nothing to tell apart',
    found: classes.join(', '),
    expected: 'rows of two classes or more',
  }),
  'data.emptySplit': ({ split, own, dropped, earlier }: { split: string; own: boolean; dropped: number; earlier: readonly string[] }) => ({
    message: `no row is left for the ${split} split`,
    found: dropped === 0 ? '0 rows' : `${rows(dropped)}, with the same texts as ${earlier.join(' and ')}`,
    expected: own ? `a ${split} file with other texts` : `more rows, or a separate ${split} file`,
  }),

  'data.classes': ({ file, classes, counts }: { file: string; classes: readonly string[]; counts: readonly number[] }) => {
    const shown = classes.slice(0, 12).map((label, i) => `${label} ${number(counts[i]!)}`);
    const all = counts.reduce((a, b) => a + b, 0);
    return `${file}: ${rows(all)} in ${classes.length} classes: ${shown.join(', ')}${classes.length > shown.length ? ` and ${classes.length - shown.length} more` : ''}`;
  },
  /** As "Texts from the column "Message", labels from "Category"", without a full stop. */
  'data.guessedColumns': ({
    input,
    label,
    references,
  }: {
    input: string | undefined;
    label: string | undefined;
    references: readonly string[];
  }) => {
    const named = [
      ...(input === undefined ? [] : [{ what: 'texts', columns: [input] }]),
      ...(label === undefined ? [] : [{ what: 'labels', columns: [label] }]),
      ...(references.length === 0 ? [] : [{ what: 'references', columns: references }]),
    ];
    const parts = named.map(
      ({ what, columns }, i) => `${what} from ${i === 0 ? 'the column ' : ''}${columns.map((name) => JSON.stringify(name)).join(' and ')}`,
    );
    const text = parts.join(', ');
    return text.charAt(0).toUpperCase() + text.slice(1);
  },
  'data.drawnFromTrain': ({ split, count }: Noted) =>
    `${split}: no file given, so ${rows(count)} ${count === 1 ? 'was' : 'were'} drawn from train and kept out of it`,
  'data.skipped': ({ split, noText, noLabel, ofTexts = false }: { split: string; noText: Some; noLabel: Some; ofTexts?: boolean }) =>
    `${split}: skipped ${someRows(noText, noLabel, ofTexts ? 'a reference' : undefined)}`,
  'data.references': ({ rows, mean, most }: { rows: number; mean: number; most: number }) =>
    `references of ${number(rows)} rows: ${mean.toFixed(0)} words on average, the longest ${number(most)}`,
  'data.longReferences': ({ long, of, maxTokens }: { long: number; of: number; maxTokens: number }) => ({
    message: `In ${number(long)} of ${number(of)} rows, the shortest reference has more words than a text may have tokens (${number(maxTokens)}), so no text can reach it`,
    expected: 'a larger "generation.maxTokens", or shorter references',
  }),
  'data.referencesRepeat': ({ repeated, of }: { repeated: number; of: number }) => ({
    message: `In ${number(repeated)} of ${number(of)} rows, a reference is the input itself, so a text that repeats the input scores well there`,
    expected: 'the column with the right outputs',
  }),
  'data.rows': ({ file, rows: count }: { file: string; rows: number }) => `${file}: ${rows(count)}`,
  'data.bareQuotes': ({ split, count, lines }: Some & { split: string }) =>
    `${split}: ${rows(count)} with quotes that are not doubled as CSV requires; read as text (${atLines({ count, lines })})`,
  'data.duplicates': ({ split, count }: Noted) =>
    `${split}: ${count === 1 ? '1 duplicate row was' : `${number(count)} duplicate rows were`} left out`,
  'data.leftOut': ({ split, count, of }: Noted & { of: number }) => `${split}: ${number(count)} of ${rows(of)} were left out by the draw`,
  'data.sameText': ({ split, count, earlier }: Noted & { earlier: readonly string[] }) =>
    `${split}: ${rows(count)} dropped, because ${earlier.join(' or ')} has the same text`,
  'data.classMissing': ({ split, classes }: { split: string; classes: readonly string[] }) =>
    `${split}: no row of ${classes.map((label) => JSON.stringify(label)).join(', ')}`,
  'data.conflict': ({ split, file, line, otherLine }: { split: string; file: string; line: number; otherLine: number }) =>
    `${split}: ${file}:${line} has the same text as line ${otherLine} under another label`,
  'data.moreConflicts': ({ count }: { count: number }) =>
    count === 1 ? '1 more text has two labels' : `${number(count)} more texts have two labels`,
};
