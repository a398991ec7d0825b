/** Strength of the prior of `probabilityPositive`, in rows, and its standard deviation: differences of scores are in [−1, 1]. */
const PRIOR = 1;
const PRIOR_DEVIATION = 0.25;

/**
 * Probability that the mean of what was sampled is positive, by the conjugate normal model: the mean's posterior is Student's t.
 * The weak prior about 0 keeps a few equal values from looking certain.
 */
export function probabilityPositive(values: readonly number[]): number {
  const n = values.length;
  const total = PRIOR + n;
  const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, n);
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const scale = Math.sqrt((PRIOR * PRIOR_DEVIATION ** 2 + squares + (PRIOR * n * mean ** 2) / total) / (total * total));
  return studentT((n * mean) / total / scale, total);
}

/** P(T ≤ t) of Student's t with ν degrees of freedom, a whole number (Abramowitz and Stegun 26.7.3 and 26.7.4). */
export function studentT(t: number, nu: number): number {
  const angle = Math.atan(t / Math.sqrt(nu));
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const odd = nu % 2 === 1;
  let [term, sum] = [odd ? cos : 1, 0];
  for (let k = odd ? 3 : 2; k <= nu; k += 2) {
    sum += term;
    term *= (cos * cos * (k - 1)) / k;
  }
  const within = odd ? (2 / Math.PI) * (angle + sin * sum) : sin * sum;
  return (1 + within) / 2;
}

/** The t that Student's t with ν degrees of freedom exceeds with this probability, which is below ½. */
export function studentQuantile(nu: number, tail = 0.025): number {
  let [low, high] = [0, 1];
  while (1 - studentT(high, nu) > tail) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (1 - studentT(middle, nu) > tail) low = middle;
    else high = middle;
  }
  return high;
}
