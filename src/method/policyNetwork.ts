import type { InferenceSession } from 'onnxruntime-node';
import type { PolicyNetwork, PolicyWeights } from '../model/policyInterfaces';
import { GraphBuilder } from '../model/local/graphs/build';
import { ELEMENT } from '../model/local/graphs/schema';
import { floats, integers, openSession, values, type Compute, type Session } from '../model/local/session';

/**
 * The policy's matrix work as two ONNX graphs: forward gives the Q-values, backward carries derivatives by Q(s, z) and
 * V(s) back to the MLP's weights. Weights and the action embedding are inputs, so nothing is copied between steps.
 */
export class OnnxPolicyNetwork implements PolicyNetwork {
  private constructor(
    private readonly forward: Session,
    private readonly backward: Session,
    /** W_E of the actions, [A, d]. */
    private readonly embedding: Float32Array,
    private readonly d: number,
    private readonly h: number,
  ) {}

  static async open(embedding: Float32Array, d: number, h: number, compute: Compute): Promise<OnnxPolicyNetwork> {
    const [forward, backward] = await Promise.all([openSession(forwardGraph(d, h), compute), openSession(backwardGraph(d, h), compute)]);
    return new OnnxPolicyNetwork(forward, backward, embedding, d, h);
  }

  async q(weights: PolicyWeights, states: Float32Array, bias: Float32Array): Promise<Float32Array> {
    const output = await this.forward.run(this.feeds(weights, states, bias));
    return values(output.Q);
  }

  async gradient(
    weights: PolicyWeights,
    states: Float32Array,
    bias: Float32Array,
    actions: readonly number[],
    dQ: Float32Array,
    dV: Float32Array,
  ): Promise<PolicyWeights> {
    const N = actions.length;
    const output = await this.backward.run({
      ...this.feeds(weights, states, bias),
      actions: integers(actions, [N]),
      dQ: floats(dQ, [N, 1]),
      dV: floats(dV, [N, 1]),
    });
    return { w1: values(output.dw1), b1: values(output.db1), w2: values(output.dw2), b2: values(output.db2) };
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
    await Promise.all([this.forward.release(), this.backward.release()]);
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

function forwardGraph(d: number, h: number): Uint8Array {
  const { g, q } = policyGraph(d, h);
  g.op('Identity', [q], {}, 'Q');
  g.output('Q', ['N', 'A']);
  return g.build();
}

function backwardGraph(d: number, h: number): Uint8Array {
  const { g, hidden, q } = policyGraph(d, h);
  g.input('actions', ['N'], ELEMENT.int64);
  g.input('dQ', ['N', 1]);
  g.input('dV', ['N', 1]);
  // V = logsumexp Q, so ∂V/∂Q = softmax(Q) = π; and Q(s, z) picks one column, so its part is dQ times that token's row.
  const throughV = g.op('MatMul', [g.op('Mul', ['dV', g.op('Softmax', [q], { axis: -1 })]), 'embedding']);
  const throughQ = g.op('Mul', ['dQ', g.op('Gather', ['embedding', 'actions'], { axis: 0 })]);
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
