import type { ComponentChild } from 'preact';
import type { HeldOut } from '../../src/messages/page';
import { count, plural } from '../format';
import { nameOf } from './rowControls';
import { pageOf } from './rowFilter';
import { send } from '../vscodeApi';

interface RowsTableProps {
  readonly kind?: string;
  /** What the prompts have on each row: answers or texts. */
  readonly what: string;
  /** Numbers of all rows that are shown, on one page or another. */
  readonly shown: readonly number[];
  readonly page: number;
  /** Rows on a page. */
  readonly size?: number;
  readonly go: (page: number) => void;
  /** Between the line and the prompts. */
  readonly headings: readonly string[];
  readonly columns: readonly Pick<HeldOut['prompts'][number], 'prompt' | 'origin'>[];
  readonly row: (row: number) => ComponentChild;
}

/** A page of held-out rows: the line, what the data has, and a column for each prompt. */
export function RowsTable({ kind, what, shown, page, size, go, headings, columns, row }: RowsTableProps) {
  const { rows, at, pages, first } = pageOf(shown, page, size);
  return (
    <>
      <div class="held-out-box" role="region" aria-label="Rows" tabIndex={0}>
        <table class={`held-out-table${kind === undefined ? '' : ` ${kind}`}`}>
          <caption class="hidden">
            {shown.length === 0
              ? 'No rows'
              : `Held-out rows ${count(first + 1)} to ${count(first + rows.length)} of ${count(shown.length)}, with the ${what} of ${plural(columns.length, 'prompt')}`}
          </caption>
          <thead>
            <tr>
              <th scope="col" class="number">
                Line
              </th>
              {headings.map((heading) => (
                <th key={heading} scope="col">
                  {heading}
                </th>
              ))}
              {columns.map((column) => (
                <th scope="col" title={column.prompt}>
                  {nameOf(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{rows.map(row)}</tbody>
        </table>
      </div>
      {shown.length === 0 ? <p role="status">No such row.</p> : <Pages at={at} pages={pages} go={go} />}
    </>
  );
}

/** A row's text, which opens the row in the data file. */
export function OpenRow({ text, line }: { text: string; line: number }) {
  return (
    <td class="held-out-text">
      <button type="button" title={text} aria-label={`Open line ${line} of the data file: ${text}`} onClick={() => send('openRow', line)}>
        {text}
      </button>
    </td>
  );
}

function Pages({ at, pages, go }: { at: number; pages: number; go: (page: number) => void }) {
  if (pages === 1) return null;
  return (
    <nav class="held-out-pages" aria-label="Pages of rows">
      <button type="button" class="small" disabled={at === 0} onClick={() => go(at - 1)}>
        Previous
      </button>
      <span role="status">{`Page ${count(at + 1)} of ${count(pages)}`}</span>
      <button type="button" class="small" disabled={at === pages - 1} onClick={() => go(at + 1)}>
        Next
      </button>
    </nav>
  );
}
