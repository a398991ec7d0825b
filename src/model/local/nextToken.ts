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
  const top = row[kept?.[0] ?? likeliest(row)]!;
  const count = kept?.length ?? row.length;
  const at = (j: number): number => kept?.[j] ?? j;
  const weight = (j: number): number => Math.exp((row[at(j)]! - top) / temperature);
  let sum = 0;
  for (let j = 0; j < count; j++) sum += weight(j);
  let left = random() * sum;
  let last = at(0);
  for (let j = 0; j < count; j++) {
    const w = weight(j);
    left -= w;
    if (w > 0) last = at(j);
    if (left < 0) return last;
  }
  // Rounding can leave a rest.
  return last;
}

/** Indices of the k largest values, largest first; of equal values the first. */
export function largest(row: Float32Array, k: number): number[] {
  const best: number[] = [];
  let least = -Infinity;
  for (let i = 0; i < row.length; i++) {
    const x = row[i]!;
    if (best.length === k && x <= least) continue;
    let [low, high] = [0, best.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (row[best[middle]!]! >= x) low = middle + 1;
      else high = middle;
    }
    best.splice(low, 0, i);
    if (best.length > k) best.pop();
    if (best.length === k) least = row[best[k - 1]!]!;
  }
  return best;
}
