import type { JSONPath } from 'jsonc-parser';
import { word, worded, type Args, type Code, type Text } from '../wording/wording';

/** A quick fix of a task spec: an edit that an editor can make on a click. */
export interface Fix extends Change {
  readonly title: string;
  /** Changes that belong to it. */
  readonly also?: readonly Change[];
}

interface Change {
  /** Of the field in the spec. */
  readonly path: readonly (string | number)[];
  /** The field's new name, its new value, or that it is removed. */
  readonly change: { readonly name: string } | { readonly value: unknown } | 'remove';
}

/** One thing that is wrong in a user's file. */
export interface Problem extends Text {
  readonly severity: 'error' | 'warning';
  readonly code: Code;
  readonly args: readonly unknown[];
  /** Path as the user wrote it, or absolute. */
  readonly file: string;
  /** 1-based. */
  readonly line?: number | undefined;
  /** 1-based. */
  readonly column?: number | undefined;
  /** Field of the spec (`data.train`) or column of the data. */
  readonly field?: string | undefined;
  readonly fixes?: readonly Fix[] | undefined;
}

/** A warning about a spec as a note of its run, which names the field. */
export function problemNote({ field, message, found }: Pick<Problem, 'field' | 'message' | 'found'>): { readonly warning: string } {
  return { warning: `${field === undefined ? '' : `${field}: `}${message}${found === undefined ? '' : ` (${found})`}` };
}

/** Makes a problem at the place of a spec's field (the nearest enclosing one that the file has). */
export type ProblemAt = (path: JSONPath, problem: Pick<Problem, 'code' | 'args' | 'message'> & Partial<Problem>) => Problem;

/** Bad input: every problem that was found, not just the first. */
export class TaskError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[]) {
    const all = [problems].flat();
    super(all.map(formatProblem).join('\n'));
    this.name = 'TaskError';
    this.problems = all;
  }
}

export function fail<C extends Code>(place: Pick<Problem, 'file' | 'line' | 'column' | 'field'>, code: C, ...args: Args<C>): never {
  throw new TaskError({ severity: 'error', ...place, ...worded(code, ...args) });
}

export function formatProblem(p: Problem): string {
  const place = [p.file, p.line, p.line === undefined ? undefined : p.column].filter((part) => part !== undefined).join(':');
  const lines = [`${place}: ${p.severity}: ${p.field === undefined ? '' : `${p.field}: `}${p.message}`];
  if (p.found !== undefined) lines.push(`  found:    ${p.found}`);
  if (p.expected !== undefined) lines.push(`  expected: ${p.expected}`);
  return lines.join('\n');
}

/** The fix that gives a field a value. */
export function setTo(path: Fix['path'], value: unknown, title = word('spec.fixValue', { value })): Fix {
  return { title, path, change: { value } };
}
