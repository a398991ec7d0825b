/**
 * A Cholesky factor that can grow: L Lᵀ = M for a symmetric positive definite M, kept as rows of the lower triangle. A row
 * that is appended leaves those before it as they are, so n prompts more cost n·N² and not N³.
 */
export class Cholesky {
  private readonly rows: Float64Array[] = [];

  get size(): number {
    return this.rows.length;
  }

  /** Appends a row of M: its elements up to and with the diagonal. */
  append(row: ArrayLike<number>): void {
    const n = this.rows.length;
    const l = new Float64Array(n + 1);
    for (let j = 0; j <= n; j++) {
      const other = j < n ? this.rows[j]! : l;
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= l[k]! * other[k]!;
      // Rounding can leave a repeated prompt with a pivot below 0.
      l[j] = j < n ? sum / other[j]! : Math.sqrt(Math.max(sum, 1e-10));
    }
    this.rows.push(l);
  }

  /** L⁻¹ b. */
  forward(b: ArrayLike<number>): Float64Array {
    const x = Float64Array.from(b);
    this.rows.forEach((row, i) => {
      let sum = x[i]!;
      for (let k = 0; k < i; k++) sum -= row[k]! * x[k]!;
      x[i] = sum / row[i]!;
    });
    return x;
  }

  /** M⁻¹ b. */
  solve(b: ArrayLike<number>): Float64Array {
    const x = this.forward(b);
    for (let i = x.length - 1; i >= 0; i--) {
      const row = this.rows[i]!;
      const xi = x[i]! / row[i]!;
      x[i] = xi;
      for (let k = 0; k < i; k++) x[k] = x[k]! - row[k]! * xi;
    }
    return x;
  }

  /** Column j of L. */
  column(j: number): Float64Array {
    return Float64Array.from(this.rows, (row) => row[j] ?? 0);
  }

  /** log |M|. */
  get logDeterminant(): number {
    return this.rows.reduce((sum, row, i) => sum + 2 * Math.log(row[i]!), 0);
  }

  static of(matrix: readonly ArrayLike<number>[]): Cholesky {
    const factor = new Cholesky();
    for (const row of matrix) factor.append(row);
    return factor;
  }
}
