import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { worded } from '../wording/wording';
import { foldLabel, ignoreCase } from '../spec/labels';
import { fail, TaskError } from '../spec/problem';
import type { Spec } from '../spec/spec';
import { FileColumns, findColumns, type Columns } from './columns';
import { isUtf8 } from './encoding';
import { readRows } from './rows';
import { Sample, type SplitName } from './sample';
import { warning, type Note } from '../wording/note';

const MOST_LABELS = 64;
/** Rows that tell the columns: a row of JSON may lack some. */
const FIRST_ROWS = 100;
const LINES_SHOWN = 3;

interface Reading {
  readonly perClass: number;
  readonly seed: number;
  /** Those of train, for the other splits. */
  readonly classes?: readonly string[];
  /** Gets what the user should know. */
  readonly notes: Note[];
}

interface SplitFile {
  /** By label. */
  readonly samples: Map<string, Sample>;
  readonly columns: Columns;
}

/** Counts rows that have something in common, with the lines of the first. */
function add(rows: { count: number; readonly lines: number[] }, line: number): void {
  if (++rows.count <= LINES_SHOWN) rows.lines.push(line);
}

/** Reads a file into one bounded sample for each label; rows without text or label are skipped. @throws TaskError */
export async function readSplit(spec: Spec, name: SplitName, { perClass, seed, classes, notes }: Reading): Promise<SplitFile> {
  const file = spec.data[name]!;
  const path = resolve(spec.folder, file);
  if (!existsSync(path)) throw new TaskError(spec.problemAt(['data', name], worded('data.missing', { name: file })));
  const columns = await columnsOf(spec, path, file);
  const samples = new Map<string, Sample>();
  const none = (): { count: number; lines: number[] } => ({ count: 0, lines: [] });
  const [noText, noLabel, bareQuotes] = [none(), none(), none()];
  let checked = false;
  const named = spec.labels && Object.keys(spec.labels);
  const spellings = new Map((classes ?? named ?? []).map((label) => [foldLabel(label), label]));
  for await (const row of readRows(path, file)) {
    const text = row.fields[columns.input]?.trim() ?? '';
    const references = columns.references.map((name) => row.fields[name]?.trim() ?? '').filter((reference) => reference !== '');
    const written = columns.label === undefined ? '' : (row.fields[columns.label]?.trim() ?? '');
    const lacks = columns.label === undefined ? columns.references.length > 0 && references.length === 0 : written === '';
    if (!checked && `${text}${written}`.includes('\uFFFD')) {
      checked = true;
      if (!(await isUtf8(path))) fail({ file, line: row.line }, 'data.notUtf8');
    }
    if (text === '' || lacks) {
      add(text === '' ? noText : noLabel, row.line);
      continue;
    }
    if (row.bareQuotes) add(bareQuotes, row.line);
    const twin = spellings.get(foldLabel(written));
    const label = spec.data.ignoreCase ? (twin ?? written) : written;
    if (twin === undefined && !classes && !named) spellings.set(foldLabel(written), written);
    let sample = samples.get(label);
    if (!sample) {
      const known = classes ?? named;
      if (known && !known.includes(label)) {
        const place = { file, line: row.line, field: columns.label };
        if (twin !== undefined)
          throw new TaskError(
            spec.problemAt(named ? ['labels', twin] : ['data', name], {
              ...worded('data.labelSpelling', { ...place, label, twin }),
              fixes: [ignoreCase([label, twin])],
            }),
          );
        if (named && !named.includes(label)) fail(place, 'data.labelWithoutWord', { label, spec: spec.file, classes: named });
        fail(place, 'data.newClass', { label, classes: known });
      }
      if (samples.size >= MOST_LABELS)
        fail({ file, line: row.line, field: columns.label }, 'data.tooManyLabels', { label, limit: MOST_LABELS });
      sample = new Sample(perClass, seed);
      samples.set(label, sample);
    }
    sample.add({ text, label, file, line: row.line, ...(columns.label === undefined && { references }) });
  }
  if (samples.size === 0) fail({ file }, 'data.noUsableRows', { columns, noText, noLabel });
  if (noText.count + noLabel.count > 0)
    notes.push(warning('data.skipped', { split: name, noText, noLabel, ofTexts: columns.label === undefined }));
  if (bareQuotes.count > 0) notes.push(warning('data.bareQuotes', { split: name, ...bareQuotes }));
  return { samples, columns };
}

async function columnsOf(spec: Spec, path: string, file: string): Promise<Columns> {
  const columns = new FileColumns(file);
  let rows = 0;
  for await (const row of readRows(path, file)) {
    columns.add(row);
    if (++rows === FIRST_ROWS) break;
  }
  if (rows === 0) fail({ file }, 'data.noRows');
  return findColumns(spec, columns, file);
}
