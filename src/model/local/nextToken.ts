import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Uniform random numbers in [0, 1) that depend on a name alone. */
export function stream(name: string): () => number {
  const digest = createHash('sha256').update(name).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => digest.readInt32LE(at)));
  return () => uniformFloat64(generator);
}

/** The index of a row's largest logit, the first of equal ones. */
export function likeliest(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/** An index drawn from softmax(row / temperature) among the `topK` largest logits, or among all. */
export function drawToken(row: Float32Array, temperature: number, topK: number | null, random: () => number): number {
  const kept = topK === null || topK >= row.length ? undefined : largest(row, topK);
  const logits = kept ? Float32Array.from(kept, (i) => row[i]!) : row;
  const top = logits[kept ? 0 : likeliest(row)]!;
  const weights = new Float64Array(logits.length);
  let sum = 0;
  for (let j = 0; j < weights.length; j++) sum += weights[j] = Math.exp((logits[j]! - top) / temperature);
  let left = random() * sum;
  let last = 0;
  for (let j = 0; j < weights.length; j++) {
    left -= weights[j]!;
    if (weights[j]! > 0) last = j;
    if (left < 0) break;
  }
  // Rounding can leave a rest: then it is the last that can be drawn at all.
  return kept ? kept[last]! : last;
}

/** Indices of the k largest values, largest first; of equal values the first. */
export function largest(row: Float32Array, k: number): Int32Array {
  const most = Math.min(k, row.length);
  const best = new Int32Array(most);
  const value = new Float32Array(most);
  let count = 0;
  let least = -Infinity;
  for (let i = 0; i < row.length; i++) {
    const x = row[i]!;
    if (count === most && !(x > least)) continue;
    // Insertion from the back, where most new ones belong.
    let at = count < most ? count++ : most - 1;
    for (; at > 0 && value[at - 1]! < x; at--) {
      value[at] = value[at - 1]!;
      best[at] = best[at - 1]!;
    }
    value[at] = x;
    best[at] = i;
    least = value[count - 1]!;
  }
  return best;
}
