import type { PolicyWeights } from '../model/policyInterfaces';
import { WEIGHT_NAMES } from './policy';

/** State of Adam (Kingma & Ba 2015) for the policy's weights. */
export interface AdamState {
  step: number;
  readonly mean: PolicyWeights;
  readonly square: PolicyWeights;
}

export function initialAdam(weights: PolicyWeights): AdamState {
  const zeros = (): PolicyWeights => ({
    w1: new Float32Array(weights.w1.length),
    b1: new Float32Array(weights.b1.length),
    w2: new Float32Array(weights.w2.length),
    b2: new Float32Array(weights.b2.length),
  });
  return { step: 0, mean: zeros(), square: zeros() };
}

/** Norm of the whole gradient. */
export function gradientNorm(gradient: PolicyWeights): number {
  let sum = 0;
  for (const name of WEIGHT_NAMES) for (const g of gradient[name]) sum += g * g;
  return Math.sqrt(sum);
}

/** One step of Adam, in place, on the gradient scaled to a norm of at most `clip`. Returns the norm before clipping. */
export function adam(weights: PolicyWeights, gradient: PolicyWeights, state: AdamState, rate: number, clip: number): number {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const norm = gradientNorm(gradient);
  const scale = norm > clip ? clip / norm : 1;
  state.step++;
  const correction1 = 1 - beta1 ** state.step;
  const correction2 = 1 - beta2 ** state.step;
  for (const name of WEIGHT_NAMES) {
    const [w, g, m, v] = [weights[name], gradient[name], state.mean[name], state.square[name]];
    for (let i = 0; i < w.length; i++) {
      const gi = g[i]! * scale;
      m[i] = beta1 * m[i]! + (1 - beta1) * gi;
      v[i] = beta2 * v[i]! + (1 - beta2) * gi * gi;
      w[i] = w[i]! - (rate * (m[i]! / correction1)) / (Math.sqrt(v[i]! / correction2) + epsilon);
    }
  }
  return norm;
}
