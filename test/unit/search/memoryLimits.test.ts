import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { Scorer } from '../../../src/method/scorer';
import type { PromptIds } from '../../../src/model/taskModel';
import { memoryPlan } from '../../../src/search/budget';
import { memorySearch, randomWithMemory } from '../../../src/search/memorySearch';
import type { Search, SearchContext, StepReport } from '../../../src/search/search';
import { presets, type SearchSettings } from '../../../src/spec/schema';
import { bare, FakeTaskModel, labelled } from '../method/fakeTaskModel';

const d = 8;

/** What the model answers instead of its logits [K] for a row. */
type Answer = (logits: Float32Array, row: number, ids: PromptIds) => readonly number[] | Float32Array;

interface Task {
  readonly labels: readonly number[];
  readonly validation?: readonly number[];
  readonly classes?: number;
  readonly length?: number;
  readonly actions?: number;
  readonly settings?: Partial<SearchSettings>;
  readonly answer?: Answer;
  readonly gap?: (ids: PromptIds, row: number) => number;
  readonly toTask?: (ids: PromptIds) => number[];
}

/** A search on rows and tokens as given, with a new model that notes every query. */
function contextOf(task: Task, budget: number): { context: SearchContext; model: FakeTaskModel } {
  const { labels, validation = labels, classes = 2, length = 2, actions = 40, settings, answer, gap = gapOf, toTask } = task;
  const K = classes;
  const [train, held] = [labelled(labels, 'train'), labelled(validation, 'validation')];
  const model = new FakeTaskModel(
    gap,
    new Map([
      [train.set, labels],
      [held.set, validation],
    ]),
    K,
  );
  if (answer) {
    const score = model.score.bind(model);
    model.score = async (prompts, set, rows) => {
      const logits = await score(prompts, set, rows);
      prompts.forEach((ids, p) =>
        rows.forEach((row, r) => {
          const at = (p * rows.length + r) * K;
          logits.set(answer(logits.slice(at, at + K), row, ids), at);
        }),
      );
      return logits;
    };
  }
  const draws = new Random(7);
  const embedding = Float32Array.from({ length: actions * d }, () => draws.normal());
  const state = (ids: PromptIds): number[] => {
    const source = new Random(ids.reduce((hash, id) => (hash * 31 + id) % 100_003, 7));
    return Array.from({ length: d }, () => source.normal());
  };
  const context = {
    settings: { ...presets.default, promptsPerStep: 8, hiddenSize: 16, ...settings },
    length,
    seed: 3,
    budget,
    compute: { threads: 1 },
    actions: Array.from({ length: actions }, (_, a) => 100 + a),
    toTask: toTask ?? ((ids: PromptIds) => [...ids]),
    starts: [],
    prompt: bare,
    policyModel: {
      stateSize: d,
      source: [1],
      actionEmbedding: () => embedding.slice(),
      states: (prefixes: readonly PromptIds[]) => Promise.resolve(Float32Array.from(prefixes.flatMap(state))),
    },
    scorer: (split: string) => new Scorer(model, split === 'train' ? train : held, 'balanced'),
  } as unknown as SearchContext;
  return { context, model };
}

function gapOf(ids: PromptIds, row: number): number {
  return Math.tanh((((ids.at(-1)! * 37) % 17) - 8) / 17 + 0.3 * Math.sin(row) + 0.1 * (((ids[0]! * 7) % 5) - 2));
}

/** So many rows of each class. */
function each(classes: number, rows: number): number[] {
  return Array.from({ length: classes * rows }, (_, i) => i % classes);
}

async function steps(search: Search): Promise<StepReport[]> {
  const lines: StepReport[] = [];
  while (!search.ended) {
    lines.push(await search.advance());
    if (lines.length > 2000) throw new Error('2,000 steps and no end');
  }
  return lines;
}

/** Whether all numbers, at any depth, are finite. */
function finite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(finite);
}

