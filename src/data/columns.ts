import { worded } from '../wording/wording';
import { setTo, TaskError } from '../spec/problem';
import type { Spec } from '../spec/spec';

export const INPUT_NAMES = ['text', 'sentence', 'input', 'review', 'content', 'message', 'question'];
export const LABEL_NAMES = ['label', 'class', 'category', 'target', 'sentiment', 'topic'];

export interface Columns {
  readonly input: string;
  readonly label: string;
}

/** Which columns hold text and class: as the spec says, else by their names, else the only one left. @throws TaskError */
export function findColumns(spec: Spec, columns: readonly string[], file: string): Columns {
  const pick = (field: 'input' | 'label', names: readonly string[], other?: string): string => {
    const column = spec.data[field];
    if (column !== undefined) {
      if (columns.includes(column)) return column;
      const fixes = columns.slice(0, 8).map((name) => setTo(['data', field], name));
      throw new TaskError(spec.problemAt(['data', field], { ...worded('data.noColumn', { file, column, columns }), fixes }));
    }
    const rest = columns.filter((name) => name !== other);
    const found = firstNamed(names, rest) ?? (other !== undefined && rest.length === 1 ? rest[0] : undefined);
    if (found !== undefined) return found;
    throw new TaskError(spec.problemAt(['data'], worded('data.unclearColumn', { file, field, columns })));
  };
  const label = pick('label', LABEL_NAMES, spec.data.input);
  return { label, input: pick('input', INPUT_NAMES, label) };
}

/** The column with the first of some names, whatever its capitals. */
export function firstNamed(names: readonly string[], columns: readonly string[]): string | undefined {
  return names.flatMap((name) => columns.find((column) => column.toLowerCase() === name) ?? [])[0];
}
