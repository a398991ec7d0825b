import { eachWeight, type ChoiceDerivatives, type PolicyNetwork, type PolicyOutput, type PolicyWeights } from '../../../src/method/policy';
import { Random } from '../../../src/method/random';

/** The policy in plain loops and float64, written from the formulas alone: what the ONNX graphs are held against. */

export const NAMES = ['w1', 'b1', 'w2', 'b2'] as const;

export type Weights64 = Readonly<Record<(typeof NAMES)[number], Float64Array>>;

export interface Sizes {
  /** Size of a state, hidden units, actions. */
  readonly d: number;
  readonly h: number;
  readonly A: number;
}

type Numbers = ArrayLike<number>;
type AnyWeights = Readonly<Record<(typeof NAMES)[number], Numbers>>;

/** Pre-activations of the hidden units at one state: w1ᵀ·s + b1. */
export function preActivations({ d, h }: Sizes, w: AnyWeights, state: Numbers): number[] {
  return Array.from({ length: h }, (_, j) => {
    let sum = w.b1[j]!;
    for (let i = 0; i < d; i++) sum += state[i]! * w.w1[i * h + j]!;
    return sum;
  });
}

/** Output of the MLP at one state: w2ᵀ·relu(…) + b2. */
function output(sizes: Sizes, w: AnyWeights, state: Numbers): number[] {
  const { d, h } = sizes;
  const hidden = preActivations(sizes, w, state).map((x) => Math.max(0, x));
  return Array.from({ length: d }, (_, i) => {
    let sum = w.b2[i]!;
    for (let j = 0; j < h; j++) sum += hidden[j]! * w.w2[j * d + i]!;
    return sum;
  });
}

/** Q(s, ·) of one state: the MLP's output times every action's embedding, plus the bias. */
export function qRow(sizes: Sizes, w: AnyWeights, state: Numbers, embedding: Numbers, bias: Numbers): number[] {
  const { d, A } = sizes;
  const out = output(sizes, w, state);
  return Array.from({ length: A }, (_, a) => {
    let sum = bias[a]!;
    for (let i = 0; i < d; i++) sum += out[i]! * embedding[a * d + i]!;
    return sum;
  });
}

/** log Σ exp, in float64. */
export function logSumExp64(row: readonly number[]): number {
  const top = Math.max(...row);
  return top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
}

/** Entropy of softmax(row) in nats. */
export function entropy64(row: readonly number[]): number {
  const v = logSumExp64(row);
  return row.reduce((sum, x) => (Math.exp(x - v) === 0 ? sum : sum - Math.exp(x - v) * (x - v)), 0);
}

export function rowOf(matrix: Float32Array, width: number, n: number): Float32Array {
  return matrix.subarray(n * width, (n + 1) * width);
}

/** Row n of a bias that has one row for all states, or one row for each. */
export function biasRow(bias: Float32Array, A: number, n: number): Float32Array {
  return bias.length === A ? bias : rowOf(bias, A, n);
}

export function to64(weights: PolicyWeights): Weights64 {
  return {
    w1: Float64Array.from(weights.w1),
    b1: Float64Array.from(weights.b1),
    w2: Float64Array.from(weights.w2),
    b2: Float64Array.from(weights.b2),
  };
}

/** Numbers uniform in [−scale, scale). */
export function uniform(length: number, scale: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => (2 * random.uniform() - 1) * scale);
}

export function randomWeights({ d, h }: Sizes, scale: number, random: Random): PolicyWeights {
  return {
    w1: uniform(d * h, scale, random),
    b1: uniform(h, scale, random),
    w2: uniform(h * d, scale, random),
    b2: uniform(d, scale, random),
  };
}

/** A policy network without ONNX, for tests of what is built on one. */
export class PlainNetwork implements PolicyNetwork {
  constructor(
    private readonly sizes: Sizes,
    private readonly embedding: Float32Array,
  ) {}

  /** Q(s, ·) of every state. */
  private rows(weights: PolicyWeights, states: Float32Array, bias: Float32Array): number[][] {
    const { d, A } = this.sizes;
    return Array.from({ length: states.length / d }, (_, n) =>
      qRow(this.sizes, weights, rowOf(states, d, n), this.embedding, biasRow(bias, A, n)),
    );
  }

  look(weights: PolicyWeights, states: Float32Array, bias: Float32Array, k: number): Promise<PolicyOutput> {
    const rows = this.rows(weights, states, bias).map((row) => Array.from(Float32Array.from(row)));
    return Promise.resolve({
      Q: Float32Array.from(rows.flat()),
      V: Float32Array.from(rows, logSumExp64),
      entropy: Float32Array.from(rows, entropy64),
      kth: Float32Array.from(rows, (row) => [...row].sort((a, b) => b - a)[Math.min(k, row.length) - 1]!),
    });
  }

  values(weights: PolicyWeights, states: Float32Array, bias: Float32Array): Promise<Float32Array> {
    return Promise.resolve(Float32Array.from(this.rows(weights, states, bias), logSumExp64));
  }

  gradient(weights: PolicyWeights, states: Float32Array, bias: Float32Array, choices: ChoiceDerivatives): Promise<PolicyWeights> {
    const { d, h } = this.sizes;
    const q = this.rows(weights, states, bias);
    const g = eachWeight((name) => new Float32Array(weights[name].length));
    choices.action.forEach((action, m) => {
      const n = choices.state[m]!;
      const state = rowOf(states, d, n);
      const v = logSumExp64(q[n]!);
      const pre = preActivations(this.sizes, weights, state);
      // By every Q(s, a), then by the MLP's output, then by its hidden units.
      const byQ = q[n]!.map((x, a) => choices.dV[m]! * Math.exp(x - v) + (a === action ? choices.dQ[m]! : 0));
      const byOut = Array.from({ length: d }, (_, i) => byQ.reduce((sum, x, a) => sum + x * this.embedding[a * d + i]!, 0));
      for (let i = 0; i < d; i++) g.b2[i]! += byOut[i]!;
      for (let j = 0; j < h; j++) {
        if (pre[j]! <= 0) continue;
        let byHidden = 0;
        for (let i = 0; i < d; i++) {
          g.w2[j * d + i]! += pre[j]! * byOut[i]!;
          byHidden += byOut[i]! * weights.w2[j * d + i]!;
        }
        g.b1[j]! += byHidden;
        for (let i = 0; i < d; i++) g.w1[i * h + j]! += state[i]! * byHidden;
      }
    });
    return Promise.resolve(g);
  }
}
