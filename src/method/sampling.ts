import { logSumExp } from '../model/local/logits';
import type { Random } from './random';

/** Entropy in nats of softmax(row). */
export function entropy(row: Float32Array): number {
  const v = logSumExp(row);
  let h = 0;
  for (const x of row) {
    const logp = x - v;
    const p = Math.exp(logp);
    if (p > 0) h -= p * logp;
  }
  return h;
}

export function argmax(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/**
 * Index drawn from softmax(row) limited to its k largest logits. The filter acts in sampling only: V, π and the greedy
 * choice are over the whole action set.
 */
export function sampleTopK(row: Float32Array, k: number, random: Random): number {
  const kept = k < row.length ? topIndices(row, k) : Array.from(row.keys());
  const top = row[argmax(row)]!;
  const weights = kept.map((i) => Math.exp(row[i]! - top));
  let left = random.uniform() * weights.reduce((sum, w) => sum + w, 0);
  for (let j = 0; j < kept.length; j++) {
    left -= weights[j]!;
    if (left < 0) return kept[j]!;
  }
  // Rounding can leave a rest; it must not choose an action that the fluency constraint has ruled out.
  return kept[weights.findLastIndex((w) => w > 0)]!;
}

/** Indices of the k largest values, ties broken by the smaller index. */
export function topIndices(row: Float32Array, k: number): number[] {
  const threshold = row.slice().sort()[row.length - k]!;
  const above: number[] = [];
  const equal: number[] = [];
  row.forEach((x, i) => {
    if (x > threshold) above.push(i);
    else if (x === threshold) equal.push(i);
  });
  return [...above, ...equal.slice(0, k - above.length)];
}
