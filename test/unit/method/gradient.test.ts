import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyWeights } from '../../../src/method/policy';
import { OnnxPolicyNetwork } from '../../../src/method/policyNetwork';
import { softQLoss } from '../../../src/method/loss';
import { Random } from '../../../src/method/random';
import { tf } from './autodiff';
import {
  biasRow,
  entropy64,
  logSumExp64,
  NAMES,
  PlainNetwork,
  preActivations,
  qRow,
  randomWeights,
  rowOf,
  to64,
  uniform,
} from './plainPolicy';
import type { Weights64 } from './plainPolicy';

const sizes = { d: 6, h: 9, A: 7 };
const { d, h, A } = sizes;
const [B, T] = [4, 3];
const N = B * T;

const random = new Random(5);
const embedding = uniform(A * d, 1, random);
const states = uniform(N * d, 2, random);
const weights = randomWeights(sizes, 0.7, random);
const target = randomWeights(sizes, 0.7, random);
const reward = uniform(B, 5, random);
const actions = Array.from({ length: N }, () => random.below(A));

const sharedBias = uniform(A, 1, random);
/** One row for each state: four actions are fluent there, the chosen one among them. */
const maskedBias = Float32Array.from({ length: N * A }, (_, i) => {
  const [n, a] = [Math.floor(i / A), i % A];
  return (a - actions[n]! + A) % A < 4 ? -0.5 : -1e9;
});

/** Loss of the weights from the formulas alone, in float64. */
function loss64(w: Weights64, bias: Float32Array): number {
  const row = (n: number, of: Weights64): number[] => qRow(sizes, of, rowOf(states, d, n), embedding, biasRow(bias, A, n));
  const targets = to64(target);
  let total = 0;
  for (let b = 0; b < B; b++) {
    const V = (t: number): number => logSumExp64(row(b * T + t, targets));
    const advantage = Array.from({ length: T }, (_, t) => {
      const q = row(b * T + t, w);
      return q[actions[b * T + t]!]! - logSumExp64(q);
    });
    for (let t = 0; t < T; t++) {
      const one = advantage[t]! - ((t < T - 1 ? V(t + 1) : reward[b]!) - V(t));
      const multi = advantage.slice(t).reduce((a, x) => a + x, 0) - (reward[b]! - V(t));
      total += (one ** 2 + multi ** 2) / (2 * B);
    }
  }
  return total;
}

/** The same computation in tfjs, and its gradient by automatic differentiation. */
function autodiff(bias: Float32Array): { value: number; gradient: Record<string, Float32Array> } {
  const shapes = { w1: [d, h], b1: [h], w2: [h, d], b2: [d] };
  const E = tf.tensor2d(embedding, [A, d]);
  const S = tf.tensor2d(states, [N, d]);
  const biases = tf.tensor2d(bias, [bias.length / A, A]);
  const chosen = tf.cast(tf.oneHot(tf.tensor1d(actions, 'int32'), A), 'float32');
  const qOf = (w1: tf.Tensor, b1: tf.Tensor, w2: tf.Tensor, b2: tf.Tensor): tf.Tensor => {
    const hidden = tf.relu(tf.add(tf.matMul(S, w1), b1));
    return tf.add(tf.matMul(tf.add(tf.matMul(hidden, w2), b2), E, false, true), biases);
  };
  const tensors = (w: PolicyWeights): tf.Tensor[] => NAMES.map((name) => tf.tensor(w[name], shapes[name]));
  const [w1, b1, w2, b2] = tensors(target);
  const targetV = tf.reshape(tf.logSumExp(qOf(w1!, b1!, w2!, b2!), 1), [B, T]);
  const r = tf.tensor2d(reward, [B, 1]);
  const loss = (...w: tf.Tensor[]): tf.Scalar => {
    const Q = qOf(w[0]!, w[1]!, w[2]!, w[3]!);
    const all = tf.sub(tf.sum(tf.mul(Q, chosen), 1), tf.logSumExp(Q, 1));
    const advantage = tf.reshape(all, [B, T]);
    const next = tf.concat([tf.slice(targetV, [0, 1], [B, T - 1]), r], 1);
    const one = tf.sub(advantage, tf.sub(next, targetV));
    // Sums from t on: a product with a lower triangle of ones.
    const triangle = tf.tensor2d(
      Array.from({ length: T * T }, (_, i) => (Math.floor(i / T) >= i % T ? 1 : 0)),
      [T, T],
    );
    const multi = tf.sub(tf.matMul(advantage, triangle), tf.sub(r, targetV));
    return tf.div(tf.sum(tf.add(tf.square(one), tf.square(multi))), 2 * B);
  };
  const { value, grads } = tf.valueAndGrads(loss)(tensors(weights));
  return {
    value: value.dataSync()[0]!,
    gradient: Object.fromEntries(NAMES.map((name, i) => [name, grads[i]!.dataSync() as Float32Array])),
  };
}

