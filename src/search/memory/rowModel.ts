import { FilledInScores, STRETCH } from './filledInScores';
import { congruent, diagonal, dot, inverse, lowerInverse, lowerTimes, times } from './smallMatrices';

/** What is known of one prompt: contrasts `y` [rows, C] on some rows of the pool. */
export interface Observed {
  readonly rows: readonly number[];
  readonly y: Float64Array;
}

/** What the observed rows say of a prompt's factors: precision·f = pull, in units of the rows' noise. */
interface Evidence {
  /** Σ_c w_c w_cᵀ / σ², [q, q]. */
  readonly precision: Float64Array;
  /** Σ_c w_c (y_c − μ_c) / σ², [q]. */
  readonly pull: Float64Array;
}

export interface RowModelState {
  readonly theta: Float64Array;
  readonly classTheta: Float64Array;
  readonly spread: Float64Array;
  readonly noise: number;
}

/** Logits further below the top one say no more: an answer without log-probabilities has −∞ there. */
const FLOOR = 6;
const NOISE_FLOOR = 0.02;
const FIRST_ROUNDS = 20;
const ROUNDS = 3;

/**
 * Fills in the rows on which a prompt was not scored. The contrasts of prompt i on row r are low-rank:
 *
 *   y_irc = μ_rc + w_rc · f_i + ε,   f_i ~ N(0, I_q),   ε ~ N(0, σ²)
 *   (μ_rc, w_rc) ~ N(class mean of row r's class, diag(spread))
 *
 * With two classes C = 1: y = logit₁ − logit₀ and q = 2; with more, C = K centered logits and q = K + 1, at most 8. With one, y is
 * the score of a generated text and q = 1. Fitted by
 * EM with the factors whitened in every round; missing (prompt, row) pairs are left out of the sums.
 */
export class RowModel {
  readonly C: number;
  readonly q: number;
  /** Scores of prompts by what this model fills in. */
  readonly scores: FilledInScores;
  /** (μ, w) of each row and contrast, [N, C, 1 + q]; of each class and contrast, [K, C, 1 + q]. */
  private theta: Float64Array;
  private classTheta: Float64Array;
  /** Variance of rows about their class, for μ and each loading, [1 + q]. */
  private spread: Float64Array;
  private noise = 1;
  private fitted = false;
  /** Of each row what it adds to the precision of the factors of a prompt, [N, q, q]. */
  private readonly certainty: Float64Array;

  constructor(
    private readonly labels: readonly number[],
    private readonly K: number,
  ) {
    this.C = K === 2 ? 1 : K;
    this.q = K === 1 ? 1 : K === 2 ? 2 : Math.min(K + 1, 8);
    this.theta = new Float64Array(labels.length * this.C * (1 + this.q));
    this.classTheta = new Float64Array(K * this.C * (1 + this.q));
    this.spread = new Float64Array(1 + this.q).fill(1);
    this.certainty = new Float64Array(labels.length * this.q ** 2);
    this.scores = new FilledInScores(labels, K, this.C, this.q);
  }

  /** Contrasts of K label-word logits, or of a score, [C]; undefined where the row could not be scored. */
  contrasts(logits: ArrayLike<number>, label: number): number[] | undefined {
    const { K } = this;
    if (K === 1) return Number.isNaN(logits[0]!) ? undefined : [STRETCH * logits[0]!];
    let top = -Infinity;
    for (let c = 0; c < K; c++) {
      if (Number.isNaN(logits[c]!)) return undefined;
      top = Math.max(top, logits[c]!);
    }
    // An answer that names no class is as wrong as can be.
    const bounded = Array.from({ length: K }, (_, c) =>
      top === -Infinity ? (c === label ? -FLOOR : 0) : Math.max(logits[c]! - top, -FLOOR),
    );
    if (K === 2) return [bounded[1]! - bounded[0]!];
    const mean = bounded.reduce((a, b) => a + b, 0) / K;
    return bounded.map((x) => x - mean);
  }

  /** Fits to all prompts, from where the last fit ended. */
  fit(prompts: readonly Observed[], rounds = this.fitted ? ROUNDS : FIRST_ROUNDS): void {
    let factors: Moments;
    if (this.fitted) factors = this.expect(prompts);
    else factors = this.start(prompts);
    this.fitted = true;
    for (let round = 0; round < rounds; round++) {
      this.maximize(prompts, whiten(factors, this.q));
      factors = this.expect(prompts);
    }
    this.scores.take(this.theta);
  }

