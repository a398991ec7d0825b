import { describe, expect, it } from 'vitest';
import type { PolicyWeights } from '../../../src/method/policy';
import { adam, gradientNorm, initialAdam } from '../../../src/method/adam';

function weights(w1: number[], b1 = [0], w2 = [0], b2 = [0]): PolicyWeights {
  return { w1: Float32Array.from(w1), b1: Float32Array.from(b1), w2: Float32Array.from(w2), b2: Float32Array.from(b2) };
}

describe('adam', () => {
  it('two steps, worked out by hand', () => {
    const w = weights([1]);
    const state = initialAdam(w);
    // g = 2: m = 0.1 · 2 = 0.2, v = 0.001 · 4 = 0.004; unbiased 0.2 / 0.1 = 2 and 0.004 / 0.001 = 4; 1 − 0.1 · 2 / √4 = 0.9
    adam(w, weights([2]), state, 0.1, 100);
    expect(w.w1[0]).toBeCloseTo(0.9, 6);
    expect(state.mean.w1[0]).toBeCloseTo(0.2, 6);
    expect(state.square.w1[0]).toBeCloseTo(0.004, 8);
    // g = −1: m = 0.9 · 0.2 − 0.1 = 0.08, v = 0.999 · 0.004 + 0.001 = 0.004996;
    // unbiased 0.08 / (1 − 0.81) = 0.4210526 and 0.004996 / (1 − 0.998001) = 2.4992496, root 1.5809015;
    // 0.9 − 0.1 · 0.4210526 / 1.5809015 = 0.9 − 0.0266337 = 0.8733663
    adam(w, weights([-1]), state, 0.1, 100);
    expect(w.w1[0]).toBeCloseTo(0.8733663, 6);
    expect(state.mean.w1[0]).toBeCloseTo(0.08, 6);
    expect(state.square.w1[0]).toBeCloseTo(0.004996, 8);
    expect(state.step).toBe(2);
  });

  it('steps by the rate whatever the size of the gradient, in every part', () => {
    const w = weights([1, 1], [1], [1], [1]);
    adam(w, weights([0.5, -0.25], [1e-3], [0.1], [-2]), initialAdam(w), 0.01, 100);
    expect(Array.from(w.w1).map((x) => Number(x.toFixed(5)))).toEqual([0.99, 1.01]);
    expect(w.b1[0]).toBeCloseTo(0.99, 5);
    expect(w.w2[0]).toBeCloseTo(0.99, 5);
    expect(w.b2[0]).toBeCloseTo(1.01, 5);
  });

  it('ε = 1e-8 beside the root: a gradient of 1e-8 gives half a step', () => {
    const w = weights([0]);
    adam(w, weights([1e-8]), initialAdam(w), 1, 5);
    expect(w.w1[0]).toBeCloseTo(-0.5, 4);
  });

  it('a gradient of 0 moves nothing', () => {
    const w = weights([1], [2], [3], [4]);
    expect(adam(w, weights([0]), initialAdam(w), 0.1, 5)).toBe(0);
    expect(w).toEqual(weights([1], [2], [3], [4]));
  });
});

describe('clipping', () => {
  // 3² + 4² + 12² + 84² = 85²
  const gradient = (): PolicyWeights => weights([3], [4], [12], [84]);

  it('the norm is of the whole gradient', () => {
    expect(gradientNorm(gradient())).toBe(85);
  });

  it('scales the whole gradient to the bound, and returns the norm before', () => {
    const w = weights([0]);
    const state = initialAdam(w);
    expect(adam(w, gradient(), state, 0.1, 5)).toBe(85);
    // The scale is 5 / 85; Adam's first mean is a tenth of the scaled gradient, its first square a thousandth of the square.
    for (const [name, g] of [
      ['w1', 3],
      ['b1', 4],
      ['w2', 12],
      ['b2', 84],
    ] as const) {
      expect(state.mean[name][0]).toBeCloseTo(g / 170, 6);
      expect(state.square[name][0]).toBeCloseTo((g / 17) ** 2 / 1000, 7);
    }
    expect(gradientNorm(state.mean)).toBeCloseTo(0.5, 6);
  });

  it('leaves a gradient within the bound alone', () => {
    const w = weights([0]);
    const state = initialAdam(w);
    expect(adam(w, gradient(), state, 0.1, 85)).toBe(85);
    expect(state.mean.b2[0]).toBeCloseTo(8.4, 5);
  });

  it('does not change the gradient that it was given', () => {
    const g = gradient();
    const w = weights([0]);
    adam(w, g, initialAdam(w), 0.1, 5);
    expect(g).toEqual(gradient());
  });
});
