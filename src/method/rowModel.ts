import { Cholesky } from './cholesky';
import { boundedMargin, Margins } from './margins';

/** What is known of one prompt: contrasts `y` [rows, C] on some rows of the pool. */
export interface Observed {
  readonly rows: readonly number[];
  readonly y: Float64Array;
}

/** What the observed rows say of a prompt's factors: precision·f = pull, in units of the rows' noise. */
export interface Evidence {
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
/** Scores in [0, 1] of generated texts are stretched to about the spread of logits, for which the priors are made. */
const STRETCH = 6;
/** Rows that a sketch of the score is made of. */
const SKETCHED = 128;
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
  /** (μ, w) of each row and contrast, [N, C, 1 + q]; of each class and contrast, [K, C, 1 + q]. */
  private theta: Float64Array;
  private classTheta: Float64Array;
  /** Variance of rows about their class, for μ and each loading, [1 + q]. */
  private spread: Float64Array;
  private noise = 1;
  private fitted = false;
  private readonly all: readonly number[];
  private readonly some: readonly number[];
  private readonly logits: Float64Array;
  private readonly sums: Float64Array;
  private readonly counts: Float64Array;
  private readonly margins: Margins;

  constructor(
    private readonly labels: readonly number[],
    private readonly K: number,
  ) {
    this.C = K === 2 ? 1 : K;
    this.q = K === 1 ? 1 : K === 2 ? 2 : Math.min(K + 1, 8);
    this.theta = new Float64Array(labels.length * this.C * (1 + this.q));
    this.classTheta = new Float64Array(K * this.C * (1 + this.q));
    this.spread = new Float64Array(1 + this.q).fill(1);
    this.all = labels.map((_, row) => row);
    const each = Math.max(1, Math.floor(SKETCHED / K));
    const seen = new Array<number>(K).fill(0);
    this.some = this.all.filter((row) => ++seen[labels[row]!]! <= each);
    this.logits = new Float64Array(K);
    this.sums = new Float64Array(K);
    this.counts = new Float64Array(K);
    this.margins = new Margins(K);
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
    const f = prompts.map(() => new Float64Array(q));
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
        f[i]![j] = along;
        direction.forEach((d, k) => (x[k]! -= along * d));
      });
    }
    return { f, covariance: prompts.map(() => diagonal(q, 1e-3)) };
  }

  /** What a prompt's observed rows say of its factors. */
  evidence({ rows, y }: Observed): Evidence {
    const { C, q } = this;
    const precision = new Float64Array(q * q);
    const pull = new Float64Array(q);
    rows.forEach((row, r) => {
      for (let c = 0; c < C; c++) {
        const at = (row * C + c) * (1 + q);
        const rest = (y[r * C + c]! - this.theta[at]!) / this.noise;
        for (let j = 0; j < q; j++) {
          const w = this.theta[at + 1 + j]!;
          pull[j]! += w * rest;
          for (let k = 0; k <= j; k++) precision[j * q + k]! += (w * this.theta[at + 1 + k]!) / this.noise;
        }
      }
    });
    for (let j = 0; j < q; j++) for (let k = 0; k < j; k++) precision[k * q + j] = precision[j * q + k]!;
    return { precision, pull };
  }

  /** Posterior of the factors under N(0, I): covariance (I + precision)⁻¹, mean covariance·pull. */
  posterior(evidence: Evidence, prior = 1): { mean: Float64Array; covariance: Float64Array } {
    const { q } = this;
    const covariance = inverse(
      evidence.precision.map((x, i) => x + (i % (q + 1) === 0 ? prior : 0)),
      q,
    );
    return { mean: times(covariance, evidence.pull, q), covariance };
  }

  private expect(prompts: readonly Observed[]): Moments {
    const each = prompts.map((prompt) => this.posterior(this.evidence(prompt)));
    return { f: each.map(({ mean }) => mean), covariance: each.map(({ covariance }) => covariance) };
  }

  /** Regresses each column on the factors, shrunk to the regression of its class; then spreads and noise. */
  private maximize(prompts: readonly Observed[], { f, covariance }: Moments): void {
    const { C, K, q, labels, theta, classTheta } = this;
    const p = 1 + q;
    const N = labels.length;
    // Σ_i E[f̃ f̃ᵀ] [p, p] of each row, and Σ_i f̃ y [C, p]; f̃ = (1, f).
    const square = Array.from({ length: N }, () => new Float64Array(p * p));
    const cross = Array.from({ length: N }, () => new Float64Array(C * p));
    const total = Array.from({ length: N }, () => new Float64Array(C));
    let count = 0;
    prompts.forEach(({ rows, y }, i) => {
      const second = new Float64Array(p * p);
      const full = Float64Array.of(1, ...f[i]!);
      for (let j = 0; j < p; j++)
        for (let k = 0; k < p; k++) second[j * p + k] = full[j]! * full[k]! + (j > 0 && k > 0 ? covariance[i]![(j - 1) * q + k - 1]! : 0);
      rows.forEach((row, r) => {
        const into = square[row]!;
        for (let j = 0; j < p * p; j++) into[j]! += second[j]!;
        for (let c = 0; c < C; c++) {
          const value = y[r * C + c]!;
          total[row]![c]! += value * value;
          for (let j = 0; j < p; j++) cross[row]![c * p + j]! += value * full[j]!;
        }
      });
      count += rows.length * C;
    });
    for (let k = 0; k < K; k++) {
      const own = labels.flatMap((label, row) => (label === k ? [row] : []));
      const sum = new Float64Array(p * p);
      for (const row of own) square[row]!.forEach((x, j) => (sum[j]! += x));
      for (let j = 0; j < p; j++) sum[j * p + j]! += 1;
      const factor = factorOf(sum, p);
      for (let c = 0; c < C; c++) {
        const right = new Float64Array(p);
        for (const row of own) for (let j = 0; j < p; j++) right[j]! += cross[row]![c * p + j]!;
        classTheta.set(factor.solve(right), (k * C + c) * p);
      }
    }
    const spread = new Float64Array(p);
    let misfit = 0;
    for (let row = 0; row < N; row++) {
      const matrix = square[row]!.map((x, i) => x / this.noise + (i % (p + 1) === 0 ? 1 / this.spread[i % p]! : 0));
      const factor = factorOf(matrix, p);
      const posterior = inverse(matrix, p);
      for (let c = 0; c < C; c++) {
        const mean = classTheta.subarray((labels[row]! * C + c) * p, (labels[row]! * C + c + 1) * p);
        const at = (row * C + c) * p;
        theta.set(
          factor.solve(Float64Array.from({ length: p }, (_, j) => cross[row]![c * p + j]! / this.noise + mean[j]! / this.spread[j]!)),
          at,
        );
        // E[(y − θ·f̃)²], θ's own posterior variance included.
        misfit += total[row]![c]!;
        for (let j = 0; j < p; j++) {
          misfit -= 2 * theta[at + j]! * cross[row]![c * p + j]!;
          for (let k = 0; k < p; k++) misfit += square[row]![j * p + k]! * (theta[at + j]! * theta[at + k]! + posterior[j * p + k]!);
          spread[j]! += ((theta[at + j]! - mean[j]!) ** 2 + posterior[j * p + j]!) / (N * C);
        }
      }
    }
    this.spread = spread.map((x) => Math.max(x, 1e-3));
    this.noise = Math.max(misfit / Math.max(1, count), NOISE_FLOOR);
  }

  /** The score to expect on new rows at factors f, by the margins on the pool; rows whose gap is `known` (not NaN) count by it. */
  score(f: ArrayLike<number>, known?: Float64Array): number {
    const { margins, labels } = this;
    margins.clear();
    for (const row of this.all) {
      const gap = known ? known[row]! : NaN;
      margins.add(labels[row]!, Number.isNaN(gap) ? this.gapAt(f, row) : gap);
    }
    return margins.score();
  }

  /** The same over at most SKETCHED rows, for many factors in a row: logits of the strongest rival stand for all others. */
  sketch(f: ArrayLike<number>): number {
    const { K, margins, labels, logits } = this;
    margins.clear();
    for (const row of this.some) {
      const label = labels[row]!;
      if (K === 1) {
        margins.add(label, this.gapAt(f, row));
        continue;
      }
      this.predict(f, row);
      let rival = -Infinity;
      for (let c = 0; c < logits.length; c++) if (c !== label && logits[c]! > rival) rival = logits[c]!;
      margins.addMargin(label, boundedMargin((logits[label]! - rival) / 2));
    }
    return margins.score();
  }

  /** The pool's mean of any function of the gap. */
  mean(f: ArrayLike<number>, known: Float64Array, of: (gap: number) => number): number {
    return this.meanOver(f, this.all, of, known);
  }

  /** Variance of that mean while the factors are N(f, covariance): by the unscented transform, f ± √q·L_j. */
  variance(f: Float64Array, covariance: Float64Array, known: Float64Array, of: (gap: number) => number): number {
    const { q } = this;
    const factor = factorOf(covariance, q);
    const means: number[] = [];
    for (let j = 0; j < q; j++) {
      const step = factor.column(j);
      for (const sign of [-1, 1])
        means.push(
          this.mean(
            f.map((x, i) => x + sign * Math.sqrt(q) * step[i]!),
            known,
            of,
          ),
        );
    }
    const mean = means.reduce((a, b) => a + b, 0) / means.length;
    return means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / means.length;
  }

  private meanOver(f: ArrayLike<number>, rows: readonly number[], of: (gap: number) => number, known?: Float64Array): number {
    const { K, labels, sums, counts } = this;
    sums.fill(0);
    counts.fill(0);
    for (const row of rows) {
      const label = labels[row]!;
      const gap = known ? known[row]! : NaN;
      sums[label]! += of(Number.isNaN(gap) ? this.gapAt(f, row) : gap);
      counts[label]!++;
    }
    let [mean, present] = [0, 0];
    for (let k = 0; k < K; k++)
      if (counts[k]! > 0) {
        mean += sums[k]! / counts[k]!;
        present++;
      }
    return mean / present;
  }

  /** The predicted contrasts of a row, as logits. */
  private predict(f: ArrayLike<number>, row: number): void {
    const { K, C, q, theta, logits } = this;
    for (let c = 0, at = row * C * (1 + q); c < C; c++, at += 1 + q) {
      let y = theta[at]!;
      for (let j = 0; j < q; j++) y += theta[at + 1 + j]! * f[j]!;
      logits[K === 2 ? 1 : c] = y;
    }
  }

  /** The predicted gap of a row, or the score of its text. */
  private gapAt(f: ArrayLike<number>, row: number): number {
    this.predict(f, row);
    if (this.K === 1) return Math.min(1, Math.max(0, this.logits[0]! / STRETCH));
    return gapOf(this.logits, this.labels[row]!);
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
  }
}