/** One choice at each state. */
const state = Array.from({ length: N }, (_, n) => n);

/** What the trainer does: Q and V forward, the loss's derivatives, and these carried back. */
async function composed(network: OnnxPolicyNetwork | PlainNetwork, bias: Float32Array): Promise<{ loss: number; gradient: PolicyWeights }> {
  const online = await network.look(weights, states, bias, A);
  const { loss, dQ, dV } = softQLoss({
    B,
    T,
    Q: Float32Array.from(actions, (action, n) => online.Q[n * A + action]!),
    V: online.V,
    targetV: await network.values(target, states, bias),
    reward,
  });
  return { loss, gradient: await network.gradient(weights, states, bias, { state, action: actions, dQ, dV }) };
}

/** Largest difference, relative to the largest number of the whole gradient. */
function relativeError(actual: Readonly<Record<string, ArrayLike<number>>>, expected: Readonly<Record<string, ArrayLike<number>>>): number {
  let [scale, error] = [0, 0];
  for (const name of NAMES) {
    const [a, e] = [Array.from(actual[name]!), Array.from(expected[name]!)];
    expect(a.length).toBe(e.length);
    e.forEach((x, i) => {
      scale = Math.max(scale, Math.abs(x));
      const difference = Math.abs(x - a[i]!);
      error = Math.max(error, Number.isNaN(difference) ? Infinity : difference);
    });
  }
  expect(scale).toBeGreaterThan(0.1);
  return error / scale;
}

function asRecord(w: PolicyWeights): Record<string, Float32Array> {
  return { w1: w.w1, b1: w.b1, w2: w.w2, b2: w.b2 };
}

let network: OnnxPolicyNetwork;

beforeAll(async () => {
  network = await OnnxPolicyNetwork.open(embedding, d, h, { threads: 1 });
});

afterAll(() => network.release());

it('is tested away from the kinks of ReLU, with units on both sides', () => {
  const pre = Array.from({ length: N }, (_, n) => preActivations(sizes, weights, rowOf(states, d, n))).flat();
  expect(Math.min(...pre.map(Math.abs))).toBeGreaterThan(1e-3);
  expect(pre.filter((x) => x > 0).length).toBeGreaterThan(20);
  expect(pre.filter((x) => x < 0).length).toBeGreaterThan(20);
});

