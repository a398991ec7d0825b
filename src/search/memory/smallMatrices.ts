/** Small symmetric positive definite matrices [n, n], row by row. Thousands are needed in a step, so nothing here makes objects in a loop. */

/** M⁻¹ = L⁻ᵀ L⁻¹, to `into` from `at` on. */
export function inverse(
  matrix: Float64Array,
  n: number,
  into: Float64Array = new Float64Array(n * n),
  at = 0,
  room?: Float64Array,
): Float64Array {
  const lower = lowerInverse(matrix, n, room);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += lower[k * n + i]! * lower[k * n + j]!;
      into[at + i * n + j] = sum;
      into[at + j * n + i] = sum;
    }
  return into;
}

/** L of M = L Lᵀ. */
export function lowerOf(matrix: Float64Array, n: number, l: Float64Array = new Float64Array(n * n)): Float64Array {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-10)) : sum / l[j * n + j]!;
    }
  return l;
}

/** L⁻¹ of M = L Lᵀ. */
export function lowerInverse(matrix: Float64Array, n: number, room?: Float64Array): Float64Array {
  const l = lowerOf(matrix, n, room);
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

/** A x of a lower triangle A, in place of x, which begins at `at`. */
export function lowerTimes(lower: Float64Array, x: Float64Array, n: number, at: number): void {
  for (let i = n - 1; i >= 0; i--) {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += lower[i * n + k]! * x[at + k]!;
    x[at + i] = sum;
  }
}

/** A S Aᵀ of a lower triangle A, in place of S, which begins at `at`; `half` is room for a matrix. */
export function congruent(lower: Float64Array, matrix: Float64Array, n: number, at: number, half: Float64Array): void {
  half.fill(0);
  for (let i = 0; i < n; i++)
    for (let k = 0; k <= i; k++) {
      const a = lower[i * n + k]!;
      for (let j = 0; j < n; j++) half[i * n + j]! += a * matrix[at + k * n + j]!;
    }
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += half[i * n + k]! * lower[j * n + k]!;
      matrix[at + i * n + j] = sum;
    }
}

/** M x, where `x` begins at `from` and the result goes to `to` in `into`. */
export function times(
  matrix: Float64Array,
  x: Float64Array,
  n: number,
  from = 0,
  into: Float64Array = new Float64Array(n),
  to = 0,
): Float64Array {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += matrix[i * n + k]! * x[from + k]!;
    into[to + i] = sum;
  }
  return into;
}

export function diagonal(n: number, value: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * (n + 1)] = value;
  return result;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
