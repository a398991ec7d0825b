import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { bootstrapInterval, mean, pairedScores, standardDeviation, widened } from '../../../src/run/report/statistics';
import type { Origin, PromptResult } from '../../../src/run/result';
import { verdictOf } from '../../../src/run/verdict';

const random = new Random(4);
const values = Array.from({ length: 400 }, () => 0.5 + 0.2 * random.normal());

describe('scores', () => {
  it('have the interval of their mean by the bootstrap: that of the normal law where there are many', () => {
    const half = (1.96 * standardDeviation(values)) / Math.sqrt(values.length);
    const [low, high] = bootstrapInterval(values);
    expect(low).toBeCloseTo(mean(values) - half, 2);
    expect(high).toBeCloseTo(mean(values) + half, 2);
    expect(bootstrapInterval(values)).toEqual([low, high]);
    expect(bootstrapInterval([0.3, 0.3, 0.3])).toEqual([0.3, 0.3]);
  });

  it('are compared row by row, by flipping signs', () => {
    // All five differences have one sign: of 2⁵ flips, two are as extreme.
    const few = pairedScores([0.6, 0.7, 0.8, 0.9, 1], [0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(few.p).toBeCloseTo(2 / 32, 1);
    expect(few).toMatchObject({ onlyFirst: 5, onlySecond: 0 });
    expect(few.difference).toBeCloseTo(0.3, 12);
    expect(pairedScores(values, values)).toMatchObject({ onlyFirst: 0, onlySecond: 0, p: 1, difference: 0, interval: [0, 0] });
    const shifted = values.map((value) => value - 0.05 + 0.1 * random.normal());
    expect(pairedScores(values, shifted).p).toBeLessThan(0.001);
  });

  it('have wider intervals where several hold together', () => {
    expect(widened([0.4, 0.7], 0.5, 2 * 1.959963984540054)).toEqual([0.5 - 0.2, 0.5 + 0.2 * 2].map((x) => expect.closeTo(x, 9) as number));
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
});
