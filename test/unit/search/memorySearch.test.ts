import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { Scorer, type LabeledRows } from '../../../src/method/scorer';
import { memorySearch, randomWithMemory } from '../../../src/search/memorySearch';
import type { PolicyStep, Search, SearchContext, SearchKind, Start, StartsStep } from '../../../src/search/search';
import { presets, type Proposer } from '../../../src/spec/schema';
import { alternating, bare, fakeModel, labelled, type FakeTaskModel } from '../method/fakeTaskModel';

const [A, d, T] = [60, 8, 3];
const TRAIN = labelled(alternating(24), 'train');
const VALIDATION = labelled(alternating(24), 'validation');
const draws = new Random(7);
const EMBEDDING = Float32Array.from({ length: A * d }, () => draws.normal());
const DIRECTION = Float32Array.from({ length: d }, () => draws.normal());

/** What a token is worth: linear in its embedding; nothing where the search does not have it. */
function worth(id: number): number {
  if (id >= 100 + A) return 0;
  let sum = 0;
  for (let k = 0; k < d; k++) sum += DIRECTION[k]! * EMBEDDING[(id - 100) * d + k]!;
  return sum / 10;
}

/** The last token counts; rows are easy and hard. */
function gapOf(ids: readonly number[], row: number): number {
  return Math.tanh(worth(ids.at(-1)!) + 0.3 * worth(ids[0]!) + 0.3 * Math.sin(row));
}

interface Opened {
  readonly search: Search;
  readonly model: FakeTaskModel;
}

async function open(
  kind: SearchKind,
  {
    budget = 1500,
    proposals,
    saved,
    gap = gapOf,
    starts = [],
    validation = VALIDATION,
  }: {
    budget?: number;
    proposals?: readonly Proposer[];
    saved?: unknown;
    gap?: typeof gapOf;
    starts?: readonly Start[];
    validation?: LabeledRows;
  } = {},
): Promise<Opened> {
  const model = fakeModel(gap, TRAIN, validation);
  const context = {
    settings: { ...presets.default, promptsPerStep: 8, hiddenSize: 16, ...(proposals && { proposals }) },
    length: T,
    seed: 3,
    budget,
    compute: { threads: 1 },
    actions: Array.from({ length: A }, (_, a) => 100 + a),
    toTask: (ids: readonly number[]) => [...ids],
    starts,
    prompt: bare,
    policyModel: {
      stateSize: d,
      source: [1],
      actionEmbedding: () => EMBEDDING.slice(),
      states: (prefixes: readonly (readonly number[])[]) =>
        Promise.resolve(
          Float32Array.from(
            prefixes.flatMap((ids) => {
              const source = new Random(ids.reduce((hash, id) => (hash * 31 + id) % 100_003, 7));
              return Array.from({ length: d }, () => source.normal());
            }),
          ),
        ),
    },
    scorer: (split: string) => new Scorer(model, split === 'train' ? TRAIN : validation, 'balanced'),
  } as unknown as SearchContext;
  return { search: await kind.open(context, saved), model };
}

/** Steps to the end, without the milliseconds. */
async function trace(search: Search, most = Infinity): Promise<object[]> {
  const lines: object[] = [];
  while (!search.ended && lines.length < most) lines.push({ ...(await search.advance()), milliseconds: undefined });
  return lines;
}

