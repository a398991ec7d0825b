import { describe, expect, it } from 'vitest';
import type { Origin, PromptResult } from '../../../src/run/result/result';
import { verdictOf, type Judged } from '../../../src/run/result/verdict';
import { word } from '../../../src/wording/wording';
import { wilson } from '../../../src/run/report/statistics';

const ROWS = 400;

function prompt(rank: number, origin: Origin, accuracy: number, versusWinner?: readonly [number, number]): PromptResult {
  const split = { reward: 0, gap: 0, accuracy };
  const n = ROWS;
  return {
    rank,
    prompt: origin === 'none' ? '' : ` ${origin} ${rank}`,
    tokens: [],
    pieces: [],
    origin,
    roundTrip: true,
    gap: 1 - rank / 100,
    estimate: { accuracy, interval: [0, 1], n: 96 },
    train: split,
    validation: split,
    test: { accuracy, interval: wilson(accuracy * n, n), n, macroF1: accuracy, gap: 0, confusion: [], examples: [] },
    perplexity: null,
    ...(versusWinner && { versusWinner: { onlyFirst: versusWinner[0], onlySecond: versusWinner[1], rows: n, p: 1 } }),
  };
}

function run(prompts: readonly PromptResult[], changes: Partial<Judged> = {}): Judged {
  return {
    prompts,
    majorityBaseline: 0.5,
    pairedTest: { onlyFirst: 0, onlySecond: 0, p: 1 },
    taskModel: 'hf:owner/model',
    ...changes,
  };
}

