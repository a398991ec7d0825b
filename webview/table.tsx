import { Fragment, type ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RowReference } from '../src/messages/page';
import type { PromptRow, RunHead, RunView } from '../src/run/view/runView';
import { intervalRange, Score } from './cells';
import { classOf, columnsOf, type Column } from './columns';
import { shortPrompt, tellApart } from './format';
import { Icon } from './icons';
import { useFit } from './fit';
import { RowDetails } from './rows/rowDetails';
import { similarRows } from './similar';
import { sorted, type Scored } from './store';
import { send } from './vscodeApi';
import { winnerOf } from './winner';

/** Milliseconds for which a row stays marked. */
const MARKED = 3000;

interface TableProps {
  readonly view: RunView;
  /** Prompts whose rows are open. */
  readonly open: ReadonlySet<string>;
  readonly toggle: (prompt: string) => void;
  /** A prompt just evaluated: its row scrolls into view and is marked for a moment. */
  readonly scored?: Scored | undefined;
  /** One of several tables side by side. */
  readonly compact?: boolean;
  /** Whether a prompt can be inserted as a function. */
  readonly functions?: boolean;
}

/** The ranked prompts. */
export function PromptTable({ view: { head, rows }, open, toggle, scored, compact = false, functions = false }: TableProps) {
  const [order, setOrder] = useState({ key: 'rank', reverse: false });
  const [seen, setSeen] = useState<Scored>();
  /** Prompts whose similar ones are shown. */
  const [spread, setSpread] = useState<ReadonlySet<string>>(new Set());
  const box = useRef<HTMLDivElement>(null);
  const marked = scored === seen ? undefined : scored?.row.prompt;
  useEffect(() => {
    if (!scored) return;
    box.current?.querySelector('.marked')?.scrollIntoView({ block: 'nearest' });
    const timer = setTimeout(() => setSeen(scored), MARKED);
    return () => clearTimeout(timer);
  }, [scored]);

  const final = rows.some(({ test }) => test);
  const columns = columnsOf(head, rows).filter((column) => (final || !column.final) && !(compact && column.wide));
  const by = columns.find(({ key }) => key === order.key) ?? columns[0]!;
  const models = compact ? [] : [...new Set(rows.flatMap(({ transfer = {} }) => Object.keys(transfer)))];
  const range = intervalRange(rows);
  const short = tellApart(rows.map(({ prompt }) => prompt));
  // Sorted by another column, each row stands for itself.
  const groups = order.key === 'rank' && !order.reverse ? similarRows(rows) : new Map<PromptRow, readonly PromptRow[]>();
  const folded = new Set([...groups].flatMap(([first, similar]) => (spread.has(first.prompt) ? [] : similar)));
  useFit(box, [rows, order, open, models.length, final, spread]);
  const best = rows.find(({ origin }) => origin === 'policy' || origin === 'reflect');
  const better = head.verdict?.kind === 'better' && winnerOf(rows);
  const caption = captionOf(head, rows.length, final);
  return (
    <section class="prompts" aria-label="Prompts">
      {caption && <p class="caption">{caption}</p>}
      <div class="table-box" ref={box}>
        {rows.length > 0 && (
          <table class="ranked">
            <caption class="hidden">{`Prompts of ${head.name}${best ? `; the best one found is ${shortPrompt(best.prompt)}` : ''}`}</caption>
            <thead>
              <tr>
                <td class="expander" />
                {columns.map((column) => (
                  <Heading
                    key={column.key}
                    column={column}
                    reverse={by === column ? order.reverse : undefined}
                    sort={() => setOrder({ key: column.key, reverse: by === column && !order.reverse })}
                  />
                ))}
                {models.map((model) => (
                  <th
                    key={model}
                    scope="col"
                    class="number model column-model"
                    title={`Held-out ${head.texts ? 'score' : 'accuracy'} on ${model}`}
                  >
                    {model.split(/(?<=[:/-])/).map((part) => [part, <wbr />])}
                  </th>
                ))}
                <td class="row-actions" />
              </tr>
            </thead>
            <tbody>
              {sorted(rows, by.sort, order.reverse).map((row) => {
                const hidden = folded.has(row);
                const opened = open.has(row.prompt) && !hidden;
                const similar = groups.get(row) ?? [];
                const name = short[rows.indexOf(row)]!;
                return (
                  <Fragment key={`${row.origin}\0${row.pieces.join('\0')}`}>
                    <tr
                      hidden={hidden}
                      class={`${row === better ? 'winner ' : ''}${row.prompt === marked ? 'marked ' : ''}origin-${row.origin}`}
                    >
                      <td class="expander">
                        <button
                          type="button"
                          class="expand"
                          aria-expanded={opened}
                          aria-label={`Details of ${name || 'no prompt'}`}
                          onClick={() => toggle(row.prompt)}
                        >
                          <Icon name="chevron" />
                        </button>
                      </td>
                      {columns.map((column) => (
                        <td key={column.key} class={classOf(column)}>
                          {column.cell(row, range, name)}
                          {column.key === 'prompt' && similar.length > 0 && (
                            <button
                              type="button"
                              class="link similar"
                              title="Prompts that share at least half of their tokens with this one"
                              aria-expanded={spread.has(row.prompt)}
                              onClick={() => setSpread(spread.symmetricDifference(new Set([row.prompt])))}
                            >
                              {spread.has(row.prompt) ? 'Hide similar' : `${similar.length} similar`}
                            </button>
                          )}
                        </td>
                      ))}
                      {models.map((model) => (
                        <td key={model} class="number column-model">
                          <Score value={row.transfer?.[model]} range={range} />
                        </td>
                      ))}
                      <td class="row-actions">
                        {row.prompt !== '' && !compact && <Actions prompt={row.prompt} index={rows.indexOf(row)} />}
                      </td>
                    </tr>
                    {opened && (
                      <tr class="details-row">
                        <td colspan={columns.length + models.length + 2}>
                          <RowDetails row={row} head={head}>
                            {row.prompt !== '' && !compact && (
                              <DetailActions
                                which={{ row: rows.indexOf(row), prompt: row.prompt }}
                                functions={functions}
                                classifier={functions && head.summary?.call !== undefined && row.prompt !== ''}
                              />
                            )}
                          </RowDetails>
                        </td>
                      </tr>
                    )}
                  </Fragment>
                );
              })}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function captionOf({ state, texts }: RunHead, rows: number, final: boolean): string | undefined {
  if (rows > 0)
    return final
      ? undefined
      : `Estimates come from rows that steer the search. ${texts ? 'The held-out score' : 'Held-out accuracy'}, the one that counts, appears when the run ends.`;
  return state === 'running' || state === 'elsewhere' ? 'The first scores appear soon.' : undefined;
}

const ARROWS = { none: '', ascending: ' ↑', descending: ' ↓' };

/** @param reverse whether the order is reversed, if the table is sorted by this column */
function Heading({ column, reverse, sort }: { column: Column; reverse: boolean | undefined; sort: () => void }) {
  const { title, hint, highestFirst = false } = column;
  const direction = reverse === undefined ? 'none' : reverse === highestFirst ? 'ascending' : 'descending';
  return (
    <th scope="col" class={classOf(column)} aria-sort={direction}>
      <button type="button" title={hint} onClick={sort}>
        {title}
        {ARROWS[direction]}
      </button>
    </th>
  );
}

function DetailActions({ which, functions, classifier }: { which: RowReference; functions: boolean; classifier: boolean }) {
  const action = (name: string, act: () => void, title?: string) => (
    <vscode-button secondary title={title} onClick={act}>
      {name}
    </vscode-button>
  );
  return (
    <>
      {action('Insert', () => send('insert', { ...which, form: 'string' }), 'Insert as a string at the cursor')}
      {functions &&
        action('Insert as Function', () => send('insert', { ...which, form: 'function' }), 'Insert a function that fills the template')}
      {classifier &&
        action(
          'Insert as Classifier',
          () => send('insert', { ...which, form: 'classifier' }),
          'Insert a function that asks the model as the run did, in Python, TypeScript or JavaScript',
        )}
      {action('Copy', () => send('copy', which))}
    </>
  );
}

/** @param index of the row as the host has the rows */
function Actions({ prompt, index }: { prompt: string; index: number }) {
  const which = { row: index, prompt };
  const action = (content: ComponentChildren, title: string, act: () => void) => (
    <button type="button" class="small" title={title} aria-label={`${title}: ${shortPrompt(prompt)}`} onClick={act}>
      {content}
    </button>
  );
  return (
    <>
      {action('Insert', 'Insert as a string at the cursor', () => send('insert', { ...which, form: 'string' }))}
      {action(<Icon name="copy" />, 'Copy the prompt', () => send('copy', which))}
    </>
  );
}
