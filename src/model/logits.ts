/** log Σ exp of a row of logits. */
export function logSumExp(row: Float32Array): number {
  const top = row.reduce((most, x) => Math.max(most, x), -Infinity);
  return top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
}
