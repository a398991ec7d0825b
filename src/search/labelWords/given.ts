import { logSumExp } from '../../model/logits';
import type { WordScores } from './choose';

/** Only words that are likely after a class's texts, by their mean log-probability, set it apart. */
const LIKELY = 1000;
const LIKELIEST = 5;
const TELLING = 20;

/**
 * The words that a model itself gives after each class's texts: the likeliest, as in LM-BFF (Gao et al. 2021), and those that
 * it gives to this class more than to others, as in AutoPrompt (Shin et al. 2020). Columns, for each class.
 */
export function givenWords({ labels, logits, columns }: WordScores, classes: number, rows: readonly number[]): number[][] {
  const sums = Array.from({ length: classes }, () => new Float64Array(columns));
  const counts = new Array<number>(classes).fill(0);
  for (const row of rows) {
    const own = logits.subarray(row * columns, (row + 1) * columns);
    const total = logSumExp(own);
    const sum = sums[labels[row]!]!;
    counts[labels[row]!]!++;
    own.forEach((x, column) => (sum[column]! += x - total));
  }
  return sums.map((own, c) => {
    if (counts[c] === 0) return [];
    const mean = own.map((x) => x / counts[c]!);
    const others = rows.length - counts[c]!;
    const lift = mean.map((x, column) => {
      if (others === 0) return x;
      return x - sums.reduce((sum, other, j) => sum + (j === c ? 0 : other[column]!), 0) / others;
    });
    const likely = [...mean.keys()].sort((a, b) => mean[b]! - mean[a]!).slice(0, LIKELY);
    const telling = [...likely].sort((a, b) => lift[b]! - lift[a]!).slice(0, TELLING);
    return [...new Set([...telling, ...likely.slice(0, LIKELIEST)])];
  });
}
