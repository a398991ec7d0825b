import { Random } from '../../method/random';
import { studentQuantile } from '../../search/studentT';

type Interval = readonly [low: number, high: number];

/** Standard normal quantile of a two-sided 95% interval. */
const Z95 = 1.959963984540054;

/** The quantile for one of `count` intervals that hold together at 95% (Bonferroni). */
export function jointQuantile(count: number): number {
  let z = Z95;
  // Newton's method on the upper tail, which is convex. The tail is Laplace's continued fraction.
  for (let i = 0; i < 30; i++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    let fraction = z;
    for (let k = 60; k > 0; k--) fraction = z + k / fraction;
    z += 1 / fraction - 0.025 / count / density;
  }
  return z;
}

/** Wilson score interval of a share (Wilson 1927), by default at 95%: right answers out of n. */
export function wilson(right: number, n: number, z = Z95): [low: number, high: number] {
  const p = right / n;
  const center = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return [Math.max(0, (center - half) / scale), Math.min(1, (center + half) / scale)];
}

/** Mean over classes of the F1 score; a class that is neither predicted nor present counts 0. */
export function macroF1(predicted: readonly number[], labels: readonly number[], classes: number): number {
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    const hit = predicted.filter((p, i) => p === c && labels[i] === c).length;
    const total = predicted.filter((p) => p === c).length + labels.filter((l) => l === c).length;
    sum += total === 0 ? 0 : (2 * hit) / total;
  }
  return sum / classes;
}

/** Accuracy of always answering the most frequent class of the training file; `classCounts` is before any draw. */
export function majorityBaseline(classCounts: readonly number[], labels: readonly number[]): number {
  const majority = classCounts.indexOf(Math.max(...classCounts));
  return labels.filter((l) => l === majority).length / labels.length;
}

export interface PairedTest {
  /** Rows that only the first gets right, and that only the second does. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Two-sided p of McNemar's exact test; of scores, of the paired permutation test. */
  readonly p: number;
  /** Of scores: the mean difference, the first less the second, with its 95% interval. */
  readonly difference?: number;
  readonly interval?: Interval;
}

/** McNemar's exact test: do two prompts differ on the same rows? */
export function mcnemar(first: readonly boolean[], second: readonly boolean[]): PairedTest {
  let onlyFirst = 0;
  let onlySecond = 0;
  first.forEach((right, i) => {
    if (right && !second[i]) onlyFirst++;
    if (!right && second[i]) onlySecond++;
  });
  const n = onlyFirst + onlySecond;
  const tail = Math.min(onlyFirst, onlySecond);
  // Two-sided binomial tail at ½, in logarithms.
  let sum = 0;
  let logChoose = 0;
  for (let k = 0; k <= tail; k++) {
    if (k > 0) logChoose += Math.log(n - k + 1) - Math.log(k);
    sum += Math.exp(logChoose - n * Math.LN2);
  }
  return { onlyFirst, onlySecond, p: Math.min(1, 2 * sum) };
}

/**
 * Interval of the difference of two accuracies on the same n rows (Bonett and Price 2012, the adjusted Wald interval): rows
 * that only the first gets right, and rows that only the second does.
 */
export function pairedInterval(onlyFirst: number, onlySecond: number, n: number, z = Z95): [low: number, high: number] {
  const [first, second] = [(onlyFirst + 1) / (n + 2), (onlySecond + 1) / (n + 2)];
  const half = z * Math.sqrt((first + second - (first - second) ** 2) / (n + 2));
  return [Math.max(-1, first - second - half), Math.min(1, first - second + half)];
}

/**
 * 95% interval of the mean of scores that lie in a range: Student's t with two rows added, one at each end of the range, as
 * `pairedInterval` adds them for answers. Without them, few rows that agree by luck would look certain.
 */
export function meanInterval(scores: readonly number[], [least, most]: Interval): Interval {
  const values = [...scores, least, most];
  const half = (studentQuantile(values.length - 1) * standardDeviation(values)) / Math.sqrt(values.length);
  return [Math.max(least, mean(values) - half), Math.min(most, mean(values) + half)];
}

/** Sign flips of a permutation test. */
const FLIPS = 4000;

/** Do two prompts score differently on the same rows? By the paired permutation test: signs of the differences flipped at random. */
export function pairedScores(first: readonly number[], second: readonly number[]): PairedTest {
  const differences = first.map((score, i) => score - second[i]!);
  const onlyFirst = differences.filter((d) => d > 0).length;
  const onlySecond = differences.filter((d) => d < 0).length;
  if (differences.length === 0) return { onlyFirst, onlySecond, p: 1 };
  const difference = mean(differences);
  const random = new Random(1);
  let extreme = 0;
  for (let k = 0; k < FLIPS; k++) {
    let sum = 0;
    for (const d of differences) sum += random.uniform() < 0.5 ? d : -d;
    // Rounding must not make a flip of all signs look smaller.
    if (Math.abs(sum / differences.length) >= Math.abs(difference) - 1e-12) extreme++;
  }
  return { onlyFirst, onlySecond, p: (extreme + 1) / (FLIPS + 1), difference, interval: meanInterval(differences, [-1, 1]) };
}

/** The 95% interval of a mean made wider about that mean: for one of `count` intervals that hold together (Bonferroni). */
export function widened([low, high]: Interval, value: number, [least, most]: Interval, rows: number, count: number): Interval {
  const scale = studentQuantile(rows + 1, 0.025 / count) / studentQuantile(rows + 1);
  return [Math.max(least, value - scale * (value - low)), Math.min(most, value + scale * (high - value))];
}

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Sample standard deviation; 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const m = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (values.length - 1));
}
