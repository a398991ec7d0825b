/**
 * The different tokens that n prompts have at each of T places: prompts share many, and what is worked out of one serves all that have
 * it. Embeddings are [A, d].
 */
export class PlacedTokens {
  private readonly n: number;
  /** Of each place: which of its tokens each prompt has, [n]; and the tokens' embeddings, [different tokens, d]. */
  readonly places: readonly { readonly index: Int32Array; readonly size: number; readonly embedding: Float64Array }[];

  constructor(
    prompts: readonly (readonly number[])[],
    embedding: Float32Array,
    private readonly d: number,
    private readonly T: number,
  ) {
    this.n = prompts.length;
    this.places = Array.from({ length: T }, (_, t) => {
      const found = new Map<number, number>();
      const index = new Int32Array(prompts.length);
      prompts.forEach((prompt, i) => {
        const token = prompt[t]!;
        if (!found.has(token)) found.set(token, found.size);
        index[i] = found.get(token)!;
      });
      const own = new Float64Array(found.size * d);
      for (const [token, u] of found) own.set(embedding.subarray(token * d, (token + 1) * d), u * d);
      return { index, size: found.size, embedding: own };
    });
  }

  /** Σ_t e(z_t) of each prompt, [n, d]. */
  sums(): Float64Array {
    const { n, d } = this;
    const sums = new Float64Array(n * d);
    for (const { index, embedding } of this.places)
      for (let i = 0; i < n; i++) {
        const [to, from] = [i * d, index[i]! * d];
        for (let k = 0; k < d; k++) sums[to + k]! += embedding[from + k]!;
      }
    return sums;
  }

  /** Σ_t w_t · e(z_t) of each prompt, for C vectors w [T, d]: [C, n]. */
  values(weights: Float64Array): Float64Array {
    const { n, d, T } = this;
    const C = weights.length / (T * d);
    const result = new Float64Array(C * n);
    const of = new Float64Array(C);
    this.places.forEach(({ index, size, embedding }, t) => {
      const each = new Float64Array(size * C);
      for (let u = 0; u < size; u++) {
        products(embedding, u * d, weights, t * d, T * d, C, d, of);
        each.set(of, u * C);
      }
      for (let i = 0; i < n; i++) for (let c = 0; c < C; c++) result[c * n + i]! += each[index[i]! * C + c]!;
    });
    return result;
  }

  /** Σ_i α_i e(z_it) of each place, for C vectors α [n]: [C, T, d]. */
  spread(alphas: readonly Float64Array[]): Float64Array {
    const { n, d, T } = this;
    const result = new Float64Array(alphas.length * T * d);
    this.places.forEach(({ index, size, embedding }, t) => {
      const share = new Float64Array(size);
      for (let c = 0; c < alphas.length; c++) {
        share.fill(0);
        gather(alphas[c]!, index, n, share);
        addCombination(embedding, share, size, d, result, (c * T + t) * d);
      }
    });
    return result;
  }
}

function gather(alpha: Float64Array, index: Int32Array, n: number, into: Float64Array): void {
  for (let i = 0; i < n; i++) into[index[i]!]! += alpha[i]!;
}

/** Adds Σ_u share_u e_u, of `size` vectors e of d numbers. Four at once, or most of the time goes into reading and writing the sum. */
function addCombination(e: Float64Array, share: Float64Array, size: number, d: number, into: Float64Array, to: number): void {
  let u = 0;
  for (; u + 4 <= size; u += 4) {
    const a = share[u]!;
    const b = share[u + 1]!;
    const c = share[u + 2]!;
    const f = share[u + 3]!;
    for (let k = 0, p = u * d; k < d; k++, p++)
      into[to + k] = into[to + k]! + a * e[p]! + b * e[p + d]! + c * e[p + 2 * d]! + f * e[p + 3 * d]!;
  }
  for (; u < size; u++) {
    const a = share[u]!;
    for (let k = 0, p = u * d; k < d; k++, p++) into[to + k]! += a * e[p]!;
  }
}

/**
 * Products of one vector of d numbers, from `at`, with `count` others that are `stride` apart. Four at once: a sum waits for its
 * last addition, so that four take little longer than one.
 */
export function products(
  x: Float64Array,
  at: number,
  others: Float64Array,
  first: number,
  stride: number,
  count: number,
  d: number,
  into: Float64Array,
): void {
  let r = 0;
  for (; r + 4 <= count; r += 4) {
    const p = first + r * stride;
    const q = p + stride;
    const s = q + stride;
    const t = s + stride;
    let a = 0;
    let b = 0;
    let c = 0;
    let e = 0;
    for (let k = 0; k < d; k++) {
      const xk = x[at + k]!;
      a += xk * others[p + k]!;
      b += xk * others[q + k]!;
      c += xk * others[s + k]!;
      e += xk * others[t + k]!;
    }
    into[r] = a;
    into[r + 1] = b;
    into[r + 2] = c;
    into[r + 3] = e;
  }
  for (; r < count; r++) {
    const p = first + r * stride;
    let a = 0;
    for (let k = 0; k < d; k++) a += x[at + k]! * others[p + k]!;
    into[r] = a;
  }
}
