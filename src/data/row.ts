/** One row of a data file: its fields by column name, and the line that it begins on. */
export interface Row {
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
  /** Fields of JSON that are lists or objects. */
  readonly nested?: Readonly<Record<string, object>>;
  /** The row has quotes that CSV would double, read as text. */
  readonly bareQuotes?: boolean;
}

export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}
