import { worded } from '../wording/wording';
import { fail, setTo, TaskError } from '../spec/problem';
import type { Spec } from '../spec/spec';
import { shorten, type Row } from './row';

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

export interface Guessed {
  readonly input: string | undefined;
  readonly label: string | undefined;
  readonly references: readonly string[];
}

/** The columns that a spec does not name; undefined where they are called `text`, `label` and `reference`. */
export function guessedColumns({ data }: Spec, { input, label, references }: Columns): Guessed | undefined {
  const guessed = {
    input: data.input === undefined ? input : undefined,
    label: data.label === undefined ? label : undefined,
    references: data.reference === undefined ? references : [],
  };
  const odd = [[guessed.input, 'text'], [guessed.label, 'label'], ...guessed.references.map((name) => [name, 'reference'])].some(
    ([name, usual]) => name !== undefined && name.toLowerCase() !== usual,
  );
  return odd ? guessed : undefined;
}

type Field = 'input' | 'label' | 'reference';

/** The columns of a file. */
export class FileColumns {
  readonly names = new Set<string>();
  /** Columns that are lists or objects, with the first row that has them. */
  private readonly nested = new Map<string, Row>();

  constructor(private readonly file: string) {}

  add(row: Row): void {
    for (const name of Object.keys(row.fields)) this.names.add(name);
    for (const name of Object.keys(row.nested ?? {})) if (!this.nested.has(name)) this.nested.set(name, row);
  }

  /** Refuses a column that is a list or an object in the rows that have it. @throws TaskError */
  refuseNested(names: readonly string[], field: Field): void {
    const nested = [...this.nested.keys()].filter((column) => !this.names.has(column));
    const name = nested.find((column) => column === names[0]) ?? firstNamed(names, nested);
    if (name === undefined) return;
    const { line, nested: { [name]: value } = {} } = this.nested.get(name)!;
    fail({ file: this.file, line, field: name }, 'data.nested', {
      field,
      list: Array.isArray(value),
      shown: shorten(JSON.stringify(value)),
    });
  }
}

/** A column that the spec names. @throws TaskError where the file does not have it */
export function knownColumn({ problemAt }: Spec, found: FileColumns, field: Field, column: string, file: string): string {
  if (found.names.has(column)) return column;
  found.refuseNested([column], field);
  const columns = [...found.names];
  const fixes = columns.slice(0, 8).map((name) => setTo(['data', field], name));
  throw new TaskError(problemAt(['data', field], { ...worded('data.noColumn', { file, column, columns }), fixes }));
}

/** Which columns hold text and class: as the spec says, else by their names, else the only one left. @throws TaskError */
export function findColumns(spec: Spec, found: FileColumns, file: string): Columns {
  const columns = [...found.names];
  const known = (field: Field, column: string): string => knownColumn(spec, found, field, column, file);
  const pick = (field: 'input' | 'label', names: readonly string[], others?: readonly string[]): string => {
    const column = spec.data[field];
    if (column !== undefined) return known(field, column);
    const rest = columns.filter((name) => !others?.includes(name));
    const usual = firstNamed(names, rest);
    if (usual !== undefined) return usual;
    const only = others && rest.length === 1 ? rest[0] : undefined;
    // Beside a "text" or a "label" that is a list, the only other column is more likely an id.
    found.refuseNested(only === undefined || field === 'input' ? names : names.slice(0, 1), field);
    if (only !== undefined) return only;
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
    return { label: undefined, references, input: pick('input', INPUT_NAMES, references) };
  }
  const text = spec.data.input ?? firstNamed(INPUT_NAMES, columns);
  const label = pick('label', LABEL_NAMES, text === undefined ? undefined : [text]);
  return { label, references: [], input: pick('input', INPUT_NAMES, [label]) };
}

/** The column with the first of some names, whatever its capitals. */
export function firstNamed(names: readonly string[], columns: readonly string[]): string | undefined {
  return names.flatMap((name) => columns.find((column) => column.toLowerCase() === name) ?? [])[0];
}
