/** Gaps are bounded here: an answer without log-probabilities has one of ±1. */
const MOST_GAP = 0.99;
const MOST = Math.atanh(MOST_GAP);
/** Rows that the classes' common variance counts for in that of each class. */
const COMMON_ROWS = 8;
const LEAST_VARIANCE = 1e-4;
/** The least that a class counts as in a geometric mean. */
const LEAST_SHARE = 0.01;

/** A row's margin, half the log-odds of the right answer, from its gap. */
export function marginOf(gap: number): number {
  return Math.atanh(Math.min(Math.max(gap, -MOST_GAP), MOST_GAP));
}

/** The same from half the difference of two logits. */
export function boundedMargin(margin: number): number {
  return Math.min(Math.max(margin, -MOST), MOST);
}

/**
 * What to expect on new rows, from the margins of a few: those of class k count as normal, so Φ(m_k / s_k) of them are right.
 * That varies less with the rows than the share of right answers, and a prompt that is merely more confident, whose margins are
 * all larger, gains nothing. s_k² is shrunk to the classes' common variance. With two classes, the mean of the shares counts: the
 * accuracy to expect. With more, the geometric mean, or the best prompt for many hard classes may be one that never answers most
 * of them. With one class, rows have scores of generated texts in place of gaps, and their mean counts.
 */
export class Margins {
  private readonly rows: Float64Array;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;

  constructor(classes: number) {
    [this.rows, this.sums, this.squares] = [new Float64Array(classes), new Float64Array(classes), new Float64Array(classes)];
  }

  clear(): void {
    for (const each of [this.rows, this.sums, this.squares]) each.fill(0);
  }

  /** A row with its gap. */
  add(label: number, gap: number): void {
    this.addMargin(label, this.rows.length === 1 ? gap : marginOf(gap));
  }

  addMargin(label: number, margin: number): void {
    this.rows[label]!++;
    this.sums[label]! += margin;
    this.squares[label]! += margin * margin;
  }

  /** Rows with their margins. */
  addAll(labels: readonly number[], margins: Float64Array): void {
    const { rows, sums, squares } = this;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      const margin = margins[i]!;
      rows[label]!++;
      sums[label]! += margin;
      squares[label]! += margin * margin;
    }
  }

  /** Twice that mean, less 1: in [−1, 1], as a gap. Classes count the same, or by their rows. */
  score(weights: 'balanced' | 'rows' = 'balanced'): number {
    const { rows, sums } = this;
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
      const share = normalShare(sums[k]! / n / Math.sqrt(variance));
      total += w * (rows.length === 2 ? share : Math.log(Math.max(share, LEAST_SHARE)));
      weight += w;
    }
    return 2 * (rows.length === 2 ? total / weight : Math.exp(total / weight)) - 1;
  }

  private variance(k: number): number {
    const mean = this.sums[k]! / this.rows[k]!;
    return Math.max(0, this.squares[k]! / this.rows[k]! - mean * mean);
  }
}

/** Φ(x), to 1e-7 (Abramowitz and Stegun 26.2.17). */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x > 0 ? 1 - tail : tail;
}