/** The search and its control to their ends: every query counted, none beyond the budget, no NaN in the journal. */
async function both(task: Task, budget: number) {
  const first = contextOf(task, budget);
  const search = await memorySearch.open(first.context);
  const lines = await steps(search);
  const { ended } = search;
  const found = await search.finalists();
  const sent = first.model.queries().pairs;
  expect(search.queries.computed).toBe(sent);
  expect(sent).toBeLessThanOrEqual(budget);
  const second = contextOf(task, sent);
  const control = await randomWithMemory.open(second.context);
  const randomLines = await steps(control);
  const random = await control.finalists();
  expect(control.queries.computed).toBe(second.model.queries().pairs);
  expect(control.queries.computed).toBeLessThanOrEqual(sent);
  expect([lines, found, randomLines, random].filter((each) => !finite(each))).toEqual([]);
  await Promise.all([search.release(), control.release()]);
  return { search, lines, ended, found, sent, random, randomLines, controlSent: control.queries.computed };
}

/** The smallest budget that the plan accepts. */
function least({ labels, validation = labels, settings }: Task): number {
  const split = memoryPlan(
    { ...presets.default, promptsPerStep: 8, ...settings },
    { train: { labels }, validation: { labels: validation } },
    1,
  );
  return 'needed' in split ? split.needed : 1;
}

describe('a budget is kept, and the control has as much', () => {
  const cases = [2, 4, 6].flatMap((classes) => [1, 2, 5].flatMap((length) => [1, 2, 3, 8].map((rows) => [classes, length, rows] as const)));
  it.each(cases)('%i classes, %i tokens, %i rows a class', async (classes, length, rows) => {
    const task = { labels: each(classes, rows), classes, length, actions: 60 };
    const smallest = least(task);
    for (const budget of [smallest, 2 * smallest - 3]) {
      const { lines, found, random, randomLines, sent, controlSent } = await both(task, budget);
      expect(lines.length).toBeGreaterThan(0);
      expect(found.length).toBeGreaterThanOrEqual(3);
      expect(randomLines.length).toBeGreaterThan(0);
      expect(random).toHaveLength(1);
      expect(controlSent).toBeGreaterThan(sent / 2);
    }
    expect((await both(task, smallest - 1)).sent).toBeLessThan(smallest);
  });

  it('at 10,000 queries', async () => {
    const { ended, sent, controlSent } = await both({ labels: each(2, 16), length: 3, settings: { promptsPerStep: 64 } }, 10_000);
    expect(ended).toBe('budget');
    expect(sent).toBeGreaterThan(9400);
    expect(controlSent).toBeGreaterThan(9000);
  });

  it('where rows fail: they count, and are not asked again', async () => {
    const answer: Answer = (logits, row) => (row % 3 === 0 ? [NaN, NaN] : logits);
    const { found } = await both({ labels: each(2, 12), answer }, 1500);
    expect(found.length).toBeGreaterThanOrEqual(3);
  });

  it('where all rows of some prompts fail', async () => {
    const answer: Answer = (logits, _, ids) => (ids[0]! % 2 === 0 ? [NaN, NaN] : logits);
    const { found } = await both({ labels: each(2, 12), answer }, 1500);
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(found.every(({ tokens }) => tokens![0]! % 2 === 1)).toBe(true);
  });

  it('where every row fails: nothing is found', async () => {
    expect((await both({ labels: each(2, 4), answer: () => [NaN, NaN] }, 500)).found).toEqual([]);
  });

  it('where one class has one row and each prompt should get ten', async () => {
    const labels = [1, ...new Array<number>(30).fill(0)];
    await both({ labels, validation: each(2, 3), settings: { rowsPerPrompt: 10 } }, 1500);
  });

  it('with 30 classes', async () => {
    const { found } = await both({ labels: each(30, 1), classes: 30 }, 3000);
    expect(found.length).toBeGreaterThanOrEqual(3);
  });

  it('with as many prompts in a step as the models can hold, and more', async () => {
    const { lines } = await both({ labels: each(2, 4), length: 3, settings: { promptsPerStep: 600 } }, 12_000);
    expect(lines.length).toBeGreaterThanOrEqual(2);
  });

  it('with answers alone: right or wrong', async () => {
    const answer: Answer = (logits) =>
      logits[0]! > logits[1]! ? [0, -Infinity] : logits[0]! < -39 ? [-Infinity, -Infinity] : [-Infinity, 0];
    const { found } = await both({ labels: each(2, 12), answer }, 1500);
    expect(found[0]!.gap).toBeGreaterThan(0);
  });
});

