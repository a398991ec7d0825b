import type { InferenceSession } from 'onnxruntime-node';
import { GraphBuilder } from '../model/local/graphs/build';
import { ELEMENT } from '../model/local/graphs/schema';
import { eachWeight, type ChoiceDerivatives, type PolicyNetwork, type PolicyOutput, type PolicyWeights } from './policy';
import type { PolicyModel } from './policyModel';
import { floats, integers, openSession, values, type Compute, type Session } from '../model/local/session';

/**
 * The policy's matrix work as ONNX graphs: forward to Q, V and entropy, and backward from derivatives by Q(s, z) and V(s) to
 * the MLP's weights. Weights and the action embedding are inputs, so nothing is copied between steps.
 */
export class OnnxPolicyNetwork implements PolicyNetwork {
  private constructor(
    private readonly forward: Session,
    private readonly value: Session,
    private readonly backward: Session,
    /** W_E of the actions, [A, d]. */
    private readonly embedding: Float32Array,
    private readonly d: number,
    private readonly h: number,
  ) {}

  static async open(embedding: Float32Array, d: number, h: number, compute: Compute): Promise<OnnxPolicyNetwork> {
    const graphs = [forwardGraph(d, h), valueGraph(d, h), backwardGraph(d, h)];
    const [forward, value, backward] = await Promise.all(graphs.map((graph) => openSession(graph, compute)));
    return new OnnxPolicyNetwork(forward!, value!, backward!, embedding, d, h);
  }

  /** Over the actions of a policy model. */
  static over(model: PolicyModel, actions: readonly number[], h: number, compute: Compute): Promise<OnnxPolicyNetwork> {
    return OnnxPolicyNetwork.open(model.actionEmbedding(actions), model.stateSize, h, compute);
  }

  async look(weights: PolicyWeights, states: Float32Array, bias: Float32Array, k: number): Promise<PolicyOutput> {
    const most = Math.min(k, this.embedding.length / this.d);
    const output = await this.forward.run({ ...this.feeds(weights, states, bias), k: integers([most], [1]) });
    return { Q: values(output.Q), V: values(output.V), entropy: values(output.entropy), kth: values(output.kth) };
  }

  async values(weights: PolicyWeights, states: Float32Array, bias: Float32Array): Promise<Float32Array> {
    return values((await this.value.run(this.feeds(weights, states, bias))).V);
  }

  async gradient(
    weights: PolicyWeights,
    states: Float32Array,
    bias: Float32Array,
    { state, action, dQ, dV }: ChoiceDerivatives,
  ): Promise<PolicyWeights> {
    const [N, M] = [states.length / this.d, action.length];
    // Choices at one state add up there.
    const at = new Float32Array(N * M);
    const valueAt = new Float32Array(N);
    state.forEach((n, m) => {
      at[n * M + m] = 1;
      valueAt[n]! += dV[m]!;
    });
    const output = await this.backward.run({
      ...this.feeds(weights, states, bias),
      at: floats(at, [N, M]),
      actions: integers(action, [M]),
      dQ: floats(dQ, [M, 1]),
      dV: floats(valueAt, [N, 1]),
    });
    return eachWeight((name) => values(output[`d${name}`]));
  }

  private feeds(weights: PolicyWeights, states: Float32Array, bias: Float32Array): InferenceSession.FeedsType {
    const { d, h } = this;
    const A = this.embedding.length / d;
    return {
      states: floats(states, [states.length / d, d]),
      w1: floats(weights.w1, [d, h]),
      b1: floats(weights.b1, [h]),
      w2: floats(weights.w2, [h, d]),
      b2: floats(weights.b2, [d]),
      embedding: floats(this.embedding, [A, d]),
      bias: floats(bias, [bias.length / A, A]),
    };
  }

  async release(): Promise<void> {
    await Promise.all([this.forward, this.value, this.backward].map((session) => session.release()));
  }
}

