/**
 * The policy's weights: an MLP `Linear(d, h) → ReLU → Linear(h, d)` between the frozen language model's state and its
 * frozen output embedding W_E. Only these learn.
 *
 * Source: Deng et al. 2022 (arXiv 2205.12548), section 2.2.
 */
export interface PolicyWeights {
  readonly w1: Float32Array; // [d, h]
  readonly b1: Float32Array; // [h]
  readonly w2: Float32Array; // [h, d]
  readonly b2: Float32Array; // [d]
}

/** Matrix work of the policy, done elsewhere (ONNX Runtime): N states, A actions. */
export interface PolicyNetwork {
  /** Logits over the actions, which are the Q-values: Q = MLP(state) · W_Eᵀ + bias, [N, A]. */
  q(weights: PolicyWeights, states: Float32Array, bias: Float32Array): Promise<Float32Array>;
  /** Gradient of the loss by the weights, from its derivatives by Q(s, a) of the chosen actions [N] and by V(s) [N]. */
  gradient(
    weights: PolicyWeights,
    states: Float32Array,
    bias: Float32Array,
    actions: readonly number[],
    dQ: Float32Array,
    dV: Float32Array,
  ): Promise<PolicyWeights>;
}

/** The frozen language model under the policy. */
export interface StateSource {
  /** Size of a state, d. */
  readonly stateSize: number;
  /** States [N, d] after `[source, z_1 … z_{t-1}]`, for N prefixes of token ids. */
  states(prefixes: readonly (readonly number[])[]): Promise<Float32Array>;
  /** Logits [N, V] of the frozen model itself at states. */
  languageLogits(states: Float32Array): Promise<Float32Array>;
}
