import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { worded } from '../wording/wording';
import { fail, TaskError } from '../spec/problem';
import type { Spec } from '../spec/spec';
import { findColumns, type Columns } from './columns';
import { isUtf8 } from './encoding';
import { readRows } from './rows';
import { Sample, type SplitName } from './sample';

const MOST_LABELS = 64;

/** Reads a file into one bounded sample for each label; `classes` are those of train, for the other splits. */
export async function readSplit(
  spec: Spec,
  name: SplitName,
  perClass: number,
  seed: number,
  classes?: readonly string[],
): Promise<Map<string, Sample>> {
  const file = spec.data[name]!;
  const path = resolve(spec.folder, file);
  if (!existsSync(path)) throw new TaskError(spec.problemAt(['data', name], worded('data.missing', { name: file })));
  const samples = new Map<string, Sample>();
  let columns: Columns | undefined;
  let checked = false;
  const named = spec.labels && Object.keys(spec.labels);
  for await (const row of readRows(path, file)) {
    columns ??= findColumns(spec, row, file);
    const place = { file, line: row.line };
    const text = row.fields[columns.input];
    const label = row.fields[columns.label]?.trim();
    if (text === undefined || label === undefined) {
      const field = text === undefined ? columns.input : columns.label;
      fail({ ...place, field }, 'data.noField', { field, fields: Object.keys(row.fields) });
    }
    const atLabel = { ...place, field: columns.label };
    if (text.trim() === '') fail({ ...place, field: columns.input }, 'data.emptyText');
    if (label === '') fail(atLabel, 'data.emptyLabel', { classes: named });
    if (!checked && `${text}${label}`.includes('\uFFFD')) {
      checked = true;
      if (!(await isUtf8(path))) fail(place, 'data.notUtf8');
    }
    let sample = samples.get(label);
    if (!sample) {
      if (named && !named.includes(label)) fail(atLabel, 'data.labelWithoutWord', { label, spec: spec.file, classes: named });
      if (classes && !classes.includes(label)) fail(atLabel, 'data.newClass', { label, classes });
      if (samples.size >= MOST_LABELS) fail(atLabel, 'data.tooManyLabels', { label, limit: MOST_LABELS });
      sample = new Sample(perClass, seed);
      samples.set(label, sample);
    }
    sample.add({ text: text.trim(), label, file, line: row.line });
  }
  if (samples.size === 0) fail({ file }, 'data.noRows');
  return samples;
}
