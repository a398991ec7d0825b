import { fail } from '../spec/problem';
import type { Spec } from '../spec/spec';
import { FileColumns, firstNamed, INPUT_NAMES, knownColumn } from './columns';
import { readRows } from './rows';

/** An input of a data file, with its line there. */
interface Input {
  readonly text: string;
  readonly line: number;
}

/**
 * The inputs of a data file, with or without labels: the column that the spec names, else by its name, else the only one. Rows
 * without a text are left out. @param file the name for messages. @throws TaskError
 */
export async function readInputs(spec: Spec, path: string, file: string): Promise<Input[]> {
  const rows: { readonly fields: Readonly<Record<string, string>>; readonly line: number }[] = [];
  const columns = new FileColumns(file);
  for await (const row of readRows(path, file)) {
    rows.push({ fields: row.fields, line: row.line });
    columns.add(row);
  }
  if (rows.length === 0) fail({ file }, 'data.noRows');
  const column = inputColumn(spec, columns, file);
  return rows.flatMap(({ fields, line }) => {
    const text = fields[column]?.trim() ?? '';
    return text === '' ? [] : [{ text, line }];
  });
}

function inputColumn(spec: Spec, found: FileColumns, file: string): string {
  const { input } = spec.data;
  if (input !== undefined) return knownColumn(spec, found, 'input', input, file);
  const columns = [...found.names];
  const usual = firstNamed(INPUT_NAMES, columns);
  if (usual !== undefined) return usual;
  found.refuseNested(INPUT_NAMES, 'input');
  return columns.length === 1 ? columns[0]! : fail({ file }, 'data.unclearColumn', { file, field: 'input', columns });
}
