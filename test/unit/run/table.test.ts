import { describe, expect, it } from 'vitest';
import { NO_CLASS, type PromptScore } from '../../../src/method/scorer';
import type { Origin } from '../../../src/run/result/result';
import { paired, rank, testScore } from '../../../src/run/result/table';
import { wilson } from '../../../src/run/report/statistics';
import { bare } from '../method/fakeTaskModel';

const score = (predicted: number[], failed: number[] = [], accuracy = 0): PromptScore => ({
  reward: 0,
  gap: 0,
  accuracy,
  predicted,
  ...(failed.length > 0 && { missing: failed.length, failed }),
});

function entry(origin: Origin, tokens: number[], gap: number): Parameters<typeof rank>[0][number] {
  return { origin, ...bare(tokens), gap, train: score([]), validation: score([]) };
}

describe('the ranking', () => {
  it('has what two searches found once for each of them, the given prompts first on a tie', () => {
    const ranked = rank([
      entry('manual', [1, 2], 0.5),
      entry('policy', [1, 2], 0.5),
      entry('policy', [3, 4], 0.7),
      entry('random', [3, 4], 0.7),
    ]);
    expect(ranked.map(({ origin, tokens }) => [origin, tokens])).toEqual([
      ['policy', [3, 4]],
      ['random', [3, 4]],
      ['manual', [1, 2]],
      ['policy', [1, 2]],
    ]);
  });

  it('has a prompt once that one of them gave twice', () => {
    expect(rank([entry('manual', [1], 0.5), entry('manual', [1], 0.5)])).toHaveLength(1);
  });
});

describe('held-out scores', () => {
  const labels = [0, 1, 0, 1, 0];
  const texts = ['a', 'b', 'c', 'd', 'e'];

  it('leave out the rows that could not be scored: n, interval, macro-F1, confusion and examples', () => {
    // Rows 1 and 4 failed; row 3 was answered with no class, which is an answer.
    const made = testScore(score([0, NO_CLASS, 1, NO_CLASS, NO_CLASS], [1, 4], 1 / 3), { texts, labels }, 2);
    expect(made.n).toBe(3);
    expect(made.interval).toEqual(wilson(1, 3));
    expect(made.confusion).toEqual([
      [1, 1],
      [0, 0],
    ]);
    // Class 0: precision 1, recall 1/2; class 1: none right.
    expect(made.macroF1).toBeCloseTo((2 / 3 + 0) / 2, 12);
    expect(made.examples!.map(({ text }) => text).sort()).toEqual(['a', 'c', 'd']);
  });

  it('are compared on the rows that both prompts have', () => {
    const first = score([0, 1, 0, 1, 0]);
    const second = score([1, 0, NO_CLASS, 1, 0], [2]);
    expect(paired(first, second, labels)).toMatchObject({ onlyFirst: 2, onlySecond: 0 });
  });
});