/** Inputs and the common part: hidden = ReLU(states·w1 + b1) [N, h], Q = (hidden·w2 + b2)·embeddingᵀ + bias [N, A]. */
function policyGraph(d: number, h: number): { g: GraphBuilder; hidden: string; q: string } {
  const g = new GraphBuilder();
  g.input('states', ['N', d]);
  g.input('w1', [d, h]);
  g.input('b1', [h]);
  g.input('w2', [h, d]);
  g.input('b2', [d]);
  g.input('embedding', ['A', d]);
  g.input('bias', ['rows', 'A']); // one row for all states, or one row a state
  const hidden = g.op('Relu', [g.op('Gemm', ['states', 'w1', 'b1'])]);
  const out = g.op('Gemm', [hidden, 'w2', 'b2']);
  const q = g.op('Add', [g.op('Gemm', [out, 'embedding'], { transB: 1 }), 'bias']);
  return { g, hidden, q };
}

/** π = softmax Q, the largest Q of each state [N, 1], and V = log Σ exp Q: π is exp(Q − V), also where it is largest. */
function valueOf(g: GraphBuilder, q: string): { pi: string; top: string; v: string } {
  const largest = (of: string) => g.op('ReduceMax', [of, g.ints([-1])]);
  const [pi, top] = [g.op('Softmax', [q], { axis: -1 }), largest(q)];
  return { pi, top, v: g.op('Sub', [top, g.op('Log', [largest(pi)])]) };
}

function forwardGraph(d: number, h: number): Uint8Array {
  const { g, q } = policyGraph(d, h);
  g.input('k', [1], ELEMENT.int64);
  const { pi, top, v } = valueOf(g, q);
  // −Σ π log π = V − top − Σ π (Q − top): small numbers, so that the sum is exact
  const sum = g.op('ReduceSum', [g.op('Mul', [pi, g.op('Sub', [q, top])]), g.ints([-1])]);
  g.op('Sub', [g.op('Sub', [v, top]), sum], {}, 'entropy');
  g.op('ReduceMin', [g.op('TopK', [q, 'k'], { axis: -1, sorted: 0 }, 'top', ['topActions']), g.ints([-1])], {}, 'kth');
  g.op('Identity', [q], {}, 'Q');
  g.op('Identity', [v], {}, 'V');
  g.output('Q', ['N', 'A']);
  for (const name of ['V', 'entropy', 'kth']) g.output(name, ['N', 1]);
  return g.build();
}

function valueGraph(d: number, h: number): Uint8Array {
  const { g, q } = policyGraph(d, h);
  g.op('Identity', [valueOf(g, q).v], {}, 'V');
  g.output('V', ['N', 1]);
  return g.build();
}

function backwardGraph(d: number, h: number): Uint8Array {
  const { g, hidden, q } = policyGraph(d, h);
  g.input('at', ['N', 'M']);
  g.input('actions', ['M'], ELEMENT.int64);
  g.input('dQ', ['M', 1]);
  g.input('dV', ['N', 1]);
  // V = logsumexp Q, so ∂V/∂Q = softmax(Q) = π; and Q(s, z) picks one column, so its part is dQ times that token's row.
  const throughV = g.op('MatMul', [g.op('Mul', ['dV', g.op('Softmax', [q], { axis: -1 })]), 'embedding']);
  const throughQ = g.op('MatMul', ['at', g.op('Mul', ['dQ', g.op('Gather', ['embedding', 'actions'], { axis: 0 })])]);
  const dOut = g.op('Add', [throughV, throughQ]); // [N, d]
  g.op('Gemm', [hidden, dOut], { transA: 1 }, 'dw2');
  g.op('ReduceSum', [dOut, g.ints([0])], { keepdims: 0 }, 'db2');
  const live = g.op('Cast', [g.op('Greater', [hidden, g.float(0)])], { to: ELEMENT.float });
  const dHidden = g.op('Mul', [g.op('Gemm', [dOut, 'w2'], { transB: 1 }), live]); // [N, h]
  g.op('Gemm', ['states', dHidden], { transA: 1 }, 'dw1');
  g.op('ReduceSum', [dHidden, g.ints([0])], { keepdims: 0 }, 'db1');
  g.output('dw1', [d, h]);
  g.output('db1', [h]);
  g.output('dw2', [h, d]);
  g.output('db2', [d]);
  return g.build();
}
