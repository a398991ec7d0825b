import './candidates.css';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { CandidateSummary } from '../../src/messages/page';
import type { PromptRow, RunHead } from '../../src/run/view/runView';
import { CandidateDetails, nameOf, OPERATORS, REFUSALS } from './candidateDetails';
import { bestOf, isShown, lineage, moveBy, treeLines, type Shown, type TreeLine } from './candidateTree';
import { count, percent, signed } from '../format';
import { Icon } from '../icons';
import { ask } from '../vscodeApi';

type Loaded = { readonly all: readonly CandidateSummary[] } | { readonly error: string };

/** What a search by reflection tried: a tree from parent to child; read once the user asks for it, and again after each step. */
export function Candidates({ head: { id, step, state }, rows }: { head: RunHead; rows: readonly PromptRow[] }) {
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    if (!open) return;
    let current = true;
    const keep = (what: Loaded): void => {
      if (current) setLoaded(what);
    };
    ask('candidates').then(
      (all) => keep({ all }),
      (error: unknown) => keep({ error: error instanceof Error ? error.message : String(error) }),
    );
    return () => void (current = false);
  }, [open, id, step, state]);
  return (
    <section class="candidates" aria-label="Candidates">
      <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide the tree of candidates' : 'Show the tree of candidates'}
      </button>
      {open && !loaded && <p role="status">Reading the candidates…</p>}
      {open && loaded && 'error' in loaded && <p role="status">{loaded.error}</p>}
      {open && loaded && 'all' in loaded && <Tree all={loaded.all} rows={rows} />}
    </section>
  );
}

const FILTERS: readonly { readonly key: Shown; readonly label: string }[] = [
  { key: 'kept', label: 'Kept' },
  { key: 'tried', label: 'Tried' },
  { key: 'all', label: 'All proposals' },
];

function Tree({ all, rows }: { all: readonly CandidateSummary[]; rows: readonly PromptRow[] }) {
  const [shown, setShown] = useState<Shown>('kept');
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const best = bestOf(all)?.id;
  const [chosen, setChosen] = useState<number>();
  const [focused, setFocused] = useState<number>();
  const name = useId();
  const lines = useMemo(() => treeLines(all, shown, closed), [all, shown, closed]);
  const way = useMemo(() => lineage(all, best), [all, best]);
  const box = useRef<HTMLUListElement>(null);
  const has = (id: number | undefined): boolean => lines.some(({ candidate }) => candidate.id === id);
  // One line can be reached by Tab.
  const stop = [focused, chosen, best].find(has) ?? lines[0]?.candidate.id;
  const selected = all.find(({ id }) => id === (chosen ?? best));

  const toggle = (id: number): void => setClosed(closed.symmetricDifference(new Set([id])));
  const go = (id: number): void => {
    setFocused(id);
    box.current?.querySelector<HTMLElement>(`[data-id="${id}"]`)?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    const at = Number((event.target as HTMLElement).dataset.id);
    if (event.key === 'Enter' || event.key === ' ') setChosen(at);
    else {
      const move = moveBy(event.key, lines, at);
      if (!move) return;
      if ('to' in move) go(move.to);
      else toggle(move.toggle);
    }
    event.preventDefault();
  };
  return (
    <>
      <fieldset class="held-out-filters">
        <legend class="hidden">Which candidates</legend>
        {FILTERS.map(({ key, label }) => (
          <label key={key}>
            <input type="radio" name={name} checked={shown === key} onChange={() => setShown(key)} />
            {label} <b>{count(all.filter((one) => isShown(one, key)).length)}</b>
          </label>
        ))}
      </fieldset>
      <div class="candidate-panes">
        <ul class="tree" role="tree" aria-label="Candidates" ref={box} onKeyDown={press}>
          {lines.map((line) => {
            const { id } = line.candidate;
            return (
              <Line
                key={id}
                {...line}
                selected={id === selected?.id}
                reachable={id === stop}
                best={id === best}
                onWay={way.has(id)}
                choose={() => {
                  setChosen(id);
                  setFocused(id);
                }}
                toggle={() => toggle(id)}
              />
            );
          })}
        </ul>
        {selected && <CandidateDetails key={selected.id} candidate={selected} rows={rows} />}
      </div>
    </>
  );
}

interface LineProps extends TreeLine {
  readonly selected: boolean;
  /** By Tab. */
  readonly reachable: boolean;
  readonly best: boolean;
  /** Whether it is the best or an ancestor of that. */
  readonly onWay: boolean;
  readonly choose: () => void;
  readonly toggle: () => void;
}

/** Steps of indentation at most, so that a deep line still has room for its text. */
const DEEPEST = 9;

function Line({ candidate, level, place, places, open, selected, reachable, best, onWay, choose, toggle }: LineProps) {
  const { id, state, gate, validation, refused, line = '' } = candidate;
  const score = validation && `${percent(validation.estimate)} estimated`;
  const gain = gate && `${signed(100 * gate.gain)} points at the gate`;
  return (
    <li
      role="treeitem"
      class={`candidate candidate-${state} depth-${Math.min(level - 1, DEEPEST)}${onWay ? ' on-way' : ''}`}
      data-id={id}
      aria-level={level}
      aria-posinset={place}
      aria-setsize={places}
      aria-expanded={open}
      aria-selected={selected}
      aria-label={[nameOf(candidate), ...(best ? ['the best so far'] : []), score, gain, refused && REFUSALS[refused], line]
        .filter(Boolean)
        .join(', ')}
      tabIndex={reachable ? 0 : -1}
      onClick={choose}
    >
      <span
        class={`expand${open === undefined ? ' leaf' : ''}`}
        aria-hidden="true"
        onClick={(event) => {
          if (open === undefined) return;
          event.stopPropagation();
          toggle();
        }}
      >
        {open !== undefined && <Icon name="chevron" />}
      </span>
      <span class="candidate-name" aria-hidden="true">
        <span class="mark">{{ kept: '✓', dropped: '✗', refused: '–' }[state]}</span> {OPERATORS[candidate.operator]}
      </span>
      <span class="candidate-text" aria-hidden="true">
        {refused ? REFUSALS[refused] : line}
      </span>
      <span class="candidate-gain" aria-hidden="true">
        {gate && signed(100 * gate.gain)}
      </span>
      <b class="candidate-score" aria-hidden="true">
        {validation && percent(validation.estimate)}
      </b>
    </li>
  );
}