describe('search with a memory', () => {
  it.each([
    ['all proposers', memorySearch],
    ['random', randomWithMemory],
  ])('%s: counts what the model was asked, once a pair, within the budget', async (_, kind) => {
    const { search, model } = await open(kind);
    await trace(search);
    const before = search.queries.computed;
    expect(before).toBeLessThanOrEqual(0.75 * 1500 + 500);
    await search.finalists();
    const { pairs, distinct } = model.queries();
    expect(search.queries.computed).toBe(pairs);
    expect(model.queries(TRAIN.set).distinct + model.queries(VALIDATION.set).distinct).toBe(pairs);
    expect(distinct).toBeLessThanOrEqual(pairs);
    expect(pairs).toBeLessThanOrEqual(1500);
    expect(pairs).toBeGreaterThan(1200);
  });

  it('finds better prompts than random ones with the same memory', async () => {
    const best = async (kind: SearchKind): Promise<number> => {
      const { search } = await open(kind);
      await trace(search);
      return (await search.finalists())[0]!.gap;
    };
    expect(await best(memorySearch)).toBeGreaterThan((await best(randomWithMemory)) + 0.03);
  });

  it('ranks finalists by all rows of the pool, best first', async () => {
    const { search } = await open(memorySearch);
    await trace(search);
    const found = await search.finalists();
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(found.map(({ choice }) => choice)).toEqual(found.map(({ choice }) => choice).sort((a, b) => b! - a!));
    const gaps = Array.from({ length: 24 }, (_, row) => gapOf(found[0]!.tokens!, row));
    expect(found[0]!.gap).toBeCloseTo(gaps.reduce((a, b) => a + b, 0) / 24, 5);
  });

  it.each([[['policy', 'thompson', 'edits']], [['policy']], [['edits']], [['thompson']]] satisfies [Proposer[]][])(
    'with %j resumes from what it saved with the same trace',
    async (proposals) => {
      const whole = await open(memorySearch, { proposals });
      const expected = await trace(whole.search);
      const first = await open(memorySearch, { proposals });
      await trace(first.search, 5);
      const saved = deserialize(serialize(first.search.save())) as unknown;
      const second = await open(memorySearch, { proposals, saved });
      expect(await trace(second.search)).toEqual(expected.slice(5));
      expect(await second.search.finalists()).toEqual(await whole.search.finalists());
      expect(second.search.queries).toEqual(whole.search.queries);
    },
  );

  it.each([
    ['all proposers', memorySearch],
    ['random', randomWithMemory],
  ])('%s: estimates the accuracy of the best prompt; a part of the pool is worth less than all of it', async (_, kind) => {
    const { search } = await open(kind);
    const lines = (await trace(search)) as PolicyStep[];
    for (const { estimate, greedy } of lines) {
      expect(estimate).toMatchObject({ rows: 8 });
      expect(estimate!.worth).toBeGreaterThanOrEqual(8);
      expect(estimate!.worth).toBeLessThan(48);
      expect(estimate!.best).toBeGreaterThanOrEqual(0.5);
      expect(estimate!.mean).toBeGreaterThan(0);
      expect(estimate!.mean).toBeLessThanOrEqual(1);
      if (greedy) expect(greedy).toMatchObject({ train: { accuracy: estimate!.best }, filledIn: { rows: 8, worth: estimate!.worth } });
    }
    expect(lines[0]!.estimate!.worth).toBeLessThan(20);
    expect(lines.at(-1)!.estimate!.worth).toBeGreaterThan(30);
    expect(lines.at(-1)!.estimate!.best).toBeGreaterThan(0.9);
  });

  it('is as before the step when a step is interrupted', async () => {
    const { search, model } = await open(memorySearch);
    const other = await open(memorySearch);
    await trace(search, 3);
    await trace(other.search, 3);
    const score = model.score.bind(model);
    let left = 5;
    model.score = (...call) => (left-- > 0 ? score(...call) : Promise.reject(new Error('interrupted')));
    const before = search.queries;
    await expect(search.advance()).rejects.toThrow('interrupted');
    expect(search.queries).toEqual(before);
    model.score = score;
    expect(await trace(search)).toEqual(await trace(other.search));
  });

  it('takes rows that fail as missing, and asks them once', async () => {
    const { search, model } = await open(memorySearch);
    const score = model.score.bind(model);
    model.score = async (prompts, set, rows) => {
      const logits = await score(prompts, set, rows);
      return logits.map((x, i) => (rows[Math.floor(i / 2) % rows.length]! % 5 === 0 ? NaN : x));
    };
    await trace(search);
    const [winner] = await search.finalists();
    expect(winner!.gap).toBeGreaterThan(0.1);
    expect(model.queries(TRAIN.set).distinct).toBe(model.queries(TRAIN.set).pairs);
  });

  it('goes on where all prompts score the same, and ends where nothing new is left', async () => {
    const { search } = await open(memorySearch, { gap: () => 0.5 });
    const lines = await trace(search);
    expect(lines.length).toBeGreaterThan(10);
    expect((await search.finalists())[0]!.gap).toBeCloseTo(0.5, 5);
  });

  it('ends at once where the budget has no room for it', async () => {
    const { search } = await open(memorySearch, { budget: 40 });
    expect(search.ended).toBe('budget');
    expect(await search.finalists()).toEqual([]);
  });
});

