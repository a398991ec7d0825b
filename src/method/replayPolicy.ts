import { Learner, type LearnerSettings, type LearnerState } from './learner';
import { softQLoss } from './loss';
import { distinct, statesAfter, type PolicyNetwork, type Prefix, type StateSource } from './policy';
import type { Random } from './random';
import { sampleTopK } from './sampling';

export interface ReplayState extends LearnerState {
  readonly updates: number;
  readonly norm: number;
}

/** A scored prompt (actions) with its reward. */
export interface Rewarded {
  readonly prompt: readonly number[];
  readonly reward: number;
}

/** Prompts of one update. */
const REPLAYED = 24;
/** Rewards have a spread of at least this in units of the score, or noise is scaled up to look like signal. */
const LEAST_SPREAD = 0.02;
/** A gradient is clipped where it is longer than so many times the running mean of the norms. */
const CLIP = 2;

/**
 * RLPrompt's policy (soft Q-learning, see loss.ts) with a memory: every scored prompt can be learned from again, since the
 * path consistency that the loss asks for holds for any sequence of tokens, whoever proposed it.
 */
export class ReplayPolicy extends Learner<LearnerSettings> {
  private updates = 0;
  /** Running mean of the gradient's norm. */
  private norm = 0;

  constructor(
    settings: LearnerSettings,
    language: StateSource,
    network: PolicyNetwork,
    /** Token ids that every prompt starts from. */
    private readonly source: readonly number[],
    actions: readonly number[],
    random: Random,
  ) {
    super(settings, language, network, actions, random);
  }

  private states(prefixes: readonly Prefix[]): Promise<Float32Array> {
    return statesAfter(this.language, prefixes, this.actions);
  }

  /** Prompts sampled from the policy, as actions. */
  async rollOut(count: number): Promise<number[][]> {
    // ONNX Runtime divides by zero on an empty batch, which ends the process.
    if (count === 0) return [];
    const { length: T, topK } = this.settings;
    const A = this.actions.length;
    const prompts: number[][] = Array.from({ length: count }, () => []);
    for (let t = 0; t < T; t++) {
      const { different, index } = distinct(prompts.map((prompt) => ({ source: this.source, prompt })));
      const { Q, kth } = await this.network.look(this.weights, await this.states(different), new Float32Array(A), topK);
      prompts.forEach((prompt, b) => {
        const n = index[b]!;
        prompt.push(sampleTopK(Q.subarray(n * A, (n + 1) * A), topK, this.random, kth[n]));
      });
    }
    return prompts;
  }

  /**
   * One update on a batch of scored prompts, oldest first: half of it from the last `recent`, half from all by the rank of
   * their rewards. Rewards are normalized over all of them. Returns the loss, the norm of the gradient and the policy's entropy.
   */
  async update(known: readonly Rewarded[], recent: number): Promise<{ loss: number; gradientNorm: number; entropy: number }> {
    const { length: T } = this.settings;
    const A = this.actions.length;
    const mean = known.reduce((sum, { reward }) => sum + reward, 0) / known.length;
    const spread = Math.sqrt(known.reduce((sum, { reward }) => sum + (reward - mean) ** 2, 0) / known.length);
    const batch = this.drawn(known, recent);
    const B = batch.length;
    const { different, index: state } = distinct(
      batch.flatMap(({ prompt }) => prompt.map((_, t) => ({ source: this.source, prompt: prompt.slice(0, t) }))),
    );
    const states = await this.states(different);
    const zero = new Float32Array(A);
    const action = batch.flatMap(({ prompt }) => prompt);
    const online = await this.network.look(this.weights, states, zero, 1);
    const lagged = await this.network.values(this.target, states, zero);
    const Q = Float32Array.from(action, (a, i) => online.Q[state[i]! * A + a]!);
    const [V, targetV] = [online.V, lagged].map((values) => Float32Array.from(state, (n) => values[n]!)) as [Float32Array, Float32Array];
    const reward = Float32Array.from(batch, (one) => (5 * (one.reward - mean)) / Math.max(spread, LEAST_SPREAD));
    const { loss, dQ, dV } = softQLoss({ B, T, Q, V, targetV, reward });
    const gradient = await this.network.gradient(this.weights, states, zero, { state, action, dQ, dV });
    const clip = this.updates === 0 ? Infinity : CLIP * this.norm;
    const gradientNorm = this.learn(gradient, clip, this.updates + 1);
    this.norm = this.updates === 0 ? gradientNorm : 0.95 * this.norm + 0.05 * Math.min(gradientNorm, clip);
    this.updates++;
    return { loss, gradientNorm, entropy: state.reduce((sum, n) => sum + online.entropy[n]!, 0) / state.length };
  }

  private drawn(known: readonly Rewarded[], recent: number): Rewarded[] {
    const ranked = [...known].sort((a, b) => b.reward - a.reward);
    const late = known.slice(-recent);
    return Array.from({ length: Math.min(REPLAYED, 2 * known.length) }, (_, i) =>
      // The n-th best is drawn with a density of 1 / n.
      i % 2 === 0 ? late[this.random.below(late.length)]! : ranked[Math.floor(ranked.length ** this.random.uniform()) - 1]!,
    );
  }

  save(): ReplayState {
    return { updates: this.updates, ...this.saveWeights(), norm: this.norm };
  }

  restore({ updates, norm, ...weights }: ReplayState): void {
    [this.updates, this.norm] = [updates, norm];
    this.restoreWeights(weights);
  }
}
