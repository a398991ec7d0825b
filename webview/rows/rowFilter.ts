import type { HeldOutAnswers, HeldOutClasses } from '../../src/messages/page';

export type Filter = 'all' | 'wrong' | 'fixed' | 'broken';

/** `paired` filters compare a prompt with a baseline. */
export const FILTERS: readonly { readonly key: Filter; readonly label: string; readonly paired: boolean }[] = [
  { key: 'all', label: 'All', paired: false },
  { key: 'wrong', label: 'Wrong', paired: false },
  { key: 'fixed', label: 'Fixed by this prompt', paired: true },
  { key: 'broken', label: 'Broken by this prompt', paired: true },
];

/** Rows on a page: a table of 2,000 rows would be slow to draw and to read. */
const PAGE = 50;

/** The rows that a filter leaves. A row without a score is neither right nor wrong. */
export function shownRows(
  { rows }: HeldOutClasses,
  filter: Filter,
  prompt: HeldOutAnswers | undefined,
  baseline: HeldOutAnswers | undefined,
): readonly number[] {
  const right = (answers: HeldOutAnswers | undefined, row: number): boolean | undefined => {
    const answer = answers?.predicted[row];
    return answer === null || answer === undefined ? undefined : answer === rows[row]!.label;
  };
  const shows = (row: number): boolean => {
    if (filter === 'all') return true;
    const [now, before] = [right(prompt, row), right(baseline, row)];
    if (filter === 'wrong') return now === false;
    return filter === 'fixed' ? now === true && before === false : now === false && before === true;
  };
  return rows.flatMap((_, row) => (shows(row) ? [row] : []));
}

/** The page of some rows with a number, or the last one. */
export function pageOf(
  rows: readonly number[],
  page: number,
  size = PAGE,
): { rows: readonly number[]; at: number; pages: number; first: number } {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const at = Math.min(page, pages - 1);
  return { rows: rows.slice(at * size, (at + 1) * size), at, pages, first: at * size };
}
