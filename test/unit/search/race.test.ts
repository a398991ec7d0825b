import { describe, expect, it } from 'vitest';
import { duel, finalistsOf, raceCost, rounds } from '../../../src/search/race';
import { probabilityPositive, studentT } from '../../../src/search/studentT';

const ROWS = Array.from({ length: 32 }, (_, row) => row);
const GATE = { first: 8, more: 4, sure: 0.8 };

describe('the race of the finalists', () => {
  it('scores the best by what is known on growing rows, and keeps whom the rows keep', async () => {
    // Candidate i is worth i, but seems to be worth 100 − i until it has scores on 16 rows.
    const known = new Map<number, number>();
    const worth = (i: number): number => ((known.get(i) ?? 0) < 16 ? 100 - i : i);
    const calls: { alive: readonly number[]; rows: number }[] = [];
    const last = await finalistsOf(
      rounds(3, 64, 8),
      Array.from({ length: 20 }, (_, i) => i),
      worth,
      (alive, rows) => {
        calls.push({ alive: [...alive], rows });
        for (const i of alive) known.set(i, rows);
        return Promise.resolve();
      },
    );
    expect(calls.map(({ alive, rows }) => [alive.length, rows])).toEqual([
      [12, 16],
      [6, 32],
      [3, 64],
    ]);
    expect(calls[0]!.alive).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(last).toEqual([11, 10, 9]);
  });

  it('keeps the best of each kind to the end', async () => {
    const last = await finalistsOf(
      rounds(3, 64, 8),
      Array.from({ length: 40 }, (_, i) => i),
      (i) => -i,
      () => Promise.resolve(),
      (i) => i >= 30,
    );
    expect(last).toEqual([0, 1, 30]);
  });

  it('costs what it asks', async () => {
    const race = rounds(4, 100, 8);
    const has = new Map(Array.from({ length: 30 }, (_, i) => [i, 8]));
    let asked = 0;
    await finalistsOf(
      race,
      [...has.keys()],
      (i) => -i,
      (alive, rows) => {
        for (const i of alive) {
          asked += rows - has.get(i)!;
          has.set(i, rows);
        }
        return Promise.resolve();
      },
    );
    expect(raceCost(race, 8)).toBe(asked);
    // 16 on 25 rows, 8 on 50, 4 on 100, each with 8 rows already.
    expect(asked).toBe(16 * 17 + 8 * 25 + 4 * 50);
    // Three candidates go through all rounds.
    expect(raceCost(race, 8, 3)).toBe(3 * 92);
  });
});

describe('a duel on the same rows', () => {
  const run = async (difference: (row: number) => number, rows = ROWS) => {
    const asked: number[] = [];
    const result = await duel(rows, GATE, (next) => {
      asked.push(...next);
      return Promise.resolve(next.map(difference));
    });
    expect(asked).toEqual(rows.slice(0, result.rows));
    return result;
  };

  it('ends at the first look where it is clear', async () => {
    expect(await run((row) => 0.3 + 0.1 * (row % 2))).toMatchObject({ rows: 8, mean: expect.closeTo(0.35, 10) as number });
    expect((await run(() => -0.5)).better).toBeLessThan(0.2);
  });

  it('goes on while it is not, and says that it is level where nothing differs', async () => {
    expect(await run(() => 0)).toEqual({ better: 0.5, mean: 0, rows: 32 });
    const late = await run((row) => (row < 10 ? 0.4 * (row % 2 === 0 ? 1 : -1) : 0.4));
    expect(late.rows).toBeGreaterThan(8);
    expect(late.rows).toBeLessThan(32);
    expect(late.better).toBeGreaterThan(0.8);
  });

  it('leaves out rows that failed, and knows nothing where all did', async () => {
    expect((await run((row) => (row % 2 === 0 ? NaN : 0.3))).mean).toBeCloseTo(0.3);
    expect(await run(() => NaN, ROWS.slice(0, 10))).toEqual({ better: 0.5, mean: 0, rows: 10 });
    expect(await run(() => 1, [])).toEqual({ better: 0.5, mean: 0, rows: 0 });
  });
});

describe("Student's t", () => {
  // Quantiles from printed tables.
  it.each([
    [1, 6.314, 0.95],
    [2, 2.92, 0.95],
    [3, 3.182, 0.975],
    [4, 2.132, 0.95],
    [5, 3.365, 0.99],
    [10, 1.812, 0.95],
    [30, 2.042, 0.975],
    [31, 2.744, 0.995],
  ])('with %i degrees of freedom has its table’s quantiles', (nu, t, p) => {
    expect(studentT(t, nu)).toBeCloseTo(p, 3);
    expect(studentT(-t, nu)).toBeCloseTo(1 - p, 3);
    expect(studentT(0, nu)).toBe(0.5);
  });

  it('gives the probability that a mean is positive: as one more value of 0 with its spread would', () => {
    expect(probabilityPositive([])).toBe(0.5);
    // n = 3, mean 0.2, squares 0.02: posterior mean 0.15, scale √((0.0625 + 0.02 + 0.03) / 16), t with 4 degrees of freedom.
    expect(probabilityPositive([0.1, 0.2, 0.3])).toBeCloseTo(studentT(0.15 / Math.sqrt(0.1125 / 16), 4), 10);
    expect(probabilityPositive([0.1, 0.2, 0.3])).toBeCloseTo(1 - probabilityPositive([-0.1, -0.2, -0.3]), 10);
  });
});
