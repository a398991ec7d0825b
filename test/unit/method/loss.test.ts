import { describe, expect, it } from 'vitest';
import { softQLoss, type Rollouts } from '../../../src/method/loss';
import { Random } from '../../../src/method/random';
import { tf } from './autodiff';
import { uniform } from './plainPolicy';

function rollouts(B: number, T: number, Q: number[], V: number[], targetV: number[], reward: number[]): Rollouts {
  return {
    B,
    T,
    Q: Float32Array.from(Q),
    V: Float32Array.from(V),
    targetV: Float32Array.from(targetV),
    reward: Float32Array.from(reward),
  };
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((x, i) => expect(actual[i]).toBeCloseTo(x, digits));
}

function randomRollouts(B: number, T: number, seed: number): Rollouts {
  const random = new Random(seed);
  // Multiples of 1/64, so that a step of 1/64 in a difference quotient is exact in float32.
  const grid = (length: number, scale: number): Float32Array => uniform(length, scale, random).map((x) => Math.round(x * 64) / 64);
  return { B, T, Q: grid(B * T, 3), V: grid(B * T, 3), targetV: grid(B * T, 3), reward: grid(B, 8) };
}

const SIZES = [
  [1, 1],
  [4, 1],
  [3, 2],
  [2, 3],
  [5, 5],
] as const;

describe('softQLoss against numbers worked out by hand', () => {
  it('T = 1: both errors are the same', () => {
    // A = 1 − 1.5 = −0.5; target r − V' = 2 − 1.2 = 0.8.
    // one-step −0.5 − 0.8 = −1.3; multi-step the same; loss ½(1.69 + 1.69) = 1.69.
    // ∂/∂A = ½·2·(−1.3 − 1.3) = −2.6.
    const { loss, dQ, dV } = softQLoss(rollouts(1, 1, [1], [1.5], [1.2], [2]));
    expect(loss).toBeCloseTo(1.69, 5);
    expectClose(dQ, [-2.6]);
    expectClose(dV, [2.6]);
  });

  it('T = 2', () => {
    // A = [1 − 2, 0.5 − 1.5] = [−1, −1].
    // one-step targets: V'_2 − V'_1 = 1.4 − 1.8 = −0.4; r − V'_2 = 3 − 1.4 = 1.6. Errors −0.6, −2.6.
    // multi-step targets: r − V'_1 = 1.2; r − V'_2 = 1.6. Sums of A: −2, −1. Errors −3.2, −2.6.
    // loss ½(0.36 + 6.76 + 10.24 + 6.76) = 12.06.
    // A_1 is in one_1, multi_1: −0.6 − 3.2 = −3.8. A_2 is in one_2, multi_1, multi_2: −2.6 − 3.2 − 2.6 = −8.4.
    const { loss, dQ, dV } = softQLoss(rollouts(1, 2, [1, 0.5], [2, 1.5], [1.8, 1.4], [3]));
    expect(loss).toBeCloseTo(12.06, 4);
    expectClose(dQ, [-3.8, -8.4]);
    expectClose(dV, [3.8, 8.4]);
  });

  it('T = 3, the mean over two rollouts', () => {
    // First rollout: A = [−1, 0, −2]; V' = [1, 2, 4]; r = 5.
    //   one-step targets 2 − 1 = 1, 4 − 2 = 2, 5 − 4 = 1; errors −2, −2, −3 (squares 4 + 4 + 9 = 17).
    //   multi-step sums −3, −2, −2; targets 5 − 1 = 4, 5 − 2 = 3, 5 − 4 = 1; errors −7, −5, −3 (49 + 25 + 9 = 83).
    //   ½(17 + 83) = 50. By A: −2 − 7 = −9; −2 − 12 = −14; −3 − 15 = −18.
    // Second rollout: A = [0, −1, −1]; V' = [0, 0, 0]; r = −2.
    //   one-step targets 0, 0, −2; errors 0, −1, 1 (2). multi-step sums −2, −2, −1; targets −2; errors 0, 0, 1 (1).
    //   ½(2 + 1) = 1.5. By A: 0; −1 + 0 = −1; 1 + 1 = 2.
    // Over the batch: loss (50 + 1.5) / 2 = 25.75; derivatives halved.
    const { loss, dQ, dV } = softQLoss(rollouts(2, 3, [0, 1, 2, 3, 1, 0], [1, 1, 4, 3, 2, 1], [1, 2, 4, 0, 0, 0], [5, -2]));
    expect(loss).toBeCloseTo(25.75, 4);
    expectClose(dQ, [-4.5, -7, -9, 0, -0.5, 1]);
    expectClose(dV, [4.5, 7, 9, 0, 0.5, -1]);
  });

  it('is 0 where the network already says what the targets say', () => {
    // V' = V, A_1 = V'_2 − V'_1 and A_2 = r − V'_2: one-step errors are 0, and the sums telescope to r − V'_t.
    const { loss, dQ } = softQLoss(rollouts(1, 2, [3, 4], [2, 3], [2, 3], [4]));
    expect(loss).toBe(0);
    expectClose(dQ, [0, 0]);
  });
});

describe.each(SIZES)('derivatives, B = %i, T = %i', (B, T) => {
  it('agree with difference quotients', () => {
    const at = randomRollouts(B, T, 11 + T);
    const { dQ, dV } = softQLoss(at);
    const step = 1 / 64;
    for (const [name, derivative] of [
      ['Q', dQ],
      ['V', dV],
    ] as const) {
      for (let i = 0; i < B * T; i++) {
        const moved = (by: number): number => softQLoss({ ...at, [name]: at[name].map((x, j) => (j === i ? x + by : x)) }).loss;
        // The loss is quadratic: a central difference has no error but rounding.
        expect(derivative[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 4);
      }
    }
  });

  it('agree with automatic differentiation of the written-out sums', () => {
    const at = randomRollouts(B, T, 23 + T);
    const { loss, dQ, dV } = softQLoss(at);
    const targetV = tf.tensor2d(at.targetV, [B, T]);
    const r = tf.tensor2d(at.reward, [B, 1]);
    const whole = (Q: tf.Tensor, V: tf.Tensor): tf.Scalar => {
      const A = tf.sub(Q, V);
      let total: tf.Tensor = tf.scalar(0);
      for (let t = 0; t < T; t++) {
        const column = (x: tf.Tensor, c: number, width = 1): tf.Tensor => tf.slice(x, [0, c], [B, width]);
        const next = t === T - 1 ? r : column(targetV, t + 1);
        const one = tf.sub(column(A, t), tf.sub(next, column(targetV, t)));
        const multi = tf.sub(tf.sum(column(A, t, T - t), 1, true), tf.sub(r, column(targetV, t)));
        total = tf.add(total, tf.mean(tf.div(tf.add(tf.square(one), tf.square(multi)), 2)));
      }
      return tf.squeeze(total);
    };
    const { value, grads } = tf.valueAndGrads(whole)([tf.tensor2d(at.Q, [B, T]), tf.tensor2d(at.V, [B, T])]);
    expect(loss).toBeCloseTo(value.dataSync()[0]!, 3);
    expectClose(dQ, Array.from(grads[0]!.dataSync()), 4);
    expectClose(dV, Array.from(grads[1]!.dataSync()), 4);
  });
});
