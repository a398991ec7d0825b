import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { mean, meanInterval, pairedInterval, pairedScores, standardDeviation, widened } from '../../../src/run/report/statistics';
import type { Origin, PromptResult } from '../../../src/run/result/result';
import { verdictOf } from '../../../src/run/result/verdict';

/** Samples of which the share of intervals that cover is taken. */
const RUNS = 1000;

const random = new Random(4);
const values = Array.from({ length: 400 }, () => 0.5 + 0.2 * random.normal());

describe('scores', () => {
  it('have the interval of Student’s t where there are many', () => {
    const half = (1.96 * standardDeviation(values)) / Math.sqrt(values.length);
    const [low, high] = meanInterval(values, [0, 1]);
    expect(low).toBeCloseTo(mean(values) - half, 2);
    expect(high).toBeCloseTo(mean(values) + half, 2);
  });

  it('of few rows that agree by luck are not certain', () => {
    const [low, high] = meanInterval([0, 0, 0, 0, 0, 0, 0, 0], [-1, 1]);
    expect(low).toBeLessThan(-0.3);
    expect(high).toBeGreaterThan(0.3);
    expect(meanInterval([], [0, 1])).toEqual([0, 1]);
    // Eight rows that all win by the most there is are better, and eight that win by a tenth are not shown to be.
    expect(pairedScores(Array<number>(8).fill(1), Array<number>(8).fill(0)).interval![0]).toBeGreaterThan(0);
    expect(pairedScores(Array<number>(8).fill(0.6), Array<number>(8).fill(0.5)).interval![0]).toBeLessThan(0);
  });

  it('of answers, right or wrong, have an interval like theirs', () => {
    const differences = [...Array<number>(20).fill(1), ...Array<number>(5).fill(-1), ...Array<number>(75).fill(0)];
    const [low, high] = pairedInterval(20, 5, 100);
    expect(meanInterval(differences, [-1, 1])).toEqual([expect.closeTo(low, 2), expect.closeTo(high, 2)]);
  });

  /** Scores in [0, 1] of laws that are skewed, lumpy or both, with their means. */
  const beta = (a: number, b: number, draw: Random): number => {
    // Of whole a and b: the a-th smallest of a + b − 1 uniform numbers.
    const all = Array.from({ length: a + b - 1 }, () => draw.uniform()).sort((x, y) => x - y);
    return all[a - 1]!;
  };
  const LAWS: Readonly<Record<string, readonly [mean: number, score: (draw: Random) => number]>> = {
    'skewed to 0': [1 / 8, (draw) => beta(1, 7, draw)],
    'skewed to 1': [7 / 8, (draw) => beta(7, 1, draw)],
    'skewed by a power': [1 / 9, (draw) => draw.uniform() ** 8],
    'right or wrong': [0.9, (draw) => Number(draw.uniform() < 0.9)],
    'rarely right': [0.03, (draw) => Number(draw.uniform() < 0.03)],
    'mostly 0': [0.05, (draw) => (draw.uniform() < 0.1 ? draw.uniform() : 0)],
    'nearly all the same': [0.8, (draw) => 0.78 + 0.04 * draw.uniform()],
  };
  it.each(Object.entries(LAWS).flatMap(([name, law]) => [8, 20, 50].map((rows) => [name, rows, law] as const)))(
    '%s have intervals of %i rows that cover their mean at least 92% of the time, and so have differences',
    (_, rows, [expected, score]) => {
      const draw = new Random(7);
      let [means, differences] = [0, 0];
      for (let run = 0; run < RUNS; run++) {
        const own = Array.from({ length: rows }, () => score(draw));
        const covers = ([low, high]: readonly [number, number], truth: number): number => Number(low <= truth && truth <= high);
        means += covers(meanInterval(own, [0, 1]), expected);
        // Against a prompt that scores a little on every row, so that the difference is as skewed as the score.
        differences += covers(
          meanInterval(
            own.map((each) => each - 0.1),
            [-1, 1],
          ),
          expected - 0.1,
        );
      }
      expect(means / RUNS).toBeGreaterThan(0.92);
      expect(differences / RUNS).toBeGreaterThan(0.92);
    },
  );

  it('are compared row by row, by flipping signs', () => {
    // All five differences have one sign: of 2⁵ flips, two are as extreme.
    const few = pairedScores([0.6, 0.7, 0.8, 0.9, 1], [0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(few.p).toBeCloseTo(2 / 32, 1);
    expect(few).toMatchObject({ onlyFirst: 5, onlySecond: 0 });
    expect(few.difference).toBeCloseTo(0.3, 12);
    expect(pairedScores(values, values)).toMatchObject({ onlyFirst: 0, onlySecond: 0, p: 1, difference: 0 });
    const shifted = values.map((value) => value - 0.05 + 0.1 * random.normal());
    expect(pairedScores(values, shifted).p).toBeLessThan(0.001);
  });

  it('have wider intervals where several hold together', () => {
    const of = (rows: number) => widened([0.4, 0.7], 0.5, [0, 1], rows, 10);
    // Ten intervals of a normal law: 2.807 in place of 1.960; few rows have heavier tails.
    expect(of(5000)).toEqual([expect.closeTo(0.5 - 0.1432, 3), expect.closeTo(0.5 + 0.2864, 3)]);
    expect(of(8)[0]).toBeLessThan(0.34);
    expect(widened([0.4, 0.7], 0.5, [0, 1], 8, 1)).toEqual([expect.closeTo(0.4, 9), expect.closeTo(0.7, 9)]);
    expect(widened([0.1, 0.7], 0.5, [0, 1], 8, 1000)).toEqual([0, 1]);
  });
});

function prompt(rank: number, origin: Origin, score: number, difference?: number): PromptResult {
  const split = { reward: 0, gap: score, accuracy: score };
  return {
    rank,
    prompt: origin === 'none' ? '' : `${origin} ${rank}`,
    tokens: [],
    pieces: [],
    origin,
    roundTrip: true,
    gap: score,
    estimate: { accuracy: score, interval: [0, 1], n: 96 },
    train: split,
    validation: split,
    test: { accuracy: score, interval: [score - 0.03, score + 0.03], n: 200, gap: score, metrics: [], texts: [] },
    perplexity: null,
    ...(difference !== undefined && {
      versusWinner: { onlyFirst: 1, onlySecond: 0, rows: 200, p: 0.5, difference, interval: [difference - 0.03, difference + 0.03] },
    }),
  };
}

describe('the verdict on scores', () => {
  const judge = (prompts: readonly PromptResult[], runs = 1) =>
    verdictOf(
      { kind: 'generation', prompts, majorityBaseline: 0, pairedTest: { onlyFirst: 0, onlySecond: 0, p: 1 }, taskModel: 'hf:a/b' },
      runs,
    )!;

  it('goes by the paired difference, which several runs on the same rows widen', () => {
    const prompts = [prompt(1, 'policy', 0.5), prompt(2, 'none', 0.465, 0.035)];
    expect(judge(prompts)).toMatchObject({ kind: 'better', rival: { difference: 0.035 } });
    expect(judge(prompts, 20).kind).toBe('noDifference');
  });

  it('knows no chance level and no label words', () => {
    const low = judge([prompt(1, 'policy', 0.02), prompt(2, 'none', 0.01, 0.01)]);
    expect(low.kind).toBe('noDifference');
    expect(low.next).not.toContain('labels');
  });

  it('names the model first where scores are near 0', () => {
    expect(judge([prompt(1, 'policy', 0.02), prompt(2, 'none', 0.01, 0.01)]).next[0]).toBe('model');
    expect(judge([prompt(1, 'policy', 0.5), prompt(2, 'none', 0.49, 0.01)]).next[0]).toBe('data');
  });
});
