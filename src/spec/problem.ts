/** A plain mend of a task spec: what an editor can do on a click. */
export interface Fix {
  readonly title: string;
  /** Of the field in the spec. */
  readonly path: readonly (string | number)[];
  /** The field's new name, its new value, or that it goes. */
  readonly change: { readonly name: string } | { readonly value: unknown } | 'remove';
}

/** One thing that is wrong in a user's file, said so that they can mend it. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Path as the user wrote it, or absolute. */
  readonly file: string;
  /** 1-based. */
  readonly line?: number | undefined;
  /** 1-based. */
  readonly column?: number | undefined;
  /** Field of the spec (`data.train`) or column of the data. */
  readonly field?: string | undefined;
  readonly message: string;
  readonly found?: string | undefined;
  readonly expected?: string | undefined;
  readonly fixes?: readonly Fix[] | undefined;
}

/** Bad input: every problem that was found, not just the first. */
export class TaskError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'TaskError';
  }
}

export function fail(problem: Omit<Problem, 'severity'>): never {
  throw new TaskError([{ severity: 'error', ...problem }]);
}

export function formatProblem(p: Problem): string {
  const place = [p.file, p.line, p.line === undefined ? undefined : p.column].filter((part) => part !== undefined).join(':');
  const lines = [`${place}: ${p.severity}: ${p.field === undefined ? '' : `${p.field}: `}${p.message}`];
  if (p.found !== undefined) lines.push(`  found:    ${p.found}`);
  if (p.expected !== undefined) lines.push(`  expected: ${p.expected}`);
  return lines.join('\n');
}