describe('rows of each prompt', () => {
  it('are of every class in the long run, however few a prompt gets', async () => {
    for (const rowsPerPrompt of [1, 3]) {
      const { context, model } = contextOf({ labels: each(5, 4), classes: 5, settings: { rowsPerPrompt, promptsPerStep: 24 } }, 700);
      const search = await memorySearch.open(context);
      await steps(search);
      const asked = [0, 0, 0, 0, 0];
      for (const { rows } of model.calls) for (const row of rows) asked[row % 5]!++;
      expect(Math.max(...asked)).toBeLessThan(2 * Math.min(...asked));
    }
  });
});

describe('prompts that make no difference', () => {
  const cases: [string, Answer, boolean][] = [
    ['the same answer everywhere', () => [0, 0], true],
    ['the answer depends on the row alone', (_, row) => [0, Math.sin(row)], true],
    ['one prompt in four makes a difference', (_l, row, ids) => [0, ids[0]! % 4 === 0 ? 1 : Math.sin(row)], false],
  ];
  it.each(cases)('%s: the search says so after 200 queries, and continues', async (_, answer, expected) => {
    const task = { labels: each(2, 16), length: 3, answer };
    const { lines, ended, search } = await both(task, 1000);
    expect(ended).toBe('budget');
    expect(lines.length).toBeGreaterThan(8);
    expect(search.notes!.length > 0).toBe(expected);
    const resumed = await memorySearch.open(contextOf(task, 1000).context, search.save());
    expect(resumed.notes).toEqual(search.notes);
  });

  it('are not told before there are 200 queries', async () => {
    const search = await memorySearch.open(contextOf({ labels: each(2, 16), answer: () => [0, 0] }, 1000).context);
    while (!search.ended) {
      await search.advance();
      expect(search.notes!.length > 0).toBe(search.queries.computed >= 200);
    }
  });
});

describe('few prompts', () => {
  it.each([
    [1, 5],
    [2, 4],
  ])('are all scored, each once, and the search ends: T = %i, %i tokens', async (length, actions) => {
    const { lines, ended, found } = await both({ labels: each(2, 8), length, actions }, 5000);
    expect(ended).toBe('exhausted');
    expect(found.length).toBeGreaterThanOrEqual(3);
    // No line without a new prompt.
    expect(lines.every((line) => 'distinct' in line && line.distinct > 0)).toBe(true);
    expect(lines.reduce((sum, line) => sum + ('distinct' in line ? line.distinct : 0), 0)).toBe(actions ** length);
  });

  it('are found where several sequences of tokens are one prompt to the task model', async () => {
    const { ended, lines } = await both({ labels: each(2, 8), length: 2, actions: 8, toTask: (ids) => [ids[0]!] }, 5000);
    expect(ended).toBe('exhausted');
    expect(lines.every((line) => 'mean' in line && line.mean >= -100 && line.best > -100)).toBe(true);
  });

  it('of a policy that repeats itself are no end of the search', async () => {
    const { ended } = await both({ labels: each(2, 8), length: 3, settings: { proposals: ['policy'], topK: 1 } }, 1500);
    expect(ended).toBe('budget');
  });
});
