import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bests, rewardsOfBests } from '../../../src/method/bestOf';

interface Case {
  readonly bootstraps: number;
  readonly inputs: readonly number[];
  readonly scores: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  readonly signals: readonly number[];
}
/** Worked out with NumPy by recordBestOf.py. */
const CASES = JSON.parse(readFileSync('test/unit/method/bestOf.json', 'utf8')) as Case[];

describe('rewards of the best of several texts', () => {
  it.each(CASES.map((each) => [`${each.scores.length} prompts, ${each.bootstraps} parts`, each] as const))(
    'are those of NumPy: %s',
    (_, { bootstraps, inputs, scores, rewards, signals }) => {
      const found = rewardsOfBests(
        scores.map((own) => bests(own, bootstraps)),
        inputs,
      );
      found.rewards.forEach((reward, b) => expect(reward).toBeCloseTo(rewards[b]!, 9));
      found.signals.forEach((signal, b) => expect(signal).toBeCloseTo(signals[b]!, 6));
    },
  );

  it('are by hand: bests 3 and 5 against 1 and 7 on one input', () => {
    expect(bests([1, 3, 5, 2], 2)).toEqual([3, 5]);
    // All bests: mean 4, population variance (1 + 1 + 9 + 9) / 4 = 5. Both prompts have the mean.
    expect(rewardsOfBests([[3, 5], [1, 7]], [0, 0])).toEqual({ rewards: [4, 4], signals: [-20, -20] }); // prettier-ignore
    // 2 and 6: mean 4, deviation 2, so z = ±1 less the 1e-4.
    const { signals } = rewardsOfBests([[2], [6]], [0, 0]);
    expect(signals[0]).toBeCloseTo(-120, 1);
    expect(signals[1]).toBeCloseTo(80, 1);
  });

  it('leave out texts without a score, and take the mean for a prompt without any', () => {
    expect(bests([NaN, 2, NaN, NaN], 2)).toEqual([2]);
    expect(rewardsOfBests([[2], [6], []], [0, 0, 0]).rewards).toEqual([2, 6, 4]);
    expect(rewardsOfBests([[2], [6], []], [0, 0, 0]).signals[2]).toBe(-20);
    expect(rewardsOfBests([[]], [3])).toEqual({ rewards: [0], signals: [-20] });
  });
});
