/** Exponential moving average with bias correction, as in TensorBoard; `weight` is that of the past, 0 to 0.99. */
export function smooth(values: readonly number[], weight: number): number[] {
  let average = 0;
  let correction = 1;
  return values.map((value) => {
    average = weight * average + (1 - weight) * value;
    correction *= weight;
    return average / (1 - correction);
  });
}
