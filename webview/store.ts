import type { EvaluationState, PageMethods, Snapshot } from '../src/messages/page';
import type { Curves, PromptRow, RunView } from '../src/run/view/runView';

/** What became of the prompt to evaluate. */
export interface Evaluation extends EvaluationState {
  /** Its row and the number of rows, once they have arrived. */
  readonly scored?: Scored;
}

export interface Scored {
  readonly row: PromptRow;
  readonly of: number;
}

/** All that the page shows. */
export interface Model extends Partial<Snapshot> {
  readonly settings: Snapshot['settings'];
  readonly evaluation: Evaluation;
  readonly gone: boolean;
}

export const EMPTY: Model = { settings: { smoothing: 0.8, trusted: true, functions: false }, evaluation: { busy: false }, gone: false };

type Changes = { readonly [K in keyof PageMethods]: (model: Model, argument: Parameters<PageMethods[K]>[0]) => Model };

/** The page's state after each call of the host. An update of another run, or before the first snapshot, changes nothing. */
export const CHANGES: Changes = {
  snapshot: ({ evaluation }, snapshot) => ({ ...snapshot, evaluation: withRow(evaluation, snapshot.view.rows), gone: false }),
  update: (model, { id, head, append, rows }) => {
    const { view, others = [] } = model;
    const changed = (run: RunView): RunView =>
      run.head.id === id ? { head, curves: appended(run.curves, append), rows: rows ?? run.rows } : run;
    if (!view || ![view, ...others].some((run) => run.head.id === id)) return model;
    return {
      ...model,
      view: changed(view),
      ...(model.others && { others: others.map(changed) }),
      evaluation: rows && view.head.id === id ? withRow(model.evaluation, rows) : model.evaluation,
    };
  },
  settings: (model, settings) => ({ ...model, settings }),
  evaluation: (model, evaluation) => ({ ...model, evaluation }),
  gone: (model) => ({ ...model, gone: true }),
};

/** The first rows after an evaluation have its scores. Later ones do not change what was reported; the table shows the rank that they give. */
function withRow(evaluation: Evaluation, rows: readonly PromptRow[]): Evaluation {
  if (evaluation.prompt === undefined || evaluation.scored) return evaluation;
  const row = rows.find(({ prompt }) => prompt === evaluation.prompt);
  return row ? { ...evaluation, scored: { row, of: rows.length } } : evaluation;
}

function appended(curves: Curves, more: Curves): Curves {
  const columns = <T extends Record<string, readonly number[]>>(now: T, then: T): T =>
    Object.fromEntries(Object.entries(now).map(([name, column]) => [name, column.concat(then[name] ?? [])])) as unknown as T;
  const groups = Object.keys(curves) as (keyof Curves)[];
  return Object.fromEntries(groups.map((group) => [group, columns(curves[group], more[group])])) as unknown as Curves;
}

export type SortKey = (row: PromptRow) => number | string | undefined;

/** The rows by a key, lowest first, equal ones by rank; rows without a key come last in either direction. */
export function sorted(rows: readonly PromptRow[], key: SortKey, reverse: boolean): PromptRow[] {
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return (x < y ? -1 : x > y ? 1 : a.rank - b.rank) * (reverse ? -1 : 1);
  });
}
