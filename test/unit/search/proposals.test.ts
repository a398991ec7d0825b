import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { Bandit } from '../../../src/search/bandit';
import { drawn, edit } from '../../../src/search/edits';
import { plan, rowsByDefault } from '../../../src/search/plan';
import { raceCost } from '../../../src/search/race';
import { RowTurns } from '../../../src/search/rowTurns';
import { climb, factorsOf, type Landscape } from '../../../src/search/thompson';

describe('coordinate ascent', () => {
  const [T, A] = [3, 40];
  const random = new Random(1);
  const landscape: Landscape = {
    mean: [0, 0],
    table: Float32Array.from({ length: 2 * T * A }, () => random.normal()),
    T,
    A,
    // Best where factor 0 is 1 and factor 1 as large as can be.
    score: (f) => f[1]! - (f[0]! - 1) ** 2,
  };
  const value = (prompt: readonly number[]): number => landscape.score(factorsOf(landscape, prompt));

  it('adds what each token adds at its place', () => {
    const [f0, f1] = factorsOf(landscape, [4, 5, 6]);
    expect(f0).toBeCloseTo(landscape.table[4]! + landscape.table[A + 5]! + landscape.table[2 * A + 6]!, 5);
    expect(f1).toBeCloseTo(landscape.table[3 * A + 4]! + landscape.table[4 * A + 5]! + landscape.table[5 * A + 6]!, 5);
  });

  it('finds one of the best thousandth of all prompts', () => {
    const all = Array.from({ length: A ** T }, (_, i) => value([i % A, Math.floor(i / A) % A, Math.floor(i / A ** 2)]));
    const source = new Random(3);
    const found = Math.max(...Array.from({ length: 8 }, () => value(climb(landscape, [0, 0, 0], new Set(), source)!)));
    expect(all.filter((x) => x > found).length).toBeLessThan(A ** T / 1000);
  });

  it('proposes no prompt that is taken', () => {
    const taken = new Set<string>();
    const source = new Random(3);
    for (let i = 0; i < 30; i++) {
      const prompt = climb(landscape, [0, 0, 0], taken, source)!;
      expect(taken.has(prompt.join())).toBe(false);
      taken.add(prompt.join());
    }
  });
});

describe('edits', () => {
  it('exchange one token of one of the best', () => {
    const source = new Random(1);
    const best = [
      [1, 2, 3],
      [7, 8, 9],
    ];
    for (let i = 0; i < 20; i++) {
      const prompt = edit(best, 50, new Set(['1,2,3', '7,8,9']), source)!;
      expect(Math.min(...best.map((parent) => parent.filter((a, t) => a !== prompt[t]).length))).toBe(1);
    }
  });

  it('and draws give nothing where every prompt is taken', () => {
    expect(edit([[0]], 1, new Set(['0']), new Random(1))).toBeUndefined();
    expect(drawn(1, 1, new Set(['0']), new Random(1))).toBeUndefined();
  });
});

describe('shares of the proposers', () => {
  it('add up, are even at first, and move to who wins without leaving anyone out', () => {
    const bandit = Bandit.of(['policy', 'thompson', 'edits']);
    expect(Object.values(bandit.shares(16)).sort()).toEqual([5, 5, 6]);
    for (let step = 0; step < 10; step++)
      bandit.learn(Array.from({ length: 15 }, (_, i) => ({ origin: ['policy', 'thompson', 'edits'][i % 3]!, won: i % 3 === 1 })));
    const shares = bandit.shares(16);
    expect(shares.policy! + shares.thompson! + shares.edits!).toBe(16);
    expect(shares.thompson).toBeGreaterThanOrEqual(12);
    expect(shares.policy).toBeGreaterThanOrEqual(1);
  });
});

