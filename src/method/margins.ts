/** Gaps are bounded here: an answer without log-probabilities has one of ±1. */
const MOST_GAP = 0.99;
const MOST = Math.atanh(MOST_GAP);
/** Rows that the classes' common variance counts for in that of each class. */
const COMMON_ROWS = 8;
const LEAST_VARIANCE = 1e-4;
/** Slope of the smooth count. */
const SLOPE = 2;

/** A row's margin, half the log-odds of the right answer, from its gap. */
export function marginOf(gap: number): number {
  return Math.atanh(Math.min(Math.max(gap, -MOST_GAP), MOST_GAP));
}

/** The same from half the difference of two logits. */
export function boundedMargin(margin: number): number {
  return Math.min(Math.max(margin, -MOST), MOST);
}

/**
 * What to expect on new rows, from the margins of a few. Two estimates of the share of class k that will be right, whose errors differ,
 * count by their mean: Φ(m_k / s_k), as if margins were normal, with s_k² shrunk to the classes' common variance; and a smooth count of
 * the right rows, ½ + ½ x / √(1 + x²) for each with x = 2 margin. Both vary less with the rows than the share that is right. The classes' shares
 * count by their power mean with exponent ½. By the arithmetic mean, the best prompt for many hard classes may be one that never answers most of
 * them; by the geometric mean, the hardest class decides. With one class, rows have scores of generated texts in place of gaps, and their
 * mean counts.
 */
export class Margins {
  private readonly rows: Float64Array;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;
  /** Smooth counts of right rows. */
  private readonly right: Float64Array;

  constructor(classes: number) {
    const zeros = (): Float64Array => new Float64Array(classes);
    [this.rows, this.sums, this.squares, this.right] = [zeros(), zeros(), zeros(), zeros()];
  }

  clear(): void {
    for (const each of [this.rows, this.sums, this.squares, this.right]) each.fill(0);
  }

  /** A row with its gap. */
  add(label: number, gap: number): void {
    this.addMargin(label, this.rows.length === 1 ? gap : marginOf(gap));
  }

  addMargin(label: number, margin: number): void {
    this.rows[label]!++;
    this.sums[label]! += margin;
    this.squares[label]! += margin * margin;
    this.right[label]! += smoothStep(margin);
  }

  /** Rows with their margins. */
  addAll(labels: readonly number[], margins: Float64Array): void {
    const { rows, sums, squares, right } = this;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      const margin = margins[i]!;
      rows[label]!++;
      sums[label]! += margin;
      squares[label]! += margin * margin;
      right[label]! += smoothStep(margin);
    }
  }

  /** Twice that mean, less 1: in [−1, 1], as a gap. Classes count the same, or by their rows. */
  score(weights: 'balanced' | 'rows' = 'balanced'): number {
    const { rows, sums, right } = this;
    if (rows.length === 1) return sums[0]! / rows[0]!;
    let [common, present] = [0, 0];
    for (let k = 0; k < rows.length; k++)
      if (rows[k]! > 0) {
        common += this.variance(k);
        present++;
      }
    common = common / present + LEAST_VARIANCE;
    let [total, weight] = [0, 0];
    for (let k = 0; k < rows.length; k++) {
      const n = rows[k]!;
      if (n === 0) continue;
      const w = weights === 'rows' ? n : 1;
      const variance = (n * this.variance(k) + COMMON_ROWS * common) / (n + COMMON_ROWS);
      const share = (normalShare(sums[k]! / n / Math.sqrt(variance)) + right[k]! / n) / 2;
      total += w * Math.sqrt(share);
      weight += w;
    }
    return 2 * (total / weight) ** 2 - 1;
  }

  private variance(k: number): number {
    const mean = this.sums[k]! / this.rows[k]!;
    return Math.max(0, this.squares[k]! / this.rows[k]! - mean * mean);
  }
}

/** From 0, a wrong answer, to 1, a right one. */
function smoothStep(margin: number): number {
  const x = SLOPE * margin;
  return 0.5 + (0.5 * x) / Math.sqrt(1 + x * x);
}

/** Φ(x), to 1e-7 (Abramowitz and Stegun 26.2.17). */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x > 0 ? 1 - tail : tail;
}
