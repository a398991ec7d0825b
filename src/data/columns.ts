import { TaskError } from '../spec/problem';
import type { Row } from './rows';
import type { Spec } from '../spec/spec';

export const INPUT_NAMES = ['text', 'sentence', 'input', 'review', 'content', 'message', 'question'];
export const LABEL_NAMES = ['label', 'class', 'category', 'target', 'sentiment', 'topic'];

/** Which columns hold text and class: as the spec says, else by their names, else the only one left. @throws TaskError */
export function findColumns(spec: Spec, row: Row, file: string): { input: string; label: string } {
  const names = Object.keys(row.fields);
  const pick = (field: 'input' | 'label', common: string[], other?: string): string => {
    const asked = spec.data[field];
    if (asked !== undefined) {
      if (!names.includes(asked)) {
        throw new TaskError([
          spec.problemAt(['data', field], {
            message: `${file} has no such column`,
            found: JSON.stringify(asked),
            expected: `one of ${names.join(', ')}`,
            fixes: names
              .slice(0, 8)
              .map((value) => ({ title: `Change to ${JSON.stringify(value)}`, path: ['data', field], change: { value } })),
          }),
        ]);
      }
      return asked;
    }
    const known = common.flatMap((name) => names.find((column) => column !== other && column.toLowerCase() === name) ?? [])[0];
    if (known !== undefined) return known;
    const rest = names.filter((name) => name !== other);
    if (other !== undefined && rest.length === 1) return rest[0]!;
    throw new TaskError([
      spec.problemAt(['data'], {
        message: `cannot tell which column of ${file} is the ${field === 'input' ? 'text' : 'class'}`,
        found: names.join(', '),
        expected:
          names.length === 1 && names[0]!.includes(';') ? 'commas between the columns, not semicolons' : `"${field}": one of these columns`,
      }),
    ]);
  };
  const label = pick('label', LABEL_NAMES, spec.data.input);
  return { label, input: pick('input', INPUT_NAMES, label) };
}