describe('a warm start', () => {
  /** Of a token's worth by `worth`: the best and the worst. */
  const ranked = Array.from({ length: A }, (_, a) => 100 + a).sort((a, b) => worth(b) - worth(a));
  const [best, second] = [ranked[0]!, ranked[1]!];
  const start = (origin: Start['origin'], ...ids: number[]): Start => ({ origin, ids, tokens: ids });
  const STARTS: readonly Start[] = [
    start('manual', best, 900, best, best, best),
    start('start', second),
    // Of the search's own tokens and length.
    start('start', best, 101, second),
    ...Array.from({ length: 20 }, (_, i) => start('start', 900 + i, ranked.at(-1 - i)!)),
  ];

  it.each([
    ['all proposers', memorySearch],
    ['random', randomWithMemory],
  ])('%s: is scored first, on few rows and at most a tenth of the budget, and counted', async (_, kind) => {
    const { search, model } = await open(kind, { starts: STARTS });
    const first = (await search.advance()) as StartsStep;
    expect(first.event).toBe('starts');
    // 150 of 1,500 queries are 18 prompts on 8 rows.
    expect(first.prompts.map(({ origin, filledIn }) => [origin, filledIn!.rows])).toEqual(
      STARTS.slice(0, 18).map(({ origin }) => [origin, 8]),
    );
    expect(search.queries.computed).toBe(18 * 8);
    expect(model.queries().pairs).toBe(18 * 8);
    await trace(search);
    await search.finalists();
    const { pairs } = model.queries();
    expect(search.queries.computed).toBe(pairs);
    expect(model.queries(TRAIN.set).distinct + model.queries(VALIDATION.set).distinct).toBe(pairs);
    expect(pairs).toBeLessThanOrEqual(1500);
  });

  it('keeps its origin in the choice, is never proposed, and the best of it and of the others are always there', async () => {
    const { search, model } = await open(memorySearch, { starts: STARTS });
    await trace(search);
    const found = await search.finalists();
    const given = new Map(STARTS.map(({ ids, origin }) => [ids.join(), origin]));
    for (const { tokens, origin } of found) expect(origin).toBe(given.get(tokens!.join()));
    expect(found.some(({ origin }) => origin !== undefined)).toBe(true);
    expect(found.some(({ origin }) => origin === undefined)).toBe(true);
    // Each (prompt, row) pair once: whatever the search proposes, it is none of these.
    expect(model.queries(TRAIN.set).distinct).toBe(model.queries(TRAIN.set).pairs);
  });

  it('is the control’s as well, which gives the best of its own and what is better', async () => {
    const { search } = await open(randomWithMemory, { starts: STARTS });
    await trace(search);
    const found = await search.finalists();
    const own = found.filter(({ origin }) => origin === undefined);
    expect(own).toEqual([found.at(-1)]);
    expect(STARTS.map(({ ids }) => ids.join())).not.toContain(own[0]!.tokens!.join());
  });

  it('lends its tokens to the first step: half of it ends in those of the best', async () => {
    const { search, model } = await open(memorySearch, { starts: STARTS.slice(0, 3) });
    await search.advance();
    const before = model.calls.length;
    await search.advance();
    const prompts = [...new Set(model.calls.slice(before).flatMap(({ prompts }) => prompts.map((ids) => ids.join())))];
    expect(prompts).toHaveLength(8);
    const ends = prompts.filter(
      (ids) => ids.endsWith(`,${best},${best},${best}`) || ids.endsWith(`,${second}`) || ids === Array(3).fill(best).join(),
    );
    expect(ends.length).toBeGreaterThanOrEqual(2);
    const control = await open(randomWithMemory, { starts: STARTS.slice(0, 3) });
    await control.search.advance();
    await control.search.advance();
    expect(control.model.calls.at(-1)!.prompts[0]!.every((id) => id < 900)).toBe(true);
  });

  it('that was interrupted or stopped after it has the same trace', async () => {
    const whole = await open(memorySearch, { starts: STARTS });
    const expected = await trace(whole.search);
    const first = await open(memorySearch, { starts: STARTS });
    const score = first.model.score.bind(first.model);
    let left = 5;
    first.model.score = (...call) => (left-- > 0 ? score(...call) : Promise.reject(new Error('interrupted')));
    await expect(first.search.advance()).rejects.toThrow('interrupted');
    expect(first.search.queries.computed).toBe(0);
    first.model.score = score;
    await first.search.advance();
    const saved = deserialize(serialize(first.search.save())) as unknown;
    const second = await open(memorySearch, { starts: STARTS, saved });
    expect(await trace(second.search)).toEqual(expected.slice(1));
    expect(await second.search.finalists()).toEqual(await whole.search.finalists());
  });
});

describe('a pool without validation rows', () => {
  it('is searched and ranked on its training rows alone', async () => {
    const { search, model } = await open(memorySearch, { validation: labelled([], 'validation') });
    await trace(search);
    const [winner] = await search.finalists();
    expect(search.queries.computed).toBe(model.queries(TRAIN.set).pairs);
    const gaps = Array.from({ length: 24 }, (_, row) => gapOf(winner!.tokens!, row));
    expect(winner!.gap).toBeCloseTo(gaps.reduce((a, b) => a + b, 0) / 24, 5);
    expect(winner!.validation).toEqual(winner!.train);
  });
});