/** p(label) − max p(others), as `rowScore` of reward.ts, without an object: it is worked out millions of times. */
function gapOf(logits: Float64Array, label: number): number {
  const K = logits.length;
  let top = logits[0]!;
  for (let c = 1; c < K; c++) if (logits[c]! > top) top = logits[c]!;
  let [sum, rival, own] = [0, 0, 0];
  for (let c = 0; c < K; c++) {
    const e = Math.exp(logits[c]! - top);
    sum += e;
    if (c === label) own = e;
    else if (e > rival) rival = e;
  }
  return (own - rival) / sum;
}

interface Moments {
  readonly f: readonly Float64Array[];
  readonly covariance: readonly Float64Array[];
}

/** Factors with mean 0 and mean E[f fᵀ] = I: EM converges in a few rounds then. */
function whiten({ f, covariance }: Moments, q: number): Moments {
  const n = f.length;
  const mean = new Float64Array(q);
  for (const one of f) one.forEach((x, j) => (mean[j]! += x / n));
  const second = diagonal(q, 1e-6);
  f.forEach((one, i) => {
    for (let j = 0; j < q; j++)
      for (let k = 0; k < q; k++) second[j * q + k]! += ((one[j]! - mean[j]!) * (one[k]! - mean[k]!) + covariance[i]![j * q + k]!) / n;
  });
  const lower = lowerInverse(second, q);
  return {
    f: f.map((one) =>
      lowerTimes(
        lower,
        one.map((x, j) => x - mean[j]!),
        q,
      ),
    ),
    covariance: covariance.map((one) => congruent(lower, one, q)),
  };
}

