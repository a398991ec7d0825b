import { Cholesky } from './cholesky';
import { Grams } from './grams';
import type { Random } from '../../method/random';

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
  private readonly embedding: Float32Array;
  private outputs: (Output & { factor: Cholesky; noise: number[]; alpha: Float64Array })[] = [];
  private tuned = 0;
  private grams: Grams;

  /** @param embedding W_E of the A actions, [A, d] */
  constructor(
    embedding: Float32Array,
    private readonly d: number,
    private readonly T: number,
  ) {
    this.embedding = standardize(embedding, d);
    this.grams = new Grams(this.embedding, d, T);
  }

  /** The embedding as this model sees it, [A, d]. */
  get tokens(): Float32Array {
    return this.embedding;
  }

  get size(): number {
    return this.grams.prompts.length;
  }

  /**
   * Fits to all prompts (actions, [T] each) and their measurements, one `Measured` an output. Prompts that were in the last
   * fit come first and in their order; those behind them are appended.
   */
  fit(prompts: readonly (readonly number[])[], measured: readonly Measured[]): void {
    const n = prompts.length;
    const same = this.grams.continuesIn(prompts);
    this.grams.take(prompts);
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
      const before = output.factor.size;
      output.noise.push(...noise.subarray(before));
      output.factor.append(...this.grams.covariance(output.strengths, before, output.noise));
      const [ones, solved] = output.factor.solve(new Float64Array(n).fill(1), value) as [Float64Array, Float64Array];
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
    const all = this.spread(
      this.outputs.map(({ alpha }) => alpha),
      this.outputs,
    );
    return this.outputs.map(({ mean }, j) => ({ mean, weights: all[j]! }));
  }

  /**
   * Draws of each output from the posterior by Matheron's rule: a draw from the prior, corrected by what it misses of the
   * measurements; the factor of the fit serves every draw.
   */
  draws(count: number, measured: readonly Measured[], random: Random): LinearReward[][] {
    const { T, d, outputs } = this;
    const [n, q] = [this.size, outputs.length];
    const weights = new Float64Array(count * q * T * d);
    const missed: Float64Array[] = [];
    for (let c = 0; c < count * q; c++) {
      const { strengths, mean, noise } = outputs[c % q]!;
      const { value } = measured[c % q]!;
      fillNormal(weights.subarray(c * T * d, (c + 1) * T * d), strengths, T, d, random);
      const own = new Float64Array(n);
      for (let i = 0; i < n; i++) own[i] = value[i]! - mean - Math.sqrt(strengths[T + 1]! + noise[i]!) * random.normal();
      missed.push(own);
    }
    const values = this.grams.tokens.values(weights);
    for (let c = 0; c < count * q; c++) subtract(missed[c]!, values.subarray(c * n, (c + 1) * n));
    const solved = outputs.map(({ factor }, j) => factor.solve(...missed.filter((_, c) => c % q === j)));
    const corrections = this.spread(
      missed.map((_, c) => solved[c % q]![Math.floor(c / q)]!),
      missed.map((_, c) => outputs[c % q]!),
    );
    for (let c = 0; c < count * q; c++) add(corrections[c]!, weights.subarray(c * T * d, (c + 1) * T * d));
    return Array.from({ length: count }, (_, r) => outputs.map(({ mean }, j) => ({ mean, weights: corrections[r * q + j]! })));
  }

  /** Prior covariance of the weights with the prompts, times α, of each α with the strengths of its output: [T, d] each. */
  private spread(alphas: readonly Float64Array[], of: readonly Pick<Output, 'strengths'>[]): Float64Array[] {
    const { T, d } = this;
    const all = this.grams.tokens.spread(alphas);
    return of.map(({ strengths }, c) => {
      const weights = all.subarray(c * T * d, (c + 1) * T * d);
      share(weights, strengths, T, d);
      return weights;
    });
  }

  /** Strengths by evidence, on prompts spread evenly over the fit. */
  private tune(measured: readonly Measured[]): void {
    const { T } = this;
    const n = Math.min(this.size, TUNED_ON);
    const chosen = Array.from({ length: n }, (_, i) => Math.floor((i * this.size) / n));
    measured.forEach(({ value, noise }, j) => {
      const { strengths } = this.outputs[j]!;
      for (let round = 0; round < ROUNDS; round++) {
        const factor = new Cholesky();
        factor.append(...this.grams.covariance(strengths, 0, noise, chosen));
        const inverse = factor.solve(...Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, k) => Number(k === i))));
        const solved = inverse.map((row) => row.reduce((total, x, k) => total + x * value[chosen[k]!]!, 0));
        const ones = inverse.map(sum);
        const mean = sum(solved) / sum(ones);
        const alpha = solved.map((x, i) => x - mean * ones[i]!);
        const update = (part: number, up: number, down: number): void => {
          strengths[part] = Math.min(Math.max(strengths[part]! * Math.sqrt(up / Math.max(down, 1e-12)), 1e-3), 100);
        };
        for (let part = 0; part <= T; part++) {
          let [up, down] = [0, 0];
          for (let i = 0; i < n; i++)
            for (let k = 0; k <= i; k++) {
              const twice = (k < i ? 2 : 1) * this.grams.of(part, chosen[i]!, chosen[k]!);
              up += twice * alpha[i]! * alpha[k]!;
              down += twice * inverse[i]![k]!;
            }
          update(part, Math.max(up, 0), down);
        }
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
      prompts: this.grams.prompts,
      tuned: this.tuned,
      outputs: this.outputs.map(({ strengths, mean, noise }) => ({ strengths, mean, noise: Float64Array.from(noise) })),
    };
  }

  /** The factors are made anew from the same numbers in the same order: a resumed fit is the same one. */
  restore(state: RewardModelState): void {
    this.tuned = state.tuned;
    this.grams = new Grams(this.embedding, this.d, this.T);
    this.grams.take(state.prompts);
    this.outputs = state.outputs.map(({ strengths, mean, noise }) => {
      const factor = new Cholesky();
      factor.append(...this.grams.covariance(strengths, 0, noise));
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

function sum(x: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]!;
  return total;
}

/** A draw of one output's weights [T, d] from their prior. */
function fillNormal(weights: Float64Array, strengths: Float64Array, T: number, d: number, random: Random): void {
  const shared = new Float64Array(d);
  for (let k = 0; k < d; k++) shared[k] = Math.sqrt(strengths[T]! / T / d) * random.normal();
  for (let t = 0; t < T; t++) {
    const deviation = Math.sqrt(strengths[t]! / d);
    for (let k = 0; k < d; k++) weights[t * d + k] = deviation * random.normal() + shared[k]!;
  }
}

/** From Σ_i α_i e(z_it) of each place to the prior covariance of the weights with the prompts, times α; in place. */
function share(weights: Float64Array, strengths: Float64Array, T: number, d: number): void {
  const shared = new Float64Array(d);
  for (let t = 0; t < T; t++) for (let k = 0; k < d; k++) shared[k]! += weights[t * d + k]!;
  const common = strengths[T]! / T / d;
  for (let t = 0; t < T; t++) {
    const own = strengths[t]! / d;
    for (let k = 0; k < d; k++) weights[t * d + k] = own * weights[t * d + k]! + common * shared[k]!;
  }
}

function add(into: Float64Array, other: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += other[i]!;
}

function subtract(from: Float64Array, other: Float64Array): void {
  for (let i = 0; i < from.length; i++) from[i]! -= other[i]!;
}
