import { eachWeight, WEIGHT_NAMES, type PolicyWeights } from './policy';

/** State of Adam (Kingma & Ba 2015) for the policy's weights. */
export interface AdamState {
  step: number;
  readonly mean: PolicyWeights;
  readonly square: PolicyWeights;
}

export function initialAdam(weights: PolicyWeights): AdamState {
  const zeros = () => eachWeight((name) => new Float32Array(weights[name].length));
  return { step: 0, mean: zeros(), square: zeros() };
}

/** Norm of the whole gradient. */
export function gradientNorm(gradient: PolicyWeights): number {
  let sum = 0;
  for (const name of WEIGHT_NAMES) {
    const g = gradient[name];
    for (let i = 0; i < g.length; i++) sum += g[i]! ** 2;
  }
  return Math.sqrt(sum);
}

/** One step of Adam, in place, on the gradient scaled to a norm of at most `clip`. Returns the norm before clipping. */
export function adam(weights: PolicyWeights, gradient: PolicyWeights, state: AdamState, rate: number, clip: number): number {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const norm = gradientNorm(gradient);
  const scale = norm > clip ? clip / norm : 1;
  state.step++;
  const step = rate / (1 - beta1 ** state.step);
  const correction = 1 / (1 - beta2 ** state.step);
  for (const name of WEIGHT_NAMES) {
    const [w, g, m, v] = [weights[name], gradient[name], state.mean[name], state.square[name]];
    for (let i = 0; i < w.length; i++) {
      const gi = g[i]! * scale;
      const mean = beta1 * m[i]! + (1 - beta1) * gi;
      const square = beta2 * v[i]! + (1 - beta2) * gi * gi;
      [m[i], v[i]] = [mean, square];
      w[i] = w[i]! - (step * mean) / (Math.sqrt(square * correction) + epsilon);
    }
  }
  return norm;
}