function factorOf(matrix: Float64Array, n: number): Cholesky {
  return Cholesky.of(Array.from({ length: n }, (_, i) => matrix.subarray(i * n, (i + 1) * n)));
}

/** M⁻¹ of a small symmetric positive definite matrix: L⁻ᵀ L⁻¹. */
export function inverse(matrix: Float64Array, n: number): Float64Array {
  const lower = lowerInverse(matrix, n);
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += lower[k * n + i]! * lower[k * n + j]!;
      result[i * n + j] = result[j * n + i] = sum;
    }
  return result;
}

/** L⁻¹ of M = L Lᵀ, without the objects of `Cholesky`: thousands are needed in a step. */
function lowerInverse(matrix: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-10)) : sum / l[j * n + j]!;
    }
  for (let i = 0; i < n; i++) {
    const scale = 1 / l[i * n + i]!;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= l[i * n + k]! * l[k * n + j]!;
      l[i * n + j] = sum * scale;
    }
    l[i * n + i] = scale;
  }
  return l;
}

/** Products with a lower triangle: A x, and A S Aᵀ. */
function lowerTimes(lower: Float64Array, x: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let k = 0; k <= i; k++) result[i]! += lower[i * n + k]! * x[k]!;
  return result;
}

function congruent(lower: Float64Array, matrix: Float64Array, n: number): Float64Array {
  const half = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k <= i; k++) {
      const a = lower[i * n + k]!;
      for (let j = 0; j < n; j++) half[i * n + j]! += a * matrix[k * n + j]!;
    }
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += half[i * n + k]! * lower[j * n + k]!;
      result[i * n + j] = sum;
    }
  return result;
}

function times(matrix: Float64Array, vector: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) result[i]! += matrix[i * n + k]! * vector[k]!;
  return result;
}

function diagonal(n: number, value: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * (n + 1)] = value;
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
