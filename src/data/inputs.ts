import { fail, TaskError } from '../spec/problem';
import type { Spec } from '../spec/spec';
import { worded } from '../wording/wording';
import { firstNamed, INPUT_NAMES } from './columns';
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
  for await (const { fields, line } of readRows(path, file)) rows.push({ fields, line });
  if (rows.length === 0) fail({ file }, 'data.noRows');
  const columns = [...new Set(rows.flatMap(({ fields }) => Object.keys(fields)))];
  const column = inputColumn(spec, columns, file);
  return rows.flatMap(({ fields, line }) => {
    const text = fields[column]?.trim() ?? '';
    return text === '' ? [] : [{ text, line }];
  });
}

function inputColumn({ data, problemAt }: Spec, columns: readonly string[], file: string): string {
  if (data.input !== undefined) {
    if (columns.includes(data.input)) return data.input;
    throw new TaskError(problemAt(['data', 'input'], worded('data.noColumn', { file, column: data.input, columns })));
  }
  const found = firstNamed(INPUT_NAMES, columns) ?? (columns.length === 1 ? columns[0] : undefined);
  return found ?? fail({ file }, 'data.unclearColumn', { file, field: 'input', columns });
}
