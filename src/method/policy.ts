import type { Random } from './random';

/**
 * The policy's weights: an MLP `Linear(d, h) → ReLU → Linear(h, d)` between the state of the frozen language model and its
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

export const WEIGHT_NAMES = ['w1', 'b1', 'w2', 'b2'] as const;

/** What the policy says at N states, for A actions. */
export interface PolicyOutput {
  /** Logits over the actions, which are the Q-values: Q = MLP(state) · W_Eᵀ + bias, [N, A]. */
  readonly Q: Float32Array;
  /** V(s) = log Σ_a exp Q(s, a), [N]. */
  readonly V: Float32Array;
  /** Entropy of π(· | s) = softmax Q(s, ·) in nats, [N]. */
  readonly entropy: Float32Array;
  /** The k-th largest Q(s, ·), [N]. */
  readonly kth: Float32Array;
}

/** Derivatives of the loss of M choices of an action, each at one of N states. */
export interface ChoiceDerivatives {
  /** Which state a choice was made at, which action it took, and the derivative by Q(s, a), [M]. */
  readonly state: readonly number[];
  readonly action: readonly number[];
  readonly dQ: Float32Array;
  /** By V(s) of the choice's state, [M]. */
  readonly dV: Float32Array;
}

/** The policy's matrix work, done by ONNX Runtime. States are [N, d]; the bias is one row [A], or one for each state. */
export interface PolicyNetwork {
  look(weights: PolicyWeights, states: Float32Array, bias: Float32Array, k: number): Promise<PolicyOutput>;
  /** V(s) alone, [N]. */
  values(weights: PolicyWeights, states: Float32Array, bias: Float32Array): Promise<Float32Array>;
  /** Gradient of the loss by the weights. */
  gradient(weights: PolicyWeights, states: Float32Array, bias: Float32Array, choices: ChoiceDerivatives): Promise<PolicyWeights>;
}

/** The frozen language model under the policy. */
export interface StateSource {
  /** Size of a state, d. */
  readonly stateSize: number;
  /**
   * States [N, d] after `[source, z_1 … z_{t-1}]`, for N prefixes of token ids.
   * @param sources how many ids of each prefix are its source; a source of several is read once, and its KV cache kept
   */
  states(prefixes: readonly (readonly number[])[], sources?: readonly number[]): Promise<Float32Array>;
  /** Logits [N, V] of the frozen model itself at states. */
  languageLogits(states: Float32Array): Promise<Float32Array>;
}

/** Where a choice is made: after a source (token ids) and the prompt so far (actions). */
export interface Prefix {
  readonly source: readonly number[];
  readonly prompt: readonly number[];
}

/** The different ones of some prefixes, and which of them each one is: a state that prompts share is computed once. */
export function distinct(prefixes: readonly Prefix[]): { different: Prefix[]; index: number[] } {
  const places = new Map<string, number>();
  const different: Prefix[] = [];
  const index = prefixes.map(({ source, prompt }) => {
    const key = `${source.join()};${prompt.join()}`;
    if (!places.has(key)) places.set(key, different.push({ source, prompt: [...prompt] }) - 1);
    return places.get(key)!;
  });
  return { different, index };
}

/** States after prefixes whose prompts are given as actions. */
export function statesAfter(language: StateSource, prefixes: readonly Prefix[], actions: readonly number[]): Promise<Float32Array> {
  return language.states(
    prefixes.map(({ source, prompt }) => [...source, ...prompt.map((action) => actions[action]!)]),
    prefixes.map(({ source }) => source.length),
  );
}

/** Weights made name by name. */
export function eachWeight(make: (name: keyof PolicyWeights) => Float32Array): PolicyWeights {
  return { w1: make('w1'), b1: make('b1'), w2: make('w2'), b2: make('b2') };
}

/**
 * Xavier-uniform weights with gain 1e-4, so that the first policy is close to uniform.
 *
 * `paper` sets every bias to −1e-4. That suits the states of distilGPT-2; with a small model's it silences nearly all
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
  return eachWeight((name) => weights[name].slice());
}

/** target ← (1 − τ)·target + τ·online, in place. */
export function polyak(target: PolicyWeights, online: PolicyWeights, tau: number): void {
  for (const name of WEIGHT_NAMES) {
    const [t, o] = [target[name], online[name]];
    for (let i = 0; i < t.length; i++) t[i] = (1 - tau) * t[i]! + tau * o[i]!;
  }
}
