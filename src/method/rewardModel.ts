import { Cholesky } from './cholesky';
import type { Random } from './random';

/** Measurements of one output (a factor of the row model) at the prompts in the fit. */
export interface Measured {
  /** [n]. */
  readonly value: Float64Array;
  /** Variance of the measurement, [n]. */
  readonly noise: Float64Array;
}

/** Weights of one output, in the embedding's d dimensions for each of T positions: value = mean + Σ_t weights_t · e(z_t). */
export interface LinearReward {
  readonly mean: number;
  /** [T, d]. */
  readonly weights: Float64Array;
}

interface Output {
  /** Prior variances: T positions, shared, and what no embedding explains (the prompt's own). */
  strengths: Float64Array;
  mean: number;
}

export interface RewardModelState {
  readonly prompts: readonly (readonly number[])[];
  readonly tuned: number;
  readonly outputs: readonly { readonly strengths: Float64Array; readonly mean: number; readonly noise: Float64Array }[];
}

const GROWTH = 1.6;
const ROUNDS = 8;
/** Prompts that the strengths are tuned on. */
const TUNED_ON = 160;
const MOST = 500;
const FEWEST = 400;

/**
 * Bayesian linear model of each output on the tokens' frozen embeddings e(a), centered and of mean square length 1:
 *
 *   value(z) = m + Σ_t ω_t·e(z_t) + ω·Σ_t e(z_t)/√T + own(z)
 *   ω_t ~ N(0, s_t I),  ω ~ N(0, s_shared I),  own ~ N(0, s_own)
 *
 * In kernel form: Gram matrices of the n ≤ 500 prompts and one Cholesky factor an output. Strengths maximize the evidence
 * (the MM updates of Zhou et al. 2019, s ← s √(αᵀGα / tr(M⁻¹G))), anew whenever n has grown 1.6-fold.
 */
export class RewardModel {
  private prompts: (readonly number[])[] = [];
  private readonly embedding: Float32Array;
  private outputs: (Output & { factor: Cholesky; noise: number[]; alpha: Float64Array })[] = [];
  private tuned = 0;
  /** Lower triangles of the Gram matrices: T places, and the sums over them. */
  private grams: Float64Array[][] = [];

  /** @param embedding W_E of the A actions, [A, d] */
  constructor(
    embedding: Float32Array,
    private readonly d: number,
    private readonly T: number,
  ) {
    this.embedding = standardize(embedding, d);
  }

  /** The embedding as this model sees it, [A, d]. */
  get tokens(): Float32Array {
    return this.embedding;
  }

  get size(): number {
    return this.prompts.length;
  }

  /**
   * Fits to all prompts (actions, [T] each) and their measurements, one `Measured` an output. Prompts that were in the last
   * fit come first and in their order; those behind them are appended.
   */
  fit(prompts: readonly (readonly number[])[], measured: readonly Measured[]): void {
    const n = prompts.length;
    const same =
      this.prompts.length <= n && this.prompts.every((prompt, i) => prompt === prompts[i] || prompt.join() === prompts[i]!.join());
    if (!same) this.keepGrams(prompts);
    this.prompts = [...prompts];
    this.growGrams();
    const retune = !same || this.outputs.length === 0 || n >= GROWTH * this.tuned;
    if (this.outputs.length === 0)
      this.outputs = measured.map(() => ({
        strengths: new Float64Array(this.T + 2).fill(1 / (this.T + 2)),
        mean: 0,
        factor: new Cholesky(),
        noise: [],
        alpha: new Float64Array(0),
      }));
    if (n >= GROWTH * this.tuned) {
      this.tune(measured);
      this.tuned = n;
    }
    measured.forEach(({ value, noise }, j) => {
      const output = this.outputs[j]!;
      if (retune) {
        output.factor = new Cholesky();
        output.noise = [];
      }
      for (let i = output.factor.size; i < n; i++) {
        output.noise.push(noise[i]!);
        output.factor.append(this.covariance(output.strengths, i, noise[i]!));
      }
      const ones = output.factor.solve(new Float64Array(n).fill(1));
      const solved = output.factor.solve(value);
      // The generalized least squares mean.
      output.mean = sum(solved) / sum(ones);
      output.alpha = solved.map((x, i) => x - output.mean * ones[i]!);
    });
  }

  /** Which prompts to keep when there are more than fit: the best and the latest; undefined while all do. */
  static chosen(scores: readonly number[]): number[] | undefined {
    if (scores.length <= MOST) return undefined;
    const latest = scores.length - FEWEST / 2;
    const best = scores
      .map((_, i) => i)
      .slice(0, latest)
      .sort((a, b) => scores[b]! - scores[a]! || a - b);
    return [...best.slice(0, FEWEST / 2).sort((a, b) => a - b), ...scores.map((_, i) => i).slice(latest)];
  }

