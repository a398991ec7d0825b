/**
 * A Cholesky factor that can grow: L Lᵀ = M for a symmetric positive definite M, kept as rows of the lower triangle. Rows
 * that are appended leave those before them as they are, so n prompts more cost n·N² and not N³. Right-hand sides are worked on four
 * at a time: a sum waits for its last addition, so that four take little longer than one. What comes out does not depend on that.
 */
export class Cholesky {
  private readonly rows: Float64Array[] = [];

  get size(): number {
    return this.rows.length;
  }

  /** Appends rows of M: the elements of each up to and with the diagonal. */
  append(...added: readonly ArrayLike<number>[]): void {
    for (let first = 0; first < added.length; first += 4) {
      const n = this.rows.length;
      const block = added.slice(first, first + 4).map((row) => Float64Array.from(row));
      this.forwardFour(block);
      for (const l of block) {
        for (let j = n; j < l.length; j++) {
          const other = j < l.length - 1 ? this.rows[j]! : l;
          let sum = l[j]!;
          for (let k = 0; k < j; k++) sum -= l[k]! * other[k]!;
          // Rounding can leave a repeated prompt with a pivot below 0.
          l[j] = j < l.length - 1 ? sum / other[j]! : Math.sqrt(Math.max(sum, 1e-10));
        }
        this.rows.push(l);
      }
    }
  }

  /** M⁻¹ b of each b. */
  solve(...right: readonly ArrayLike<number>[]): Float64Array[] {
    const solved = right.map((b) => Float64Array.from(b));
    for (let first = 0; first < solved.length; first += 4) {
      const block = solved.slice(first, first + 4);
      this.forwardFour(block);
      for (const x of block) this.backward(x);
    }
    return solved;
  }

  /** L⁻¹ of up to four vectors, in place; what is longer than L stays as it is. */
  private forwardFour(block: readonly Float64Array[]): void {
    const { rows } = this;
    const unused = new Float64Array(rows.length);
    const [a, b, c, d] = [block[0]!, block[1] ?? unused, block[2] ?? unused, block[3] ?? unused];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      let [p, q, r, s] = [a[i]!, b[i]!, c[i]!, d[i]!];
      for (let k = 0; k < i; k++) {
        const l = row[k]!;
        p -= l * a[k]!;
        q -= l * b[k]!;
        r -= l * c[k]!;
        s -= l * d[k]!;
      }
      const pivot = row[i]!;
      a[i] = p / pivot;
      b[i] = q / pivot;
      c[i] = r / pivot;
      d[i] = s / pivot;
    }
  }

  /** L⁻ᵀ x in place. */
  private backward(x: Float64Array): void {
    for (let i = x.length - 1; i >= 0; i--) {
      const row = this.rows[i]!;
      const xi = x[i]! / row[i]!;
      x[i] = xi;
      for (let k = 0; k < i; k++) x[k] = x[k]! - row[k]! * xi;
    }
  }
}
