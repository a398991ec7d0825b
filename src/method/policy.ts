import type { PolicyWeights } from '../model/policyInterfaces';
import type { Random } from './random';

export const WEIGHT_NAMES = ['w1', 'b1', 'w2', 'b2'] as const;

/**
 * Xavier-uniform weights with gain 1e-4, so that the first policy is close to uniform.
 *
 * `paper` sets every bias to −1e-4. That is made for distilGPT-2's states: with a small model's it silences nearly all
 * hidden units, since `|W s|` is smaller than the bias. `live` sets the biases to 0, so that half of the units are live.
 */
export function initialWeights(d: number, h: number, initialisation: 'paper' | 'live', random: Random): PolicyWeights {
  const bound = 1e-4 * Math.sqrt(6 / (d + h));
  const xavier = (size: number): Float32Array => Float32Array.from({ length: size }, () => (2 * random.uniform() - 1) * bound);
  const bias = initialisation === 'paper' ? -1e-4 : 0;
  return {
    w1: xavier(d * h),
    b1: new Float32Array(h).fill(bias),
    w2: xavier(h * d),
    b2: new Float32Array(d).fill(bias),
  };
}

export function copyWeights(weights: PolicyWeights): PolicyWeights {
  return { w1: weights.w1.slice(), b1: weights.b1.slice(), w2: weights.w2.slice(), b2: weights.b2.slice() };
}

/** target ← (1 − τ)·target + τ·online, in place. */
export function polyak(target: PolicyWeights, online: PolicyWeights, tau: number): void {
  for (const name of WEIGHT_NAMES) {
    const [t, o] = [target[name], online[name]];
    for (let i = 0; i < t.length; i++) t[i] = (1 - tau) * t[i]! + tau * o[i]!;
  }
}
