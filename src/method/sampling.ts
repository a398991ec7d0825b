import type { Random } from './random';

export function argmax(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/**
 * Index drawn from softmax(row) limited to its k largest logits, of which the smallest is `kth`. The filter acts in
 * sampling only: V, π and the greedy choice are over the whole action set.
 */
export function sampleTopK(row: Float32Array, k: number, random: Random, kth = kthLargest(row, k)): number {
  const kept = k < row.length ? topIndices(row, k, kth) : Array.from(row.keys());
  let top = -Infinity;
  for (const i of kept) if (row[i]! > top) top = row[i]!;
  const weights = new Float64Array(kept.length);
  let total = 0;
  for (let j = 0; j < kept.length; j++) total += weights[j] = Math.exp(row[kept[j]!]! - top);
  let left = random.uniform() * total;
  for (let j = 0; j < kept.length; j++) {
    left -= weights[j]!;
    if (left < 0) return kept[j]!;
  }
  // Rounding can leave a rest; it must not choose an action that the fluency constraint has ruled out.
  return kept[weights.findLastIndex((w) => w > 0)]!;
}

/** Indices of the k largest values: those above the k-th largest, then those equal to it, of which the first. */
export function topIndices(row: Float32Array, k: number, kth = kthLargest(row, k)): number[] {
  const above: number[] = [];
  const equal: number[] = [];
  for (let i = 0; i < row.length; i++) {
    if (row[i]! > kth) above.push(i);
    else if (row[i] === kth) equal.push(i);
  }
  return [...above, ...equal.slice(0, k - above.length)];
}

function kthLargest(row: Float32Array, k: number): number {
  return row.slice().sort()[row.length - k]!;
}