  /** First factors: the leading components of each prompt's mean contrasts by class. */
  private start(prompts: readonly Observed[]): Moments {
    const { C, K, q, labels } = this;
    const width = K * C;
    const means = prompts.map(({ rows, y }) => {
      const sum = new Float64Array(width);
      const count = new Float64Array(K);
      rows.forEach((row, r) => {
        count[labels[row]!]!++;
        for (let c = 0; c < C; c++) sum[labels[row]! * C + c]! += y[r * C + c]!;
      });
      return sum.map((x, i) => x / Math.max(1, count[Math.floor(i / C)]!));
    });
    const center = new Float64Array(width);
    for (const mean of means) mean.forEach((x, i) => (center[i]! += x / means.length));
    const rest = means.map((mean) => mean.map((x, i) => x - center[i]!));
    const f = new Float64Array(prompts.length * q);
    for (let j = 0; j < q; j++) {
      let direction = Float64Array.from({ length: width }, (_, i) => 1 + 0.1 * Math.cos((i + 1) * (j + 1)));
      for (let round = 0; round < 50; round++) {
        const next = new Float64Array(width);
        for (const x of rest) {
          const along = dot(x, direction);
          x.forEach((value, i) => (next[i]! += along * value));
        }
        const length = Math.sqrt(dot(next, next)) || 1;
        direction = next.map((x) => x / length);
      }
      rest.forEach((x, i) => {
        const along = dot(x, direction);
        f[i * q + j] = along;
        direction.forEach((d, k) => (x[k]! -= along * d));
      });
    }
    const covariance = new Float64Array(prompts.length * q * q);
    for (let i = 0; i < prompts.length; i++) covariance.set(diagonal(q, 1e-3), i * q * q);
    return { f, covariance };
  }

  /** What a prompt's observed rows say of its factors. */
  evidence({ rows, y }: Observed): Evidence {
    const { q } = this;
    const evidence = { precision: new Float64Array(q * q), pull: new Float64Array(q) };
    this.gather(rows, y, evidence);
    return evidence;
  }

