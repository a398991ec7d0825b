import { describe, expect, it } from 'vitest';
import { raceWords, type Contestant } from '../../../../src/search/labelWords/wordRace';

const labels = Array.from({ length: 120 }, (_, row) => row % 2);
const pool = { texts: labels.map((_, row) => `text ${row}`), labels };

/** A set that is right on a share of the rows, spread over them; counts the queries. */
function contestant(words: string[], share: number, own = false): Contestant & { readonly rows: number[] } {
  const rows: number[] = [];
  return {
    words,
    own,
    rows,
    score: (some) => {
      rows.push(...some);
      const right = (row: number): boolean => (Math.floor(row / 2) * 7) % 20 < 20 * share;
      return Promise.resolve(Float32Array.from(some.flatMap((row) => (right(row) === (labels[row] === 1) ? [0, 2] : [2, 0]))));
    },
  };
}

describe('a race of label words', () => {
  it('finds the best set within its queries, each pair scored once', async () => {
    const all = [0.5, 0.55, 0.6, 0.9, 0.5, 0.65].map((share, i) => contestant([`a${i}`, `b${i}`], share, i === 0));
    const choice = await raceWords(all, pool, 200);
    expect(choice.chosen.words).toEqual(['a3', 'b3']);
    const scored = all.reduce((sum, { rows }) => sum + rows.length, 0);
    expect(scored).toBeLessThanOrEqual(200);
    expect(choice.queries).toBe(scored);
    for (const { rows } of all) expect(new Set(rows).size).toBe(rows.length);
    // Both accuracies are of the same rows, which the race did not see.
    expect(choice.chosen.crossValidated).toBeGreaterThan(0.8);
    expect(choice.own!.accuracy).toBeLessThan(0.7);
    expect(choice.rows).toBe(25);
    expect(all[0]!.rows.slice(-choice.rows)).toEqual(all[3]!.rows.slice(-choice.rows));
  });

  it('keeps the own words unless others do better on fresh rows', async () => {
    const choice = await raceWords([contestant(['x', 'y'], 0.7, true), contestant(['v', 'w'], 0.7)], pool, 100);
    expect(choice.chosen).toMatchObject({ words: ['x', 'y'], crossValidated: null });
    expect(choice.own!.words).toEqual(['x', 'y']);
  });

  it('needs no own words, and leaves out rows that fail', async () => {
    const failing = {
      ...contestant(['v', 'w'], 0.9),
      score: (rows: readonly number[]) => Promise.resolve(new Float32Array(2 * rows.length).fill(NaN)),
    };
    const choice = await raceWords([failing, contestant(['x', 'y'], 0.8)], pool, 80);
    expect(choice.chosen.words).toEqual(['x', 'y']);
    expect(choice.own).toBeNull();
  });
});