describe('rows in turn', () => {
  const labels = Array.from({ length: 24 }, (_, row) => Number(row >= 12));

  it('are balanced and distinct, and every row comes equally often', () => {
    const turns = new RowTurns(labels, 2, 8, new Random(1));
    const counts = new Map<number, number>();
    for (let i = 0; i < 9; i++) {
      const rows = turns.next();
      expect(new Set(rows).size).toBe(8);
      expect(rows.filter((row) => labels[row] === 0)).toHaveLength(4);
      for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
    }
    expect([...counts.values()].every((n) => n === 3)).toBe(true);
  });

  it('never repeat a row for one prompt where a turn ends in between', () => {
    const turns = new RowTurns([0, 0, 0, 1, 1, 1], 2, 4, new Random(1));
    for (let i = 0; i < 20; i++) expect(new Set(turns.next()).size).toBe(4);
  });

  it('go on where they were', () => {
    const [random, again] = [new Random(1), new Random(1)];
    const turns = new RowTurns(labels, 2, 8, random);
    turns.next();
    const resumed = new RowTurns(labels, 2, 8, again);
    resumed.restore(turns.save());
    again.state = random.state;
    for (let i = 0; i < 5; i++) expect(resumed.next()).toEqual(turns.next());
  });
});

describe('plan of a budget', () => {
  it('keeps at most a quarter for 3 to 10 finalists, as many as fit', () => {
    const split = plan(5000, 64, 8, 16);
    if ('needed' in split) throw new Error('5,000 queries are enough');
    expect(raceCost(split.race, 8)).toBeLessThanOrEqual(1250);
    expect(split.race.at(-1)).toEqual({ prompts: 10, rows: 64 });
    expect(split.starts).toBe(500);
    const four = plan(5000, 128, 16, 16);
    if ('needed' in four) throw new Error('5,000 queries are enough');
    expect(four.race.at(-1)).toEqual({ prompts: 6, rows: 128 });
    expect(raceCost(four.race, 16)).toBeLessThanOrEqual(1250);
  });

  it('leaves out the first rounds of the race where the budget is small, and never the last', () => {
    const race = (pool: number, rows: number): unknown => {
      const split = plan(1000, pool, rows, 16);
      return 'needed' in split ? split : split.race;
    };
    // Three rounds would cost 12 · 8 + 6 · 16 + 3 · 32 = 288, more than a quarter of 1,000.
    expect(race(64, 8)).toEqual([
      { prompts: 6, rows: 32 },
      { prompts: 3, rows: 64 },
    ]);
    expect(race(160, 20)).toEqual([{ prompts: 3, rows: 160 }]);
  });

  it('makes steps smaller where the budget has no room for eight, but not below eight prompts', () => {
    const step = (budget: number, pool: number, rows: number): number => {
      const split = plan(budget, pool, rows, 16);
      return 'needed' in split ? NaN : split.promptsPerStep;
    };
    // A race of 6 · 24 + 3 · 32 = 240 queries leaves 760, which is 95 prompts.
    expect(step(1000, 64, 8)).toBe(11);
    // A race of 3 · 140 = 420 queries leaves 580, which is 29.
    expect(step(1000, 160, 20)).toBe(8);
    expect(step(5000, 64, 8)).toBe(16);
    expect(step(5000, 160, 20)).toBe(16);
  });

  it('leaves to others what they claim', () => {
    const split = plan(5000, 64, 8, 16, 1000);
    if ('needed' in split) throw new Error('5,000 queries are enough');
    expect(split.search + raceCost(split.race, 8)).toBe(4000);
  });

  it('says what it needs where the budget is too small, and can do with just that', () => {
    const split = plan(100, 64, 8, 16);
    if (!('needed' in split)) throw new Error('100 queries are too few');
    expect('needed' in plan(split.needed, 64, 8, 16)).toBe(false);
    expect('needed' in plan(split.needed - 1, 64, 8, 16)).toBe(true);
  });

  it('scores a prompt on four rows a class, and on all where a class has fewer than four', () => {
    expect(rowsByDefault(Array.from({ length: 64 }, (_, i) => i % 2))).toBe(8);
    expect(rowsByDefault(Array.from({ length: 128 }, (_, i) => i % 4))).toBe(16);
    expect(rowsByDefault([0, 0, 0, 0, 1, 1, 1])).toBe(7);
  });
});
