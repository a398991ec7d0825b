import type { Rewarded } from './bestOf';
import { Learner, type LearnerSettings, type LearnerState } from './learner';
import { softQLoss } from './loss';
import { distinct, type PolicyNetwork, type PolicyOutput, type StateSource } from './policy';
import { Random } from './random';
import { argmax, sampleTopK, topIndices } from './sampling';
import { shape, zScore } from './reward';
import { CodedError } from '../wording/wording';

export interface TrainerSettings extends LearnerSettings {
  readonly promptsPerStep: number;
  readonly gradientClip: number;
  readonly logitBias: number;
  readonly fluentTopK: number | null;
  readonly seed: number;
}

/** Rewards of prompts, given as actions (indices into the action set), or what the policy learns from as well. */
export type RewardOf = (prompts: readonly (readonly number[])[]) => Promise<number[] | Rewarded>;

/** What a step did. */
export interface StepReport {
  readonly step: number;
  /** Rewards before z-score and shaping: mean and best of the step. */
  readonly mean: number;
  readonly best: number;
  readonly bestPrompt: readonly number[];
  /** Prompts of the step that differ from each other. */
  readonly distinct: number;
  /** Standard deviation of the step's rewards, by which the z-score divides. */
  readonly spread: number;
  /** Mean entropy of π over the states of the step, in nats. */
  readonly entropy: number;
  readonly loss: number;
  /** Norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** Milliseconds of each part. */
  readonly milliseconds: { readonly states: number; readonly policy: number; readonly reward: number; readonly update: number };
}

export interface TrainerState extends LearnerState {
  readonly step: number;
  readonly random: readonly number[];
}

/** The training loop of RLPrompt: roll out B prompts, score them, one step of soft Q-learning. */
export class Trainer extends Learner<TrainerSettings> {
  step = 0;

  constructor(
    settings: TrainerSettings,
    language: StateSource,
    network: PolicyNetwork,
    source: readonly number[],
    actions: readonly number[],
    private readonly rewardOf: RewardOf,
    /** Whether token ids may be a prompt or its beginning; all may when absent. */
    private readonly admits?: (ids: readonly number[]) => boolean,
  ) {
    super(settings, language, network, source, actions, new Random(settings.seed));
  }

