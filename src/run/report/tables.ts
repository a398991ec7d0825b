/** A table as rows of cells, its header first. */
export type Cells = readonly (readonly string[])[];

/** Aligned columns, for a terminal; `left` says which columns hold text. */
export function alignedTable(rows: Cells, left: ReadonlySet<number>): string {
  const [header, ...body] = rows;
  const widths = header!.map((_, c) => Math.max(...rows.map((row) => width(row[c]!))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => {
        const pad = ' '.repeat(widths[c]! - width(cell));
        return left.has(c) ? cell + pad : pad + cell;
      })
      .join('  ')
      .trimEnd();
  return [line(header!), widths.map((w) => '─'.repeat(w)).join('  '), ...body.map(line)].join('\n');
}

/** Columns that a text takes in a terminal: two for a wide character, none for a combining one. */
function width(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (ZERO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1), 0);
}

const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u;

export function escapeMarkdown(text: string): string {
  return text.replace(/[\\|`*_<>[\]&]/g, '\\$&');
}

export function markdownRows([header, ...body]: Cells): string {
  const row = (values: readonly string[]): string => `| ${values.join(' | ')} |`;
  return [row(header!), row(header!.map(() => '---')), ...body.map((cells) => row(cells.map(escapeMarkdown)))].join('\n');
}

/** RFC 4180, with a header. */
export function csvRows(rows: readonly (readonly (string | number | boolean)[])[]): string {
  const quote = (value: string | number | boolean): string =>
    /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return rows.map((row) => row.map(quote).join(',')).join('\r\n') + '\r\n';
}

/** Line breaks and other control characters as escapes, so that a prompt stays in its cell. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const SHORT: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text on one line, cut if it is long: an instruction has a place for its whole text elsewhere. */
export function cut(text: string, most = 60): string {
  const whole = visible(text);
  if (Array.from(whole).length <= most) return whole;
  const characters = Array.from(visible(text.replace(/\s+/g, ' ')));
  return `${characters.slice(0, most - 1).join('')}…`;
}

/** Texts that are cut: one that begins like a text before it, as far as the cell goes, shows where it differs from it. */
export function cutApart(texts: readonly string[], most = 60): string[] {
  const cells = texts.map((text) => cut(text, most));
  return texts.map((text, i) => {
    const like = texts.slice(0, i).filter((_, j) => cells[j] === cells[i]);
    if (like.length === 0 || text.length <= most) return cells[i]!;
    const shared = Math.max(...like.map((other) => sharedBeginning(text, other)));
    const from = text.lastIndexOf(' ', Math.min(shared, text.length - most / 2)) + 1;
    return `… ${cut(text.slice(from), most - 2)}`;
  });
}

/** How many characters two texts have in common at their beginnings. */
export function sharedBeginning(a: string, b: string): number {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return n;
}

/** A prompt as a table shows it. */
export function promptCell(prompt: string): string {
  return prompt === '' ? '(no prompt)' : visible(prompt);
}

/** What orders the prompts, between −1 and 1: the margins, or of runs without them the gap. */
export function orderCell(measured: boolean, { choice, gap }: { readonly choice?: number; readonly gap: number }): string {
  return (measured ? choice : gap)?.toFixed(3) ?? '';
}
