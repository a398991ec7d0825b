import type { PageSettings, ToPage } from '../src/messages/page';
import type { Curves, PromptRow, RunView } from '../src/run/view/runView';

/** What has become of the prompt that the person typed. */
export interface Evaluation {
  readonly busy: boolean;
  readonly error?: string;
  /** What was scored, as the rows have it. */
  readonly prompt?: string;
  /** Its row, and how many rows there were, once they came. */
  readonly scored?: Scored;
}

export interface Scored {
  readonly row: PromptRow;
  readonly of: number;
}

/** All that the page shows. */
export interface Model {
  readonly view?: RunView;
  readonly other?: RunView;
  readonly settings: PageSettings;
  readonly evaluation: Evaluation;
  readonly gone: boolean;
}

export const EMPTY: Model = { settings: { smoothing: 0.8, trusted: true }, evaluation: { busy: false }, gone: false };

/** What a message of the host makes of the page. An update of another run, or before the first snapshot, changes nothing. */
export function receive(model: Model, message: ToPage): Model {
  switch (message.type) {
    case 'snapshot':
      return {
        view: message.view,
        ...(message.other && { other: message.other }),
        settings: message.settings,
        evaluation: withRow(model.evaluation, message.view.rows),
        gone: false,
      };
    case 'update': {
      const { view } = model;
      const { id, head, append, rows } = message.update;
      if (view?.head.id !== id) return model;
      return {
        ...model,
        view: { head, curves: appended(view.curves, append), rows: rows ?? view.rows },
        evaluation: rows ? withRow(model.evaluation, rows) : model.evaluation,
      };
    }
    case 'settings':
      return { ...model, settings: message.settings };
    case 'evaluation':
      return { ...model, evaluation: message };
    case 'gone':
      return { ...model, gone: true };
  }
}

/** The first rows that come once a prompt was scored have its scores; what later ones make of its rank is the table's to say. */
function withRow(evaluation: Evaluation, rows: readonly PromptRow[]): Evaluation {
  if (evaluation.prompt === undefined || evaluation.scored) return evaluation;
  const row = rows.find(({ prompt }) => prompt === evaluation.prompt);
  return row ? { ...evaluation, scored: { row, of: rows.length } } : evaluation;
}

function appended(curves: Curves, more: Curves): Curves {
  const columns = <T extends Record<string, readonly number[]>>(now: T, then: T): T =>
    Object.fromEntries(Object.entries(now).map(([name, column]) => [name, column.concat(then[name] ?? [])])) as unknown as T;
  return {
    steps: columns(curves.steps, more.steps),
    validation: columns(curves.validation, more.validation),
    random: columns(curves.random, more.random),
  };
}

/** Columns that the table can be sorted by; what a row lacks goes to the end. */
export const SORTS: Readonly<Record<string, (row: PromptRow) => number | string | undefined>> = {
  rank: (row) => row.rank,
  prompt: (row) => row.prompt.toLowerCase(),
  origin: (row) => row.origin,
  gap: (row) => -row.gap,
  validation: (row) => -row.validation.accuracy,
  test: (row) => row.test && -row.test.accuracy,
  f1: (row) => row.test && -row.test.macroF1,
  perplexity: (row) => row.perplexity ?? undefined,
};

/** Columns whose best, which is the highest, comes first. */
export const HIGHEST_FIRST: ReadonlySet<string> = new Set(['gap', 'validation', 'test', 'f1']);

export function sorted(rows: readonly PromptRow[], by: string, reverse: boolean): PromptRow[] {
  const key = SORTS[by] ?? SORTS.rank!;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return (x < y ? -1 : x > y ? 1 : a.rank - b.rank) * (reverse ? -1 : 1);
  });
}