  async train(): Promise<StepReport> {
    const { promptsPerStep: B, length: T, topK, gradientClip } = this.settings;
    const drawn = this.random.state;
    const clock = new Stopwatch();
    const A = this.actions.length;

    const prompts: number[][] = Array.from({ length: B }, () => []);
    // States that prompts share are computed once: all start from the same one.
    const states: Float32Array[] = [];
    const bias: Float32Array[] = [];
    const state = new Array<number>(B * T); // of choice b·T + t
    const Q = new Float32Array(B * T);
    const V = new Float32Array(B * T);
    let known = 0;
    let totalEntropy = 0;
    for (let t = 0; t < T; t++) {
      const { different, index } = distinct(prompts);
      const seen = await this.look(different, clock);
      prompts.forEach((prompt, b) => {
        const n = index[b]!;
        const row = seen.Q.subarray(n * A, (n + 1) * A);
        const action = this.admitted(prompt, row, (open) => sampleTopK(open, topK, this.random, open === row ? seen.kth[n] : undefined));
        prompt.push(action);
        state[b * T + t] = known + n;
        Q[b * T + t] = row[action]!;
        V[b * T + t] = seen.V[n]!;
        totalEntropy += seen.entropy[n]!;
      });
      states.push(seen.states);
      bias.push(seen.bias);
      known += different.length;
    }
    const allStates = concatenate(states);
    const allBias = this.fluent === null ? bias[0]! : concatenate(bias);
    const values = await this.network.values(this.target, allStates, allBias);
    const targetV = Float32Array.from(state, (n) => values[n]!);
    clock.lap('policy');

    const given = await this.rewardOf(prompts).catch((error: unknown) => {
      // An interrupted step draws the same prompts again.
      this.random.state = drawn;
      throw error;
    });
    clock.lap('reward');

    const { rewards, signals } = Array.isArray(given) ? { rewards: given, signals: zScore(given).map(shape) } : given;
    const reward = Float32Array.from(signals);
    const { loss, dQ, dV } = softQLoss({ B, T, Q, V, targetV, reward });
    const gradient = await this.network.gradient(this.weights, allStates, allBias, { state, action: prompts.flat(), dQ, dV });
    const gradientNorm = this.learn(gradient, gradientClip, this.step + 1);
    clock.lap('update');

    const mean = rewards.reduce((a, b) => a + b, 0) / B;
    const best = Math.max(...rewards);
    return {
      step: ++this.step,
      mean,
      best,
      bestPrompt: prompts[rewards.indexOf(best)]!,
      distinct: new Set(prompts.map((prompt) => prompt.join())).size,
      spread: Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / B),
      entropy: totalEntropy / (B * T),
      loss,
      gradientNorm,
      milliseconds: clock.laps,
    };
  }

  /** The prompt that takes the likeliest token at each position. */
  async greedy(): Promise<number[]> {
    const prompt: number[] = [];
    while (prompt.length < this.settings.length) {
      const { Q } = await this.look([prompt], new Stopwatch());
      prompt.push(this.admitted(prompt, Q, argmax));
    }
    return prompt;
  }

  /** The choice among those actions that may follow a prefix: others are masked out as they come up. */
  private admitted(prefix: readonly number[], row: Float32Array, choose: (row: Float32Array) => number): number {
    for (let open = row; ;) {
      const action = choose(open);
      const ids = [...prefix, action].map((each) => this.actions[each]!);
      if (this.admits?.(ids) ?? true) return action;
      if (open === row) open = row.slice();
      open[action] = -Infinity;
      if (open.every((q) => q === -Infinity)) throw new CodedError('method.noneAdmitted');
    }
  }

  /** States of the prefixes, and what the online network says there. */
  private async look(
    prefixes: readonly (readonly number[])[],
    clock: Stopwatch,
  ): Promise<PolicyOutput & { states: Float32Array; bias: Float32Array }> {
    const states = await this.states(prefixes);
    const bias = await this.bias(states);
    clock.lap('states');
    const output = await this.network.look(this.weights, states, bias, this.settings.topK);
    clock.lap('policy');
    return { ...output, states, bias };
  }

  /** How many actions the fluency constraint leaves at each position; null if it leaves all. */
  private get fluent(): number | null {
    const k = this.settings.fluentTopK;
    return k === null || k >= this.actions.length ? null : k;
  }

  /** `logit_bias` for every action, in one row for all states; with the fluency constraint, −1e9 for all but the frozen model's own top k. */
  private async bias(states: Float32Array): Promise<Float32Array> {
    const A = this.actions.length;
    const { logitBias } = this.settings;
    if (this.fluent === null) return new Float32Array(A).fill(logitBias);
    const N = states.length / this.language.stateSize;
    const logits = await this.language.languageLogits(states);
    const vocabulary = logits.length / N;
    const bias = new Float32Array(N * A).fill(-1e9);
    for (let n = 0; n < N; n++) {
      const row = logits.subarray(n * vocabulary, (n + 1) * vocabulary);
      const fluent = topIndices(
        Float32Array.from(this.actions, (id) => row[id]!),
        this.fluent,
      );
      for (const action of fluent) bias[n * A + action] = logitBias;
    }
    return bias;
  }

  save(): TrainerState {
    return { step: this.step, ...this.saveWeights(), random: this.random.state };
  }

  restore({ step, random, ...weights }: TrainerState): void {
    this.step = step;
    this.random.state = random;
    this.restoreWeights(weights);
  }
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

class Stopwatch {
  readonly laps = { states: 0, policy: 0, reward: 0, update: 0 };
  private last = performance.now();

  lap(part: keyof Stopwatch['laps']): void {
    const now = performance.now();
    this.laps[part] += now - this.last;
    this.last = now;
  }
}