describe('the verdict', () => {
  it('is better if the paired interval against the best baseline is above 0', () => {
    const verdict = verdictOf(run([prompt(1, 'policy', 0.8), prompt(2, 'random', 0.75, [30, 10]), prompt(3, 'none', 0.7, [60, 20])]))!;
    expect(verdict).toMatchObject({
      kind: 'better',
      winner: { prompt: ' policy 1', origin: 'policy', accuracy: 0.8, n: ROWS },
      rival: { prompt: '', origin: 'none', accuracy: 0.7, difference: 0.1 },
      others: [{ prompt: ' random 2', origin: 'random', accuracy: 0.75 }],
      majority: 0.5,
      runs: 1,
      next: [],
    });
    // Shares 61/402 and 21/402: 0.09950, variance (82/402 − 0.009901) / 402 = 0.00048279.
    expect(verdict.rival!.interval![0]).toBeCloseTo(0.05644, 4);
    expect(verdict.rival!.interval![1]).toBeCloseTo(0.14257, 4);
    expect(verdict.text).toContain(
      '80.0% on 400 held-out rows and the task without a prompt 70.0%, a difference of +10.0 points (95% interval +5.6 to +14.3)',
    );
  });

  it('is worse below 0, and no proven difference around it', () => {
    const against = (onlyFirst: number, onlySecond: number) =>
      verdictOf(run([prompt(1, 'policy', 0.7), prompt(2, 'none', 0.72, [onlyFirst, onlySecond])]))!;
    expect(against(20, 60)).toMatchObject({ kind: 'worse', rival: { difference: -0.1 } });
    expect(against(30, 38)).toMatchObject({ kind: 'noDifference', rival: { difference: -0.02 } });
    for (const verdict of [against(20, 60), against(30, 38)])
      expect(new Set(verdict.next)).toEqual(new Set(['labels', 'length', 'data', 'model']));
  });

  it('is at chance if the winner is not above the most common class, whatever no prompt scores', () => {
    const weak = run([prompt(1, 'policy', 0.54), prompt(2, 'none', 0.4, [80, 20])]);
    expect(verdictOf(weak)).toMatchObject({ kind: 'atChance', next: ['model', 'labels'] });
    expect(verdictOf({ ...weak, majorityBaseline: 0.4 })).toMatchObject({ kind: 'better' });
    // One of the user's prompts, or none, may be at chance as well.
    expect(verdictOf(run([prompt(1, 'none', 0.5), prompt(2, 'policy', 0.6, [1, 1])]))).toMatchObject({ kind: 'atChance' });
  });

  it('is not at chance where each class is right more often than answers that ignore the text, though the most common one scores more', () => {
    const unequal = (confusion: number[][], counts: [number, number]) => {
      const { test, ...winner } = prompt(1, 'policy', 0);
      const n = confusion.flat().reduce((a, b) => a + b, 0);
      const accuracy = confusion.reduce((sum, row, k) => sum + row[k]!, 0) / n;
      const scored = { ...winner, test: { ...test!, accuracy, n, confusion, interval: wilson(accuracy * n, n) } };
      return verdictOf(run([scored, prompt(2, 'none', 0.947, counts)], { majorityBaseline: 142 / 151 }))!;
    };
    // 100% and 88% of the classes' rows: 94.0%, at 50% ± 6.5 without the text.
    const good = unequal(
      [
        [9, 0],
        [17, 125],
      ],
      [2, 11],
    );
    expect(good).toMatchObject({ kind: 'worse', rival: { prompt: '' } });
    expect(good.text).toContain(
      word('verdict.unequalClasses', { name: '“policy 1”', majority: 142 / 151, accuracy: (1 + 125 / 142) / 2, classes: 2 }),
    );
    // Always the most common class, and 1 of 9 with 14 of 142 wrong: (0.111 + 0.901) / 2 = 50.6%.
    expect(
      unequal(
        [
          [0, 9],
          [0, 142],
        ],
        [0, 0],
      ).kind,
    ).toBe('atChance');
    expect(
      unequal(
        [
          [1, 8],
          [14, 128],
        ],
        [0, 0],
      ).kind,
    ).toBe('atChance');
    // One lucky row of a class with one, p = 0.2.
    expect(
      unequal(
        [
          [80, 19],
          [0, 1],
        ],
        [0, 0],
      ).kind,
    ).toBe('atChance');
    // Rows of one class cannot tell.
    expect(
      unequal(
        [
          [0, 0],
          [17, 125],
        ],
        [0, 0],
      ).kind,
    ).toBe('tooFew');
  });

  it('does not call a prompt at chance on so few rows that it may well be good', () => {
    const few = (n: number, accuracy: number) => {
      const { test, ...winner } = prompt(1, 'policy', accuracy);
      return verdictOf(run([{ ...winner, test: { ...test!, n } }, prompt(2, 'none', 0.5)]))!;
    };
    // 8 of 10: Wilson 49.0 to 94.3; 6 of 10: 31.3 to 83.2; 15 of 30: 33.2 to 66.8.
    expect(few(10, 0.8)).toMatchObject({ kind: 'tooFew', next: ['data', 'model', 'labels'] });
    expect(few(10, 0.6)).toMatchObject({ kind: 'tooFew' });
    expect(few(30, 0.5)).toMatchObject({ kind: 'atChance' });
  });

  it('takes the baseline that scores best on held-out rows, whatever its rank', () => {
    const verdict = verdictOf(run([prompt(1, 'policy', 0.8), prompt(2, 'manual', 0.72, [50, 18]), prompt(3, 'none', 0.81, [18, 22])]))!;
    expect(verdict).toMatchObject({ kind: 'noDifference', rival: { origin: 'none', accuracy: 0.81 } });
    const better = run([prompt(1, 'policy', 0.8), prompt(2, 'start', 0.7, [60, 20]), prompt(3, 'manual', 0.72, [50, 18])]);
    expect(verdictOf(better)).toMatchObject({ kind: 'better', rival: { origin: 'manual', accuracy: 0.72 } });
  });

  it('is the same for a winner of random search', () => {
    const verdict = verdictOf(run([prompt(1, 'random', 0.8), prompt(2, 'policy', 0.8, [9, 9]), prompt(3, 'none', 0.7, [60, 20])]))!;
    expect(verdict).toMatchObject({ kind: 'better', winner: { origin: 'random' }, rival: { origin: 'none' } });
    expect(verdict.others?.map(({ prompt }) => prompt)).toEqual([' policy 2']);
  });

  it('names the best of each other search, once', () => {
    const found = [prompt(2, 'policy', 0.7), prompt(3, 'reflect', 0.9), prompt(4, 'random', 0.6), prompt(5, 'policy', 0.9)];
    const { others } = verdictOf(run([prompt(1, 'reflect', 0.8), ...found, prompt(6, 'none', 0.7, [60, 20])]))!;
    expect(others?.map((each) => each.prompt)).toEqual([' policy 2', ' random 4']);
  });

  it('has faces of their own for a prompt of the user and for no prompt, next to the best prompt found', () => {
    const others = [prompt(2, 'policy', 0.79, [12, 10]), prompt(3, 'random', 0.77, [12, 12])];
    expect(verdictOf(run([prompt(1, 'manual', 0.8), ...others, prompt(4, 'none', 0.7, [60, 20])]))).toMatchObject({
      kind: 'yours',
      winner: { origin: 'manual' },
      rival: { prompt: ' policy 2', difference: 0.005 },
      others: [{ prompt: ' random 3' }],
    });
    expect(verdictOf(run([prompt(1, 'none', 0.8), ...others]))).toMatchObject({ kind: 'noPrompt', rival: { prompt: ' policy 2' } });
  });

  it('widens its intervals for every run on the same held-out rows', () => {
    const found = run([prompt(1, 'policy', 0.75), prompt(2, 'none', 0.7, [48, 28])]);
    expect(verdictOf(found)).toMatchObject({ kind: 'better', runs: 1 });
    const third = verdictOf(found, 3)!;
    expect(third).toMatchObject({ kind: 'noDifference', runs: 3 });
    expect(third.text).toContain('3 runs');
    expect(verdictOf(run([prompt(1, 'policy', 0.56), prompt(2, 'none', 0.4, [80, 20])]))!.kind).toBe('better');
    expect(verdictOf(run([prompt(1, 'policy', 0.56), prompt(2, 'none', 0.4, [80, 20])]), 20)!.kind).toBe('atChance');
  });

  it('of a result of version 0.1.0 rests on its test against no prompt', () => {
    const pairedTest = { onlyFirst: 60, onlySecond: 20, p: 1e-5 };
    const old = [prompt(1, 'policy', 0.8), prompt(2, 'manual', 0.78), prompt(3, 'none', 0.7)];
    expect(verdictOf(run(old, { pairedTest }))).toMatchObject({ kind: 'better', rival: { origin: 'none', difference: 0.1 } });
    const own = verdictOf(run([prompt(1, 'manual', 0.8), prompt(2, 'policy', 0.78), prompt(3, 'none', 0.7)], { pairedTest }))!;
    expect(own).toMatchObject({ kind: 'yours', rival: { origin: 'policy' } });
    expect(own.rival!.difference).toBeCloseTo(0.02, 12);
    expect(own.rival!.interval).toBeUndefined();
  });

  it('is left out if there are no held-out scores', () => {
    const { test: _, ...untested } = prompt(1, 'policy', 0.8);
    expect(verdictOf(run([untested]))).toBeUndefined();
    expect(verdictOf(run([untested, prompt(2, 'none', 0.8)]))).toBeUndefined();
  });

  it('calls a bundled model a demonstration model, unless its prompt is better', () => {
    const of = (b: number, c: number) =>
      verdictOf(run([prompt(1, 'policy', 0.8), prompt(2, 'none', 0.7, [b, c])], { taskModel: 'bundled:causal' }))!.text;
    expect(of(20, 60)).toContain('bundled:causal is a small demonstration model');
    expect(of(60, 20)).not.toContain('demonstration');
  });
});
