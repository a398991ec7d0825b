import { readFileSync } from 'node:fs';
import { formatProblem } from '../../src/spec/problem';
import type { Worded } from '../../src/wording/wording';

/** Stand for a text and a number among the arguments of a message, where a test cannot know them. */
export const ANY = '\uE000';
export const SOME = 987_654_321;

/** A text as a pattern, in which `ANY` and `SOME` stand for whatever is there, as groups. */
export function pattern(text: string): RegExp {
  const parts = text.split(/(\uE000|987,?654,?321)/);
  const escaped = parts.map((part) =>
    part === ANY ? '(.+?)' : /^987,?654,?321$/.test(part) ? '([\\d,]+)' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`${escaped.join('')}$`, 'm');
}

/**
 * An error as the command line prints it, at the place of a field in a spec.
 * @param field with the fields that it is in, such as `search.steps`
 */
export function problemAt(spec: string, field: string, message: Worded): string {
  const name = `"${field.split('.').at(-1)!}":`;
  const lines = readFileSync(spec, 'utf8').split('\n');
  const at = lines.findIndex((text) => text.trimStart().startsWith(name));
  return formatProblem({ severity: 'error', file: spec, line: at + 1, column: lines[at]!.indexOf(name) + 1, field, ...message });
}
