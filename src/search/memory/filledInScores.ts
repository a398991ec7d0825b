import { boundedMargin, marginOf, Margins } from '../../method/margins';
import { classMean } from '../../method/reward';
import { lowerOf } from './smallMatrices';

/** Scores in [0, 1] of generated texts are stretched to about the spread of logits, for which the row model's priors are made. */
export const STRETCH = 6;
/** Rows that a sketch of the score is made of. */
const SKETCHED = 128;

/**
 * Scores of a prompt on the whole pool from its factors f [q]: a row's contrasts are θ_rc · (1, f), as `RowModel` fits them (rowModel.ts).
 * They are asked for millions of times in a search.
 */
export class FilledInScores {
  /** Of each row and contrast, [N, C, 1 + q]. */
  private theta: Float64Array = new Float64Array(0);
  private readonly some: readonly number[];
  private readonly logits: Float64Array;
  private readonly margins: Margins;
  private readonly sketched: Float64Array;
  /** Margins of all rows, and of those of a sketch, with their labels. */
  private readonly filled: Float64Array;
  private readonly ofSketch: Float64Array;
  private readonly someLabels: readonly number[];

  constructor(
    private readonly labels: readonly number[],
    private readonly K: number,
    private readonly C: number,
    private readonly q: number,
  ) {
    const each = Math.max(1, Math.floor(SKETCHED / K));
    const seen = new Array<number>(K).fill(0);
    this.some = [...labels.keys()].filter((row) => ++seen[labels[row]!]! <= each);
    this.logits = new Float64Array(K);
    this.margins = new Margins(K);
    this.filled = new Float64Array(labels.length);
    this.ofSketch = new Float64Array(this.some.length);
    this.someLabels = this.some.map((row) => labels[row]!);
    this.sketched = new Float64Array(this.some.length * Math.max(0, K - 1) * (1 + q));
  }

  /**
   * The row model's θ has changed. A sketch needs half the difference of a row's own logit to that of each rival, as linear functions of
   * the factors: [some, K − 1, 1 + q].
   */
  take(theta: Float64Array): void {
    this.theta = theta;
    const { K, C, q, labels, sketched } = this;
    const p = 1 + q;
    let at = 0;
    for (const row of this.some)
      for (let c = 0; c < K; c++) {
        const label = labels[row]!;
        if (c === label) continue;
        for (let j = 0; j < p; j++, at++)
          sketched[at] =
            (C === 1
              ? label === 1
                ? theta[row * p + j]!
                : -theta[row * p + j]!
              : theta[(row * C + label) * p + j]! - theta[(row * C + c) * p + j]!) / 2;
      }
  }

  /** The score to expect on new rows at factors f, by the margins on the pool; rows whose gap is `known` (not NaN) count by it. */
  score(f: ArrayLike<number>, known?: Float64Array): number {
    const { K, margins, labels, filled } = this;
    for (let row = 0; row < filled.length; row++) {
      this.predict(f, row);
      filled[row] =
        K === 1
          ? this.shown()
          : K === 2
            ? boundedMargin((labels[row]! - 0.5) * this.logits[1]!)
            : marginOf(gapOf(this.logits, labels[row]!));
    }
    if (known)
      for (let row = 0; row < filled.length; row++)
        if (!Number.isNaN(known[row]!)) filled[row] = K === 1 ? known[row]! : marginOf(known[row]!);
    margins.clear();
    margins.addAll(labels, filled);
    return margins.score();
  }

  /** The same over at most SKETCHED rows, for many factors in a row: logits of the strongest rival stand for all others. */
  sketch(f: Float64Array): number {
    const { K, margins, someLabels, ofSketch: sketch, sketched, some } = this;
    const p = 1 + this.q;
    for (let i = 0, at = 0; i < some.length; i++) {
      if (K === 1) {
        this.predict(f, some[i]!);
        sketch[i] = this.shown();
        continue;
      }
      let least = Infinity;
      for (let rival = 1; rival < K; rival++, at += p) {
        let margin = sketched[at]!;
        for (let j = 1; j < p; j++) margin += sketched[at + j]! * f[j - 1]!;
        if (margin < least) least = margin;
      }
      sketch[i] = boundedMargin(least);
    }
    margins.clear();
    margins.addAll(someLabels, sketch);
    return margins.score();
  }

  /** The pool's mean of any function of the gap: of its rows, or with classes that count the same. */
  mean(f: ArrayLike<number>, known: Float64Array, of: (gap: number) => number, weights: 'rows' | 'balanced' = 'rows'): number {
    const values = known.map((gap, row) => of(Number.isNaN(gap) ? this.gapAt(f, row) : gap));
    return classMean(values, this.labels, weights);
  }

  /** Variance of that mean while the factors are N(f, covariance): by the unscented transform, f ± √q·L_j. */
  variance(f: Float64Array, covariance: Float64Array, known: Float64Array, of: (gap: number) => number): number {
    const { q } = this;
    const lower = lowerOf(covariance, q);
    const means: number[] = [];
    for (let j = 0; j < q; j++) {
      for (const sign of [-1, 1])
        means.push(
          this.mean(
            f.map((x, i) => x + sign * Math.sqrt(q) * lower[i * q + j]!),
            known,
            of,
          ),
        );
    }
    const mean = means.reduce((a, b) => a + b, 0) / means.length;
    return means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / means.length;
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

  /** The predicted score of a text, where that is what a row has. */
  private shown(): number {
    return Math.min(1, Math.max(0, this.logits[0]! / STRETCH));
  }

  /** The predicted gap of a row, or the score of its text. */
  private gapAt(f: ArrayLike<number>, row: number): number {
    this.predict(f, row);
    if (this.K === 1) return this.shown();
    return gapOf(this.logits, this.labels[row]!);
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
