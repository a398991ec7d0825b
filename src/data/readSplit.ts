import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { findColumns } from './columns';
import { isUtf8 } from './encoding';
import { fail, TaskError, type Problem } from '../spec/problem';
import { readRows, type Row } from './rows';
import { Sample, type SplitName } from './sample';
import type { Spec } from '../spec/spec';

/** Reads a file into one bounded sample for each label; `classes` are those that train has. */
export async function readSplit(
  spec: Spec,
  name: SplitName,
  perClass: number,
  seed: number,
  classes?: readonly string[],
): Promise<Map<string, Sample>> {
  const shown = spec.data[name]!;
  const file = resolve(spec.folder, shown);
  if (!existsSync(file)) {
    throw new TaskError([
      spec.problemAt(['data', name], {
        message: 'there is no such data file',
        found: JSON.stringify(shown),
        expected: `a path relative to ${spec.file}`,
      }),
    ]);
  }
  const samples = new Map<string, Sample>();
  let columns: { input: string; label: string } | undefined;
  let checked = false;
  for await (const row of readRows(file, shown)) {
    columns ??= findColumns(spec, row, shown);
    const text = row.fields[columns.input];
    const label = row.fields[columns.label]?.trim();
    if (text === undefined || label === undefined) {
      const field = text === undefined ? columns.input : columns.label;
      fail({
        file: shown,
        line: row.line,
        field,
        message: 'this row lacks the field, or it is no text or number',
        found: Object.keys(row.fields).join(', ') || 'no usable field',
        expected: `"${field}"`,
      });
    }
    if (text.trim() === '')
      fail({ file: shown, line: row.line, field: columns.input, message: 'the text is empty', found: '""', expected: 'some text' });
    if (label === '')
      fail({
        file: shown,
        line: row.line,
        field: columns.label,
        message: 'the label is empty',
        found: '""',
        expected: labelsExpected(spec),
      });
    if (!checked && `${text}${label}`.includes('\uFFFD')) {
      checked = true;
      if (!(await isUtf8(file))) {
        fail({
          file: shown,
          line: row.line,
          message: 'the file is not UTF-8',
          found: 'bytes that are no UTF-8 text',
          expected: 'a file saved as UTF-8',
        });
      }
    }
    let sample = samples.get(label);
    if (!sample) {
      if (spec.labels && !Object.hasOwn(spec.labels, label)) {
        throw new TaskError([labelWithoutWord(spec, shown, row, columns.label, label)]);
      }
      if (classes && !classes.includes(label)) {
        fail({
          file: shown,
          line: row.line,
          field: columns.label,
          message: 'a class that the training rows do not have',
          found: JSON.stringify(label),
          expected: `one of ${classes.join(', ')}`,
        });
      }
      if (samples.size >= 64) {
        fail({
          file: shown,
          line: row.line,
          field: columns.label,
          message: 'more than 64 different labels',
          found: JSON.stringify(label),
          expected: 'a column of classes; set data.label to name it',
        });
      }
      sample = new Sample(perClass, seed);
      samples.set(label, sample);
    }
    sample.add({ text: text.trim(), label, file: shown, line: row.line });
  }
  if (samples.size === 0)
    fail({ file: shown, message: 'the file has no rows', found: 'nothing below the header', expected: 'labelled rows' });
  return samples;
}

function labelsExpected(spec: Spec): string {
  return spec.labels ? `one of ${Object.keys(spec.labels).join(', ')}` : 'a class';
}

function labelWithoutWord(spec: Spec, file: string, row: Row, column: string, label: string): Problem {
  return {
    severity: 'error',
    file,
    line: row.line,
    field: column,
    message: `a label without a word: "labels" in ${spec.file} has none for it`,
    found: JSON.stringify(label),
    expected: labelsExpected(spec),
  };
}
