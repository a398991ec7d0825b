import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/method/random';
import { chooseWords, type Option, type WordScores } from '../../../../src/search/labelWords/choose';
import { accuracyOf, chooserOf, proposeWords } from '../../../../src/search/labelWords/propose';

const random = new Random(5);
const all = (scores: WordScores): number[] => scores.labels.map((_, row) => row);

/** Rows of classes in turn with normal logits, plus `signal[class][column]`. */
function scoresOf(rows: number, K: number, columns: number, signal: (label: number, column: number) => number = () => 0): WordScores {
  const labels = Array.from({ length: rows }, (_, row) => row % K);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const logits = Float32Array.from({ length: rows * columns }, (_, i) => normal() + signal(labels[Math.floor(i / columns)]!, i % columns));
  return { labels, logits, columns };
}

/** The value of a combination, written out anew: mean over classes of the mean of tanh(3 gap), less the mean cost. */
function valueOf({ labels, logits, columns }: WordScores, options: readonly (readonly Option[])[], words: readonly number[]): number {
  const K = options.length;
  const sums = Array.from({ length: K }, () => ({ sum: 0, n: 0 }));
  labels.forEach((label, row) => {
    const e = words.map((i, c) => Math.exp(logits[row * columns + options[c]![i]!.column]!));
    const total = e.reduce((a, b) => a + b, 0);
    const gap = e[label]! / total - Math.max(...e.filter((_, c) => c !== label)) / total;
    sums[label]!.sum += Math.tanh(3 * gap);
    sums[label]!.n++;
  });
  const cost = words.reduce((sum, i, c) => sum + options[c]![i]!.cost, 0) / K;
  return sums.reduce((sum, one) => sum + one.sum / one.n, 0) / K - cost;
}

/** The best combination by trying all. */
function best(scores: WordScores, options: readonly (readonly Option[])[]): number {
  let most = -Infinity;
  const visit = (words: number[]): void => {
    if (words.length === options.length) {
      const columns = words.map((i, c) => options[c]![i]!.column);
      if (new Set(columns).size === columns.length) most = Math.max(most, valueOf(scores, options, words));
    } else options[words.length]!.forEach((_, i) => visit([...words, i]));
  };
  visit([]);
  return most;
}

describe('the choice of label words', () => {
  it('of two classes is the best of all combinations', () => {
    for (let times = 0; times < 20; times++) {
      const scores = scoresOf(12, 2, 9);
      const options = [0, 1].map(() => Array.from({ length: 9 }, (_, column) => ({ column, cost: 0.2 * random.uniform() })));
      expect(valueOf(scores, options, chooseWords(scores, options, all(scores)))).toBeCloseTo(best(scores, options), 10);
    }
  });

  it('of more classes cannot be improved by changing one word, and seldom at all', () => {
    let reached = 0;
    for (let times = 0; times < 20; times++) {
      const scores = scoresOf(24, 3, 10);
      const options = [0, 1, 2].map((c) =>
        Array.from({ length: 6 }, (_, i) => ({ column: (3 * c + i) % 10, cost: 0.1 * random.uniform() })),
      );
      const words = chooseWords(scores, options, all(scores));
      const value = valueOf(scores, options, words);
      const taken = words.map((i, c) => options[c]![i]!.column);
      expect(new Set(taken).size).toBe(3);
      for (const [c, own] of options.entries())
        own.forEach((option, i) => {
          if (taken.includes(option.column)) return;
          expect(valueOf(scores, options, words.with(c, i))).toBeLessThanOrEqual(value + 1e-9);
        });
      if (value > best(scores, options) - 1e-9) reached++;
    }
    expect(reached).toBeGreaterThan(10);
  });

  it('goes by the cost where words do alike', () => {
    const scores: WordScores = { labels: [0, 1], logits: Float32Array.from([2, 2, 0, 0, 0, 2]), columns: 3 };
    const options = [
      [
        { column: 0, cost: 0.1 },
        { column: 1, cost: 0.05 },
      ],
      [{ column: 2, cost: 0 }],
    ];
    expect(chooseWords(scores, options, [0, 1])).toEqual([1, 0]);
  });

  it('counts only the rows that choose', () => {
    // Column 1 is right on the first two rows alone, column 0 on the last four.
    const logits = Float32Array.from(
      [
        [-3, 3, 0],
        [3, -3, 0],
        [3, -3, 0],
        [-3, 3, 0],
        [3, -3, 0],
        [-3, 3, 0],
      ].flat(),
    );
    const scores: WordScores = { labels: [0, 1, 0, 1, 0, 1], logits, columns: 3 };
    const options = [[0, 1].map((column) => ({ column, cost: 0 })), [{ column: 2, cost: 0 }]];
    expect(chooseWords(scores, options, [0, 1])).toEqual([1, 0]);
    expect(chooseWords(scores, options, [2, 3, 4, 5])).toEqual([0, 0]);
  });
});

describe('label words against overfitting', () => {
  const optionsOf = (columns: number) => (): Option[][] =>
    [0, 1].map((c) => Array.from({ length: columns }, (_, column) => ({ column, cost: column === c ? 0 : 0.01 })));

  it('keeps the own words where all others are noise', () => {
    let kept = 0;
    for (let times = 0; times < 10; times++) {
      // The own words are right on most rows; a hundred others are noise.
      const scores = scoresOf(40, 2, 60, (label, column) => (column < 2 ? (label === column ? 1 : -1) : 0));
      const { columns, crossValidated } = proposeWords(scores, [chooserOf(scores, optionsOf(60))], [0, 1]);
      if (columns.join() === '0,1') {
        kept++;
        expect(crossValidated).toBeNull();
      }
    }
    expect(kept).toBeGreaterThanOrEqual(8);
  });

  it('says how right its words are without a prompt, whatever the scores that choose are of', () => {
    const scores = scoresOf(40, 2, 30, (label, column) => (column === 7 + label ? 3 : column === 8 - label ? -3 : 0));
    // Without a prompt they are the wrong way round.
    const withoutPrompt = { ...scores, logits: scores.logits.map((x) => -x) };
    const { columns, crossValidated } = proposeWords(scores, [chooserOf(scores, optionsOf(30))], [0, 1], withoutPrompt);
    expect(columns).toEqual([7, 8]);
    expect(crossValidated).toBe(0);
  });

  it('takes others that are clearly better, with their accuracy on rows that did not choose', () => {
    const scores = scoresOf(40, 2, 30, (label, column) => (column === 7 + label ? 3 : column === 8 - label ? -3 : 0));
    const { columns, crossValidated } = proposeWords(scores, [chooserOf(scores, optionsOf(30))], [0, 1]);
    expect(columns).toEqual([7, 8]);
    expect(accuracyOf(scores, columns)).toBe(1);
    expect(crossValidated).toBe(1);
    expect(accuracyOf(scores, [0, 1])).toBeLessThan(0.8);
  });

  it('says honestly that words chosen among noise are right by chance', () => {
    const shares = Array.from({ length: 8 }, () => {
      const scores = scoresOf(32, 2, 80);
      const { columns, crossValidated } = proposeWords(scores, [chooserOf(scores, optionsOf(80))], undefined);
      expect(accuracyOf(scores, columns)).toBeGreaterThan(0.7);
      return crossValidated!;
    });
    expect(shares.reduce((a, b) => a + b, 0) / shares.length).toBeLessThan(0.65);
  });
});
