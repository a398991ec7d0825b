import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/method/random';
import { frontCounts, sampleParent, type Scores } from '../../../../src/search/reflect/fronts';

const scores = (...values: (number | undefined)[]): Scores =>
  new Map(values.flatMap((value, row) => (value === undefined ? [] : [[row, value] as const])));

describe('the fronts of rows', () => {
  it('count the rows that a candidate is best on, and drop dominated candidates', () => {
    // The second is best nowhere alone; the third ties with the first on row 0 and is alone on row 2.
    expect(frontCounts([scores(1, 1, 0, 0), scores(1, 0, 0, 0), scores(1, 0, 1, 0.5)])).toEqual([2, 0, 3]);
    // Of two that are the same, one stays.
    expect(frontCounts([scores(1, 0), scores(1, 0)]).sort()).toEqual([0, 2]);
  });

  it('take rows without a score, and rows that failed, for no score', () => {
    expect(frontCounts([scores(0, undefined, NaN), scores(undefined, 0, NaN)])).toEqual([1, 1]);
  });

  it('make parents as often as they are best', () => {
    const random = new Random(1);
    const drawn = Array.from({ length: 2000 }, () => sampleParent([scores(1, 1, 1, 0), scores(0, 0, 0, 1)], random));
    expect(drawn.filter((i) => i === 0).length / 2000).toBeCloseTo(0.75, 1);
  });
});
