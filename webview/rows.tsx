import './rows.css';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import type { HeldOut, HeldOutAnswers } from '../src/messages/page';
import type { PromptRow } from '../src/run/view/runView';
import { count, percent, plural, shortPrompt } from './format';
import { FILTERS, pageOf, shownRows, type Filter } from './rowFilter';
import { ask, send } from './vscodeApi';
import { ORIGINS } from './winner';

/** What came of asking the host for the rows. */
type Loaded = { readonly held: HeldOut } | { readonly error: string };

/** Every held-out row with the answers of up to three prompts; loaded once the user asks for it. */
export function HeldOutRows({ rows }: { rows: readonly PromptRow[] }) {
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
  return (
    <section class="held-out" aria-label="Held-out rows">
      <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide held-out rows' : 'Show every held-out row'}
      </button>
      {open && !loaded && <p role="status">Reading the rows…</p>}
      {open && loaded && 'error' in loaded && (
        <p class="held-out-error" role="status">
          {loaded.error}
        </p>
      )}
      {open && loaded && 'held' in loaded && <Viewer held={loaded.held} />}
    </section>
  );
}

function Viewer({ held }: { held: HeldOut }) {
  const { prompts } = held;
  // The winner against no prompt, or against the next best where that wins.
  const none = prompts.findIndex(({ prompt }) => prompt === '');
  const [chosen, setChosen] = useState<readonly (number | undefined)[]>([
    0,
    none > 0 ? none : prompts.length > 1 ? 1 : undefined,
    undefined,
  ]);
  const [filter, setFilter] = useState<Filter>('all');
  const [page, setPage] = useState(0);
  const columns = chosen.flatMap((index) => (index === undefined ? [] : (prompts[index] ?? [])));
  const [prompt, baseline] = [prompts[chosen[0] ?? 0], chosen[1] === undefined ? undefined : prompts[chosen[1]]];
  const found = useMemo(() => FILTERS.map(({ key }) => shownRows(held, key, prompt, baseline)), [held, prompt, baseline]);
  if (!prompt) return <p>No prompt has an answer on every held-out row.</p>;
  const shown = found[FILTERS.findIndex(({ key }) => key === filter)]!;
  const { rows, at, pages, first } = pageOf(shown, page);
  const choose = (place: number, index: number | undefined): void => {
    setChosen(chosen.map((one, i) => (i === place ? index : one)));
    setPage(0);
  };
  return (
    <>
      <div class="held-out-prompts">
        {['Prompt', 'Baseline', 'Also show'].map((label, place) => (
          <PromptChoice
            key={label}
            label={label}
            prompts={prompts}
            chosen={chosen[place]}
            optional={place > 0}
            choose={(index) => choose(place, index)}
          />
        ))}
      </div>
      <Filters
        counts={found.map(({ length }) => length)}
        filter={filter}
        comparable={baseline !== undefined}
        choose={(one) => {
          setFilter(one);
          setPage(0);
        }}
      />
      <div class="held-out-box" role="region" aria-label="Rows" tabIndex={0}>
        <table class="held-out-table">
          <caption class="hidden">
            {shown.length === 0
              ? 'No rows'
              : `Held-out rows ${count(first + 1)} to ${count(first + rows.length)} of ${count(shown.length)}, with the answers of ${plural(columns.length, 'prompt')}`}
          </caption>
          <thead>
            <tr>
              <th scope="col" class="number">
                Line
              </th>
              <th scope="col">Text</th>
              <th scope="col">Label</th>
              {columns.map((column) => (
                <th scope="col" title={column.prompt}>
                  {nameOf(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row} held={held} row={row} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 ? <p role="status">No such row.</p> : <Pages at={at} pages={pages} go={setPage} />}
    </>
  );
}

function Row({ held: { rows, classes }, row, columns }: { held: HeldOut; row: number; columns: readonly HeldOutAnswers[] }) {
  const { text, label, line } = rows[row]!;
  return (
    <tr>
      <td class="number">{line}</td>
      <td class="held-out-text">
        <button type="button" title={text} aria-label={`Open line ${line} of the data file: ${text}`} onClick={() => send('openRow', line)}>
          {text}
        </button>
      </td>
      <th scope="row">{classes[label]}</th>
      {columns.map(({ predicted, confidence }) => {
        const answer = predicted[row];
        if (answer === null || answer === undefined) return <td class="held-out-answer">not scored</td>;
        const right = answer === label;
        return (
          <td class={`held-out-answer ${right ? 'right' : 'wrong'}`}>
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

interface PromptChoiceProps {
  readonly label: string;
  readonly prompts: readonly HeldOutAnswers[];
  readonly chosen: number | undefined;
  readonly optional: boolean;
  readonly choose: (index: number | undefined) => void;
}

function PromptChoice({ label, prompts, chosen, optional, choose }: PromptChoiceProps) {
  const id = useId();
  return (
    <span class="held-out-choice">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={chosen === undefined ? '' : String(chosen)}
        onChange={({ currentTarget: { value } }) => choose(value === '' ? undefined : Number(value))}
      >
        {optional && <option value="">–</option>}
        {prompts.map((prompt, i) => (
          <option key={prompt.prompt} value={String(i)}>
            {prompt.prompt === '' ? nameOf(prompt) : `${nameOf(prompt)} (${ORIGINS[prompt.origin]})`}
          </option>
        ))}
      </select>
    </span>
  );
}

interface FiltersProps {
  /** Rows of each filter. */
  readonly counts: readonly number[];
  readonly filter: Filter;
  /** Whether there is a baseline. */
  readonly comparable: boolean;
  readonly choose: (filter: Filter) => void;
}

function Filters({ counts, filter, comparable, choose }: FiltersProps) {
  const name = useId();
  return (
    <fieldset class="held-out-filters">
      <legend class="hidden">Which rows</legend>
      {FILTERS.map(({ key, label, paired }, i) => (
        <label key={key}>
          <input type="radio" name={name} checked={filter === key} disabled={paired && !comparable} onChange={() => choose(key)} />
          {label} <b>{count(counts[i]!)}</b>
        </label>
      ))}
    </fieldset>
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

function nameOf({ prompt }: HeldOutAnswers): string {
  return prompt === '' ? 'no prompt' : `“${shortPrompt(prompt, 60)}”`;
}
