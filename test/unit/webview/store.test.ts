import { describe, expect, it } from 'vitest';
import type { RunUpdate } from '../../../src/messages/page';
import type { Curves, PromptRow, RunHead, RunView } from '../../../src/run/view/runView';
import type { TestScore } from '../../../src/run/result/result';
import { scoredText } from '../../../webview/format';
import { CHANGES, EMPTY, sorted, type SortKey } from '../../../webview/store';

const NONE: Curves = {
  steps: { queries: [], mean: [], best: [], entropy: [] },
  greedy: { queries: [], reward: [], accuracy: [] },
  random: { queries: [], mean: [], best: [] },
  estimates: { queries: [], best: [], low: [], high: [], mean: [] },
  randomEstimates: { queries: [], best: [] },
  shares: { queries: [], policy: [], thompson: [], edits: [] },
  reflectEstimates: { queries: [], best: [], low: [], high: [] },
  proposals: { queries: [], calls: [], tokens: [] },
  operators: { queries: [], reflect: [], addRule: [], shorten: [], rephrase: [], examples: [], recombine: [] },
};
const steps = (...queries: number[]): Curves => ({ ...NONE, steps: { queries, mean: queries, best: queries, entropy: queries } });
const head = (id: string, state = 'running'): RunHead => ({ id, state }) as unknown as RunHead;
const settings = { smoothing: 0.5, trusted: true, functions: true };

function row(rank: number, prompt: string, values: Partial<PromptRow> = {}): PromptRow {
  const split = { reward: 0, gap: 0, accuracy: 0.5 };
  const estimate = { accuracy: 0.5, interval: [0.2, 0.8], n: 10 } as const;
  return { rank, prompt, pieces: [prompt], origin: 'policy', gap: 0.1, estimate, train: split, validation: split, ...values };
}

const view = (id: string, curves = NONE, rows: PromptRow[] = []): RunView => ({ head: head(id), curves, rows });

describe('the page after a message', () => {
  it('a snapshot replaces everything, even where the run was gone', () => {
    const gone = CHANGES.gone(CHANGES.snapshot(EMPTY, { view: view('a', steps(1)), settings }), undefined);
    expect(gone.gone).toBe(true);
    expect(CHANGES.snapshot(gone, { view: view('b', steps(4)), settings })).toEqual({
      view: view('b', steps(4)),
      settings,
      evaluation: { busy: false },
      gone: false,
    });
  });

  it('an update appends to the columns, and keeps the table unless it brings one', () => {
    const rows = [row(1, 'x')];
    let model = CHANGES.snapshot(EMPTY, { view: view('a', steps(1, 2), rows), settings });
    model = CHANGES.update(model, { id: 'a', head: head('a'), append: steps(3) });
    expect(model.view?.curves.steps.mean).toEqual([1, 2, 3]);
    expect(model.view?.rows).toBe(rows);
    model = CHANGES.update(model, { id: 'a', head: head('a', 'finished'), append: NONE, rows: [] });
    expect(model.view).toEqual({ head: head('a', 'finished'), curves: steps(1, 2, 3), rows: [] });
  });

  it('an update of another run, or before the first snapshot, changes nothing', () => {
    const update = { id: 'b', head: head('b'), append: steps(9) };
    expect(CHANGES.update(EMPTY, update)).toBe(EMPTY);
    const model = CHANGES.snapshot(EMPTY, { view: view('a'), settings });
    expect(CHANGES.update(model, update)).toBe(model);
  });

  it('an update of the run that is compared with changes that run alone', () => {
    const model = CHANGES.snapshot(EMPTY, { view: view('a', steps(1)), others: [view('b', steps(1))], settings });
    const update = { id: 'b', head: head('b', 'finished'), append: steps(2) };
    expect(CHANGES.update(model, update)).toEqual({ ...model, others: [{ head: head('b', 'finished'), curves: steps(1, 2), rows: [] }] });
  });

  it('settings and evaluations leave the run alone', () => {
    const model = CHANGES.snapshot(EMPTY, { view: view('a'), settings });
    const changed = CHANGES.settings(model, { smoothing: 0, trusted: false, functions: true });
    expect(changed).toMatchObject({ settings: { smoothing: 0, trusted: false, functions: true }, view: model.view });
    expect(CHANGES.evaluation(changed, { busy: false, error: 'no' }).evaluation).toMatchObject({ error: 'no' });
  });
});

describe('an evaluated prompt', () => {
  const test = { accuracy: 0.882, macroF1: 0.88 } as TestScore;
  const start = CHANGES.snapshot(EMPTY, { view: view('a', NONE, [row(1, 'x'), row(2, 'It was')]), settings });
  const scored = CHANGES.evaluation(start, { busy: false, prompt: 'It was' });
  const update = (rows?: PromptRow[]): RunUpdate => ({ id: 'a', head: head('a'), append: NONE, ...(rows && { rows }) });

  it('is reported from the next rows, not from earlier ones', () => {
    expect(scored.evaluation.scored).toBeUndefined();
    expect(CHANGES.update(scored, update()).evaluation.scored).toBeUndefined();
    const rows = [row(1, 'y'), row(2, 'x'), row(3, 'It was', { test })];
    expect(CHANGES.update(scored, update(rows)).evaluation.scored).toEqual({ row: rows[2], of: 3 });
    expect(CHANGES.snapshot(scored, { view: view('a', NONE, rows), settings }).evaluation.scored).toEqual({ row: rows[2], of: 3 });
  });

  it('is reported once: later rows do not change the report', () => {
    const told = CHANGES.update(scored, update([row(1, 'It was'), row(2, 'x')]));
    expect(CHANGES.update(told, update([row(1, 'x'), row(2, 'It was')])).evaluation.scored).toBe(told.evaluation.scored);
  });

  it('is no longer reported when the next one starts, fails or is canceled', () => {
    const told = CHANGES.update(scored, update([row(1, 'It was')]));
    expect(CHANGES.evaluation(told, { busy: true }).evaluation.scored).toBeUndefined();
    expect(CHANGES.evaluation(told, { busy: false }).evaluation.scored).toBeUndefined();
  });

  it('is reported with its rank, and its held-out accuracy if it has one', () => {
    expect(scoredText({ row: row(3, ' It was', { test }), of: 17 })).toBe('“It was” ranks 3rd of 17, held-out accuracy 88.2%.');
    expect(scoredText({ row: row(1, 'x'), of: 2 })).toBe('“x” ranks 1st of 2.');
  });
});

describe('the sorted table', () => {
  const test = (accuracy: number): TestScore => ({ accuracy, macroF1: accuracy }) as TestScore;
  const rows = [row(1, 'b', { test: test(0.6) }), row(2, 'a'), row(3, 'C', { test: test(0.8) }), row(4, 'd', { test: test(0.6) })];
  const order = (key: SortKey, reverse: boolean): number[] => sorted(rows, key, reverse).map(({ rank }) => rank);

  it.each<[string, SortKey, number[], number[]]>([
    ['rank', (one) => one.rank, [1, 2, 3, 4], [4, 3, 2, 1]],
    ['prompt', (one) => one.prompt.toLowerCase(), [2, 1, 3, 4], [4, 3, 1, 2]],
    // A row without a score is last in either order.
    ['held-out score', (one) => one.test && -one.test.accuracy, [3, 1, 4, 2], [4, 1, 3, 2]],
  ])('by %s', (_, key, ascending, descending) => {
    expect(order(key, false)).toEqual(ascending);
    expect(order(key, true)).toEqual(descending);
  });
});