describe.each([
  ['one bias row for all states', sharedBias],
  ['a bias row for each state, with the fluency mask', maskedBias],
])('%s', (_, bias) => {
  it.each([1, 3, A, 1000])('Q, V, entropy and the k-th largest Q agree with the formulas, k = %i', async (k) => {
    const { Q, V, entropy, kth } = await network.look(weights, states, bias, k);
    const values = await network.values(weights, states, bias);
    expect([Q.length, V.length, entropy.length, kth.length, values.length]).toEqual([N * A, N, N, N, N]);
    for (let n = 0; n < N; n++) {
      const row = qRow(sizes, to64(weights), rowOf(states, d, n), embedding, biasRow(bias, A, n));
      // At −1e9 float32 keeps steps of 64.
      row.forEach((x, a) => expect(Math.abs(Q[n * A + a]! - x)).toBeLessThan(x < -1e8 ? 64 : 1e-4));
      for (const v of [V[n]!, values[n]!]) expect(v).toBeCloseTo(logSumExp64(row), 4);
      expect(entropy[n]).toBeCloseTo(entropy64(row), 4);
      expect(kth[n]).toBe([...rowOf(Q, A, n)].sort((a, b) => b - a)[Math.min(k, A) - 1]);
    }
  });

  it('choices at one state add up', async () => {
    const [dQ, dV] = [uniform(N, 1, new Random(8)), uniform(N, 1, new Random(9))];
    const choices = { state: state.map((n) => n % 3), action: actions, dQ, dV };
    const shared = await network.gradient(weights, states, bias, choices);
    const plain = await new PlainNetwork(sizes, embedding).gradient(weights, states, bias, choices);
    expect(relativeError(asRecord(shared), asRecord(plain))).toBeLessThan(1e-5);
  });

  it('the whole gradient agrees with automatic differentiation', async () => {
    const { loss, gradient } = await composed(network, bias);
    const expected = autodiff(bias);
    expect(Math.abs(loss / expected.value - 1)).toBeLessThan(1e-4);
    expect(relativeError(asRecord(gradient), expected.gradient)).toBeLessThan(1e-4);
  });

  it('the whole gradient agrees with difference quotients in float64', async () => {
    const { loss, gradient } = await composed(network, bias);
    const at = to64(weights);
    expect(Math.abs(loss / loss64(at, bias) - 1)).toBeLessThan(1e-4);
    const step = 1e-6;
    const quotients = Object.fromEntries(
      NAMES.map((name) => [
        name,
        Array.from(at[name], (x, i) => {
          const moved = (by: number): number => loss64({ ...at, [name]: at[name].map((y, j) => (j === i ? x + by : y)) }, bias);
          return (moved(step) - moved(-step)) / (2 * step);
        }),
      ]),
    );
    expect(relativeError(asRecord(gradient), quotients)).toBeLessThan(1e-4);
  });

  it('the plain network of the tests gives the same gradient', async () => {
    const onnx = await composed(network, bias);
    const plain = await composed(new PlainNetwork(sizes, embedding), bias);
    expect(plain.loss).toBeCloseTo(onnx.loss, 3);
    expect(relativeError(asRecord(plain.gradient), asRecord(onnx.gradient))).toBeLessThan(1e-5);
  });
});

it('actions behind the mask have no part in the gradient', async () => {
  // Another embedding for action 3 wherever it is masked changes nothing: only states where it is masked are taken.
  const masked = Array.from({ length: N }, (_, n) => n).filter((n) => maskedBias[n * A + 3]! < -1e8);
  expect(masked.length).toBeGreaterThan(1);
  const pick = (matrix: Float32Array, width: number): Float32Array =>
    Float32Array.from(masked.flatMap((n) => Array.from(rowOf(matrix, width, n))));
  const args = [
    weights,
    pick(states, d),
    pick(maskedBias, A),
    {
      state: masked.map((_, i) => i),
      action: masked.map((n) => actions[n]!),
      dQ: new Float32Array(masked.length).fill(0.5),
      dV: new Float32Array(masked.length).fill(-0.25),
    },
  ] as const;
  const other = await OnnxPolicyNetwork.open(
    embedding.map((x, i) => (Math.floor(i / d) === 3 ? 10 - x : x)),
    d,
    h,
    { threads: 1 },
  );
  const [one, two] = await Promise.all([network.gradient(...args), other.gradient(...args)]);
  await other.release();
  expect(asRecord(two)).toEqual(asRecord(one));
});