  private gather(rows: readonly number[], y: Float64Array, { precision, pull }: Evidence): void {
    const { C, q, theta, noise, certainty } = this;
    precision.fill(0);
    pull.fill(0);
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r]!;
      for (let i = 0, from = row * q * q; i < q * q; i++, from++) precision[i]! += certainty[from]!;
      for (let c = 0, at = row * C * (1 + q); c < C; c++, at += 1 + q) {
        const rest = (y[r * C + c]! - theta[at]!) / noise;
        for (let j = 0; j < q; j++) pull[j]! += theta[at + 1 + j]! * rest;
      }
    }
  }

  /** Σ_c w_c w_cᵀ / σ² of each row: what it adds to the precision of the factors of any prompt. */
  private weigh(): void {
    const { C, q, theta, certainty } = this;
    certainty.fill(0);
    for (let row = 0; row < this.labels.length; row++)
      for (let c = 0, at = row * C * (1 + q) + 1; c < C; c++, at += 1 + q)
        for (let j = 0; j < q; j++) {
          const w = theta[at + j]! / this.noise;
          for (let k = 0; k < q; k++) certainty[(row * q + j) * q + k]! += w * theta[at + k]!;
        }
  }

  /** Posterior of the factors under N(0, I): covariance (I + precision)⁻¹, mean covariance·pull. */
  posterior(evidence: Evidence, prior = 1): { mean: Float64Array; covariance: Float64Array } {
    const { q } = this;
    const precision = evidence.precision.slice();
    for (let j = 0; j < q; j++) precision[j * (q + 1)]! += prior;
    const covariance = inverse(precision, q);
    return { mean: times(covariance, evidence.pull, q), covariance };
  }

  private expect(prompts: readonly Observed[]): Moments {
    const { q } = this;
    const [f, covariance] = [new Float64Array(prompts.length * q), new Float64Array(prompts.length * q * q)];
    const evidence = { precision: new Float64Array(q * q), pull: new Float64Array(q) };
    const [own, room] = [new Float64Array(q * q), new Float64Array(q * q)];
    for (let i = 0; i < prompts.length; i++) {
      const { rows, y } = prompts[i]!;
      this.gather(rows, y, evidence);
      for (let j = 0; j < q; j++) evidence.precision[j * (q + 1)]! += 1;
      inverse(evidence.precision, q, own, 0, room);
      covariance.set(own, i * q * q);
      times(own, evidence.pull, q, 0, f, i * q);
    }
    return { f, covariance };
  }

  /** Regresses each column on the factors, shrunk to the regression of its class; then spreads and noise. */
  private maximize(prompts: readonly Observed[], { f, covariance }: Moments): void {
    const { C, K, q, labels, theta, classTheta } = this;
    const p = 1 + q;
    const N = labels.length;
    // Σ_i E[f̃ f̃ᵀ] of each row, [N, p, p], and Σ_i f̃ y, [N, C, p]; f̃ = (1, f).
    const square = new Float64Array(N * p * p);
    const cross = new Float64Array(N * C * p);
    const [second, full] = [new Float64Array(p * p), new Float64Array(p).fill(1)];
    let [count, misfit] = [0, 0];
    for (let i = 0; i < prompts.length; i++) {
      const { rows, y } = prompts[i]!;
      for (let j = 0; j < q; j++) full[1 + j] = f[i * q + j]!;
      for (let j = 0; j < p; j++)
        for (let k = 0; k < p; k++)
          second[j * p + k] = full[j]! * full[k]! + (j > 0 && k > 0 ? covariance[(i * q + j - 1) * q + k - 1]! : 0);
      for (let r = 0; r < rows.length; r++) {
        const row = rows[r]!;
        for (let j = 0, to = row * p * p; j < p * p; j++, to++) square[to]! += second[j]!;
        for (let c = 0, to = row * C * p; c < C; c++, to += p) {
          const value = y[r * C + c]!;
          misfit += value * value;
          for (let j = 0; j < p; j++) cross[to + j]! += value * full[j]!;
        }
      }
      count += rows.length * C;
    }
    for (let k = 0; k < K; k++) {
      const sum = diagonal(p, 1);
      const right = new Float64Array(C * p);
      for (let row = 0; row < N; row++) {
        if (labels[row] !== k) continue;
        for (let j = 0; j < p * p; j++) sum[j]! += square[row * p * p + j]!;
        for (let j = 0; j < C * p; j++) right[j]! += cross[row * C * p + j]!;
      }
      const solved = inverse(sum, p);
      for (let c = 0; c < C; c++) times(solved, right, p, c * p, classTheta, (k * C + c) * p);
    }
    const spread = new Float64Array(p);
    const [matrix, right] = [new Float64Array(p * p), new Float64Array(p)];
    for (let row = 0; row < N; row++) {
      const from = row * p * p;
      for (let j = 0; j < p * p; j++) matrix[j] = square[from + j]! / this.noise;
      for (let j = 0; j < p; j++) matrix[j * (p + 1)]! += 1 / this.spread[j]!;
      const posterior = inverse(matrix, p);
      for (let c = 0; c < C; c++) {
        const [mean, at] = [(labels[row]! * C + c) * p, (row * C + c) * p];
        for (let j = 0; j < p; j++) right[j] = cross[at + j]! / this.noise + classTheta[mean + j]! / this.spread[j]!;
        times(posterior, right, p, 0, theta, at);
        // E[(y − θ·f̃)²], θ's own posterior variance included.
        for (let j = 0; j < p; j++) {
          const own = theta[at + j]!;
          misfit -= 2 * own * cross[at + j]!;
          for (let k = 0; k < p; k++) misfit += square[from + j * p + k]! * (own * theta[at + k]! + posterior[j * p + k]!);
          spread[j]! += ((own - classTheta[mean + j]!) ** 2 + posterior[j * (p + 1)]!) / (N * C);
        }
      }
    }
    this.spread = spread.map((x) => Math.max(x, 1e-3));
    this.noise = Math.max(misfit / Math.max(1, count), NOISE_FLOOR);
    this.weigh();
  }

  save(): RowModelState {
    return { theta: this.theta, classTheta: this.classTheta, spread: this.spread, noise: this.noise };
  }

  restore(state: RowModelState): void {
    this.theta = state.theta;
    this.classTheta = state.classTheta;
    this.spread = state.spread;
    this.noise = state.noise;
    this.fitted = true;
    this.weigh();
    this.scores.take(this.theta);
  }
}

/** Means [n, q] and covariances [n, q, q] of the factors of n prompts. */
interface Moments {
  readonly f: Float64Array;
  readonly covariance: Float64Array;
}

/** Factors with mean 0 and mean E[f fᵀ] = I, in place: EM converges in a few rounds then. */
function whiten({ f, covariance }: Moments, q: number): Moments {
  const n = f.length / q;
  const mean = new Float64Array(q);
  for (let i = 0; i < n; i++) for (let j = 0; j < q; j++) mean[j]! += f[i * q + j]! / n;
  const second = diagonal(q, 1e-6);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < q; j++) {
      f[i * q + j]! -= mean[j]!;
      for (let k = 0; k <= j; k++) second[j * q + k]! += (f[i * q + j]! * f[i * q + k]! + covariance[(i * q + j) * q + k]!) / n;
    }
  const lower = lowerInverse(second, q);
  const half = new Float64Array(q * q);
  for (let i = 0; i < n; i++) {
    lowerTimes(lower, f, q, i * q);
    congruent(lower, covariance, q, i * q * q, half);
  }
  return { f, covariance };
}