  /** Posterior mean of each output at each prompt of the fit, what no embedding explains included, [outputs][n]. */
  fitted(measured: readonly Measured[]): Float64Array[] {
    return measured.map(({ value }, j) => {
      const { alpha, noise } = this.outputs[j]!;
      return value.map((x, i) => x - noise[i]! * alpha[i]!);
    });
  }

  /** Prior variances of an output: positions, shared, own. */
  strengths(output: number): readonly number[] {
    return [...this.outputs[output]!.strengths];
  }

  /** The posterior's mean of each output. */
  mean(): LinearReward[] {
    return this.outputs.map(({ strengths, mean, alpha }) => ({ mean, weights: this.spread(strengths, alpha) }));
  }

  /**
   * One draw of each output from the posterior by Matheron's rule: a draw from the prior, corrected by what it misses of the
   * measurements; the factor of the fit serves every draw.
   */
  draw(measured: readonly Measured[], random: Random): LinearReward[] {
    const { T, d } = this;
    return this.outputs.map(({ strengths, mean, factor, noise }, j) => {
      const weights = new Float64Array(T * d);
      const shared = Float64Array.from({ length: d }, () => Math.sqrt(strengths[T]! / T / d) * random.normal());
      for (let t = 0; t < T; t++)
        for (let i = 0; i < d; i++) weights[t * d + i] = Math.sqrt(strengths[t]! / d) * random.normal() + shared[i]!;
      const missed = new Float64Array(this.prompts.length);
      for (let i = 0; i < missed.length; i++) {
        const own = Math.sqrt(strengths[T + 1]! + noise[i]!) * random.normal();
        missed[i] = measured[j]!.value[i]! - mean - this.value(weights, this.prompts[i]!) - own;
      }
      const correction = this.spread(strengths, factor.solve(missed));
      return { mean, weights: weights.map((x, i) => x + correction[i]!) };
    });
  }

  /** Σ_t weights_t · e(z_t). */
  value(weights: Float64Array, prompt: readonly number[]): number {
    const { T, d, embedding } = this;
    let total = 0;
    for (let t = 0; t < T; t++) {
      const at = prompt[t]! * d;
      for (let i = 0; i < d; i++) total += weights[t * d + i]! * embedding[at + i]!;
    }
    return total;
  }

  /** Prior covariance of the weights with the prompts, times α: [T, d]. */
  private spread(strengths: Float64Array, alpha: Float64Array): Float64Array {
    const { T, d, embedding, prompts } = this;
    // Σ_i α_i e(z_it) of each place, and over all places.
    const weights = new Float64Array(T * d);
    for (let i = 0; i < prompts.length; i++) {
      const [prompt, a] = [prompts[i]!, alpha[i]!];
      for (let t = 0; t < T; t++) {
        const [at, to] = [prompt[t]! * d, t * d];
        for (let k = 0; k < d; k++) weights[to + k]! += a * embedding[at + k]!;
      }
    }
    const shared = new Float64Array(d);
    for (let i = 0; i < T * d; i++) shared[i % d]! += weights[i]!;
    for (let t = 0; t < T; t++) {
      const [own, common] = [strengths[t]! / d, strengths[T]! / T / d];
      for (let k = 0; k < d; k++) weights[t * d + k] = own * weights[t * d + k]! + common * shared[k]!;
    }
    return weights;
  }

  /** Row i of the covariance of the measurements, up to its diagonal; of the prompts `chosen` only. */
  private covariance(strengths: Float64Array, i: number, noise: number, chosen?: readonly number[]): Float64Array {
    const row = new Float64Array((chosen ? chosen.indexOf(i) : i) + 1);
    this.grams.forEach((gram, part) => {
      const [of, strength] = [gram[i]!, strengths[part]!];
      for (let k = 0; k < row.length; k++) row[k]! += strength * of[chosen ? chosen[k]! : k]!;
    });
    row[row.length - 1]! += strengths[this.T + 1]! + noise;
    return row;
  }

  /** Of the Gram matrices, what is of the leading prompts that stay, in their order: all of it is the bulk of a new fit. */
  private keepGrams(prompts: readonly (readonly number[])[]): void {
    const places = new Map(this.prompts.map((prompt, i) => [prompt.join(), i]));
    const kept: number[] = [];
    for (const prompt of prompts) {
      const place = places.get(prompt.join());
      if (place === undefined || place <= (kept.at(-1) ?? -1)) break;
      kept.push(place);
    }
    this.grams = this.grams.map((gram) => kept.map((i, n) => Float64Array.from({ length: n + 1 }, (_, k) => gram[i]![kept[k]!]!)));
  }

