import './rows.css';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { HeldOut, HeldOutAnswers, HeldOutClasses } from '../../src/messages/page';
import type { WantedRows } from '../againstYours';
import type { PromptRow } from '../../src/run/view/runView';
import { percent } from '../format';
import { Filters, firstChoice, nameOf, PromptChoices } from './rowControls';
import { FILTERS, shownRows, type Filter } from './rowFilter';
import { OpenRow, RowsTable } from './rowsTable';
import { TextViewer } from './textRows';
import { ask } from '../vscodeApi';

/** What came of asking the host for the rows. */
type Loaded = { readonly held: HeldOut } | { readonly error: string };

/** Every held-out row with the answers or texts of up to three prompts; loaded once the user asks for it. */
export function HeldOutRows({ rows, wanted }: { rows: readonly PromptRow[]; wanted: WantedRows | undefined }) {
  const box = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState<Loaded>();
  // A prompt that was evaluated meanwhile has rows too.
  const scored = rows.flatMap(({ prompt, test }) => (test ? [prompt] : [])).join('\n');
  useEffect(() => {
    if (!open) return;
    let current = true;
    const keep = (what: Loaded): void => {
      if (current) setLoaded(what);
    };
    ask('heldOut').then(
      (held) => keep({ held }),
      (error: unknown) => keep({ error: error instanceof Error ? error.message : String(error) }),
    );
    return () => void (current = false);
  }, [open, scored]);
  useEffect(() => {
    if (!wanted) return;
    setOpen(true);
    box.current?.scrollIntoView({ block: 'start' });
    box.current?.querySelector('button')?.focus({ preventScroll: true });
  }, [wanted]);
  const key = wanted?.baseline;
  return (
    <section class="held-out" aria-label="Held-out rows" ref={box}>
      <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide held-out rows' : 'Show every held-out row'}
      </button>
      {open && !loaded && <p role="status">Reading the rows…</p>}
      {open && loaded && 'error' in loaded && (
        <p class="held-out-error" role="status">
          {loaded.error}
        </p>
      )}
      {open &&
        loaded &&
        'held' in loaded &&
        ('metrics' in loaded.held ? (
          <TextViewer key={key} held={loaded.held} baseline={wanted?.baseline} />
        ) : (
          <Viewer key={key} held={loaded.held} baseline={wanted?.baseline} />
        ))}
    </section>
  );
}

function Viewer({ held, baseline: wanted }: { held: HeldOutClasses; baseline: string | undefined }) {
  const { prompts } = held;
  const [chosen, setChosen] = useState(firstChoice(prompts, wanted));
  const [filter, setFilter] = useState<Filter>(wanted === undefined ? 'all' : 'fixed');
  const [page, setPage] = useState(0);
  const columns = chosen.flatMap((index) => (index === undefined ? [] : (prompts[index] ?? [])));
  const [prompt, baseline] = [prompts[chosen[0]], chosen[1] === undefined ? undefined : prompts[chosen[1]]];
  const found = useMemo(() => FILTERS.map(({ key }) => shownRows(held, key, prompt, baseline)), [held, prompt, baseline]);
  if (!prompt) return <p>No prompt has an answer on every held-out row.</p>;
  const shown = found[FILTERS.findIndex(({ key }) => key === filter)]!;
  return (
    <>
      <PromptChoices
        prompts={prompts}
        chosen={chosen}
        choose={(all) => {
          setChosen(all);
          setPage(0);
        }}
      />
      <Filters
        filters={FILTERS.map((one, i) => ({ ...one, rows: found[i]!.length }))}
        filter={filter}
        comparable={baseline !== undefined}
        choose={(one) => {
          setFilter(one);
          setPage(0);
        }}
      />
      <RowsTable
        what="answers"
        shown={shown}
        page={page}
        go={setPage}
        headings={['Text', 'Label']}
        columns={columns}
        row={(row) => <Row key={row} held={held} row={row} columns={columns} />}
      />
    </>
  );
}

function Row({ held: { rows, classes }, row, columns }: { held: HeldOutClasses; row: number; columns: readonly HeldOutAnswers[] }) {
  const { text, label, line } = rows[row]!;
  return (
    <tr>
      <td class="number">{line}</td>
      <OpenRow text={text} line={line} />
      <th scope="row" data-name="Label">
        {classes[label]}
      </th>
      {columns.map((column) => {
        const { predicted, confidence } = column;
        const answer = predicted[row];
        if (answer === null || answer === undefined)
          return (
            <td class="held-out-answer" data-name={nameOf(column)}>
              not scored
            </td>
          );
        const right = answer === label;
        return (
          <td class={`held-out-answer ${right ? 'right' : 'wrong'}`} data-name={nameOf(column)}>
            <span class="mark" role="img" aria-label={right ? 'right' : 'wrong'}>
              {right ? '✓' : '✗'}
            </span>{' '}
            {answer < 0 ? 'none of the classes' : `${classes[answer]} ${percent(confidence[row]!, 2)}`}
          </td>
        );
      })}
    </tr>
  );
}
