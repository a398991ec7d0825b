import { PlacedTokens, products } from './placedTokens';

/** Gram matrices of the prompts of a fit: of their tokens' embeddings at each of T places, and of the sums over the places. */
export class Grams {
  prompts: readonly (readonly number[])[] = [];
  tokens: PlacedTokens;
  /** Lower triangles, T + 1 of them. */
  private parts: Float64Array[][];

  /** @param embedding [A, d] */
  constructor(
    private readonly embedding: Float32Array,
    private readonly d: number,
    private readonly T: number,
  ) {
    this.tokens = new PlacedTokens([], embedding, d, T);
    this.parts = Array.from({ length: T + 1 }, () => []);
  }

  /** Whether prompts begin with those that are here, in their order. */
  continuesIn(prompts: readonly (readonly number[])[]): boolean {
    return (
      this.prompts.length <= prompts.length &&
      this.prompts.every((prompt, i) => prompt === prompts[i] || prompt.join() === prompts[i]!.join())
    );
  }

  /** Takes prompts in place of those that are here. What is known of the leading ones that stay, in their order, is the bulk of it. */
  take(prompts: readonly (readonly number[])[]): void {
    if (!this.continuesIn(prompts)) this.keep(prompts);
    const { T, d } = this;
    this.prompts = [...prompts];
    this.tokens = new PlacedTokens(prompts, this.embedding, d, T);
    const [first, n] = [this.parts[0]!.length, prompts.length];
    this.tokens.places.forEach(({ index, size, embedding }, t) => {
      const known = new Map<number, Float64Array>();
      for (let i = first; i < n; i++) {
        const token = index[i]!;
        let of = known.get(token);
        if (!of) {
          of = new Float64Array(size);
          products(embedding, token * d, embedding, 0, d, size, d, of);
          known.set(token, of);
        }
        this.parts[t]!.push(picked(of, index, i + 1, d));
      }
    });
    const sums = this.tokens.sums();
    for (let i = first; i < n; i++) {
      const row = new Float64Array(i + 1);
      products(sums, i * d, sums, 0, d, i + 1, d, row);
      this.parts[T]!.push(row.map((x) => x / d / T));
    }
  }

  private keep(prompts: readonly (readonly number[])[]): void {
    const places = new Map(this.prompts.map((prompt, i) => [prompt.join(), i]));
    const kept: number[] = [];
    for (const prompt of prompts) {
      const place = places.get(prompt.join());
      if (place === undefined || place <= (kept.at(-1) ?? -1)) break;
      kept.push(place);
    }
    this.parts = this.parts.map((gram) =>
      kept.map((i, n) => {
        const [from, row] = [gram[i]!, new Float64Array(n + 1)];
        for (let k = 0; k <= n; k++) row[k] = from[kept[k]!]!;
        return row;
      }),
    );
  }

  /** Σ_p s_p G_p, the last of the T + 2 strengths on the diagonal, and `noise` there: rows from `first` on, each up to its diagonal. */
  covariance(strengths: Float64Array, first: number, noise: ArrayLike<number>, chosen?: readonly number[]): Float64Array[] {
    // Of the prompts `chosen` only, where there are any.
    const n = chosen?.length ?? this.prompts.length;
    return Array.from({ length: n - first }, (_, r) => {
      const row = new Float64Array(first + r + 1);
      const i = chosen ? chosen[first + r]! : first + r;
      this.parts.forEach((gram, part) => {
        if (chosen) for (let k = 0; k < row.length; k++) row[k]! += strengths[part]! * gram[i]![chosen[k]!]!;
        else addScaled(row, gram[i]!, strengths[part]!);
      });
      row[row.length - 1]! += strengths[this.T + 1]! + noise[i]!;
      return row;
    });
  }

  /** G_part of two prompts, the earlier second. */
  of(part: number, i: number, k: number): number {
    return this.parts[part]![i]![k]!;
  }
}

function addScaled(into: Float64Array, x: Float64Array, by: number): void {
  for (let k = 0; k < into.length; k++) into[k]! += by * x[k]!;
}

/** x by the first n places of an index, divided. */
function picked(x: Float64Array, index: Int32Array, n: number, by: number): Float64Array {
  const row = new Float64Array(n);
  for (let k = 0; k < n; k++) row[k] = x[index[k]!]! / by;
  return row;
}