  /** Products of two prompts' embeddings at each place, and of their sums over the places. */
  private growGrams(): void {
    const { T, d, embedding, prompts } = this;
    if (this.grams.length === 0) this.grams = Array.from({ length: T + 1 }, () => []);
    this.grams.forEach((gram, part) => {
      for (let i = gram.length; i < prompts.length; i++) {
        const row = new Float64Array(i + 1);
        const [at, sums] = part < T ? [prompts[i]![part]! * d, embedding] : [0, this.sum(prompts[i]!)];
        for (let k = 0; k <= i; k++)
          row[k] =
            part < T ? product(sums, at, embedding, prompts[k]![part]! * d, d) / d : product(sums, 0, this.sum(prompts[k]!), 0, d) / d / T;
        gram.push(row);
      }
    });
  }

  private readonly sums = new WeakMap<readonly number[], Float32Array>();

  /** Σ_t e(z_t), [d]. */
  private sum(prompt: readonly number[]): Float32Array {
    let known = this.sums.get(prompt);
    if (!known) {
      known = new Float32Array(this.d);
      for (const action of prompt) for (let k = 0; k < this.d; k++) known[k]! += this.embedding[action * this.d + k]!;
      this.sums.set(prompt, known);
    }
    return known;
  }

  /** Strengths by evidence, on prompts spread evenly over the fit. */
  private tune(measured: readonly Measured[]): void {
    const { T } = this;
    const n = Math.min(this.prompts.length, TUNED_ON);
    const chosen = Array.from({ length: n }, (_, i) => Math.floor((i * this.prompts.length) / n));
    measured.forEach(({ value, noise }, j) => {
      const { strengths } = this.outputs[j]!;
      for (let round = 0; round < ROUNDS; round++) {
        const factor = new Cholesky();
        for (const i of chosen) factor.append(this.covariance(strengths, i, noise[i]!, chosen));
        const inverse = Array.from({ length: n }, (_, i) => factor.solve(Float64Array.from({ length: n }, (_, k) => Number(k === i))));
        const solved = inverse.map((row) => row.reduce((total, x, k) => total + x * value[chosen[k]!]!, 0));
        const ones = inverse.map(sum);
        const mean = sum(solved) / sum(ones);
        const alpha = solved.map((x, i) => x - mean * ones[i]!);
        const update = (part: number, up: number, down: number): void => {
          strengths[part] = Math.min(Math.max(strengths[part]! * Math.sqrt(up / Math.max(down, 1e-12)), 1e-3), 100);
        };
        this.grams.forEach((gram, part) => {
          let [up, down] = [0, 0];
          for (let i = 0; i < n; i++)
            for (let k = 0; k <= i; k++) {
              const twice = (k < i ? 2 : 1) * gram[chosen[i]!]![chosen[k]!]!;
              up += twice * alpha[i]! * alpha[k]!;
              down += twice * inverse[i]![k]!;
            }
          update(part, Math.max(up, 0), down);
        });
        update(
          T + 1,
          alpha.reduce((total, a) => total + a * a, 0),
          inverse.reduce((total, row, i) => total + row[i]!, 0),
        );
      }
    });
  }

  save(): RewardModelState {
    return {
      prompts: this.prompts,
      tuned: this.tuned,
      outputs: this.outputs.map(({ strengths, mean, noise }) => ({ strengths, mean, noise: Float64Array.from(noise) })),
    };
  }

  /** The factors are made anew from the same numbers in the same order: a resumed fit is the same one. */
  restore(state: RewardModelState): void {
    this.prompts = [...state.prompts];
    this.tuned = state.tuned;
    this.grams = [];
    this.growGrams();
    this.outputs = state.outputs.map(({ strengths, mean, noise }) => {
      const factor = new Cholesky();
      noise.forEach((variance, i) => factor.append(this.covariance(strengths, i, variance)));
      return { strengths, mean, noise: [...noise], factor, alpha: new Float64Array(noise.length) };
    });
  }
}

/** Centered over the tokens and scaled to a mean square length of d, so that e(a)·e(b)/d is 1 on average for a = b. */
function standardize(embedding: Float32Array, d: number): Float32Array {
  const A = embedding.length / d;
  const mean = new Float64Array(d);
  for (let i = 0; i < embedding.length; i++) mean[i % d]! += embedding[i]! / A;
  const centered = embedding.map((x, i) => x - mean[i % d]!);
  const square = centered.reduce((total, x) => total + x * x, 0) / embedding.length;
  return centered.map((x) => x / Math.sqrt(square));
}

function product(x: Float32Array, i: number, y: Float32Array, j: number, d: number): number {
  let total = 0;
  for (let k = 0; k < d; k++) total += x[i + k]! * y[j + k]!;
  return total;
}

function sum(x: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]!;
  return total;
}
