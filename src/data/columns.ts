import { worded } from '../wording/wording';
import { setTo, TaskError } from '../spec/problem';
import type { Spec } from '../spec/spec';

export const INPUT_NAMES = ['text', 'sentence', 'input', 'review', 'content', 'message', 'question', 'body'];
export const LABEL_NAMES = ['label', 'class', 'category', 'target', 'sentiment', 'topic', 'intent', 'emotion'];

export const REFERENCE_NAMES = ['reference', 'expected', 'target', 'answer', 'output', 'summary'];

export interface Columns {
  readonly input: string;
  /** Undefined where rows have no classes. */
  readonly label: string | undefined;
  /** Columns with right outputs, of rows without classes. */
  readonly references: readonly string[];
}

/** Which columns hold text and class: as the spec says, else by their names, else the only one left. @throws TaskError */
export function findColumns(spec: Spec, columns: readonly string[], file: string): Columns {
  const known = (field: 'input' | 'label' | 'reference', column: string): string => {
    if (columns.includes(column)) return column;
    const fixes = columns.slice(0, 8).map((name) => setTo(['data', field], name));
    throw new TaskError(spec.problemAt(['data', field], { ...worded('data.noColumn', { file, column, columns }), fixes }));
  };
  const pick = (field: 'input' | 'label', names: readonly string[], other?: string): string => {
    const column = spec.data[field];
    if (column !== undefined) return known(field, column);
    const rest = columns.filter((name) => name !== other);
    const found = firstNamed(names, rest) ?? (other !== undefined && rest.length === 1 ? rest[0] : undefined);
    if (found !== undefined) return found;
    throw new TaskError(spec.problemAt(['data'], worded('data.unclearColumn', { file, field, columns })));
  };
  if (spec.kind === 'generation') {
    const given = [
      spec.data.reference ??
        firstNamed(
          REFERENCE_NAMES,
          columns.filter((name) => name !== spec.data.input),
        ) ??
        [],
    ].flat();
    const references = given.map((column) => known('reference', column));
    const rest = columns.filter((name) => !references.includes(name));
    const input = spec.data.input === undefined && rest.length === 1 ? rest[0]! : pick('input', INPUT_NAMES, references[0]);
    return { label: undefined, references, input };
  }
  const label = pick('label', LABEL_NAMES, spec.data.input ?? firstNamed(INPUT_NAMES, columns));
  return { label, references: [], input: pick('input', INPUT_NAMES, label) };
}

/** The column with the first of some names, whatever its capitals. */
export function firstNamed(names: readonly string[], columns: readonly string[]): string | undefined {
  return names.flatMap((name) => columns.find((column) => column.toLowerCase() === name) ?? [])[0];
}
