import type { Rewarded } from './bestOf';
import { Actor, type ActorSettings } from './actor';
import { Learner, type LearnerSettings, type LearnerState } from './learner';
import { softQLoss } from './loss';
import { distinct, type PolicyNetwork, type PolicyWeights, type StateSource } from './policy';
import { Random } from './random';
import { sampleTopK } from './sampling';
import { shape, zScoreBySource } from './reward';

export interface TrainerSettings extends LearnerSettings, ActorSettings {
  readonly promptsPerStep: number;
  /** Prompts of a step for each source that it draws; all of them if absent. */
  readonly promptsPerSource?: number;
  readonly gradientClip: number;
  readonly seed: number;
}

/** Rewards of prompts, given as actions (indices into the action set), each after one of the sources, or what the policy learns from as well. */
export type RewardOf = (prompts: readonly (readonly number[])[], sources: readonly number[]) => Promise<number[] | Rewarded>;

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

/**
 * The training loop of RLPrompt: roll out B prompts, score them, one step of soft Q-learning.
 *
 * One source serves all prompts (`<|endoftext|>`, input-agnostic), or each input is one (input-conditioned): then a step draws
 * some of them, and the rewards of a source's prompts are normalized among themselves.
 */
export class Trainer extends Learner<TrainerSettings> {
  step = 0;
  private readonly actor: Actor;

  constructor(
    settings: TrainerSettings,
    language: StateSource,
    network: PolicyNetwork,
    /** Token ids that prompts start from. */
    private readonly sources: readonly (readonly number[])[],
    actions: readonly number[],
    private readonly rewardOf: RewardOf,
    /** Whether token ids may be a prompt or its beginning; all may when absent. */
    admits?: (ids: readonly number[]) => boolean,
  ) {
    super(settings, language, network, actions, new Random(settings.seed));
    this.actor = new Actor(settings, language, network, actions, admits);
  }

  async train(): Promise<StepReport> {
    const { promptsPerStep: B, length: T, topK, gradientClip } = this.settings;
    const drawn = this.random.state;
    const clock = new Stopwatch();
    const A = this.actions.length;

    const sourceOf = this.drawSources();
    const rollouts = sourceOf.map((s) => ({ source: this.sources[s]!, prompt: [] as number[] }));
    // States that prompts share are computed once: all of a source start from the same one.
    const states: Float32Array[] = [];
    const bias: Float32Array[] = [];
    const state = new Array<number>(B * T); // of choice b·T + t
    const Q = new Float32Array(B * T);
    const V = new Float32Array(B * T);
    let known = 0;
    let totalEntropy = 0;
    for (let t = 0; t < T; t++) {
      const { different, index } = distinct(rollouts);
      const here = await this.actor.states(different);
      clock.lap('states');
      const seen = await this.actor.look(this.weights, here, topK);
      clock.lap('policy');
      rollouts.forEach(({ prompt }, b) => {
        const n = index[b]!;
        const row = seen.Q.subarray(n * A, (n + 1) * A);
        const draw = (open: Float32Array): number => sampleTopK(open, topK, this.random, open === row ? seen.kth[n] : undefined);
        const action = this.actor.admitted(prompt, row, draw);
        prompt.push(action);
        state[b * T + t] = known + n;
        Q[b * T + t] = row[action]!;
        V[b * T + t] = seen.V[n]!;
        totalEntropy += seen.entropy[n]!;
      });
      states.push(here);
      bias.push(seen.bias);
      known += different.length;
    }
    const prompts = rollouts.map(({ prompt }) => prompt);
    const allStates = concatenate(states);
    const allBias = this.actor.biasByState ? concatenate(bias) : bias[0]!;
    const values = await this.network.values(this.target, allStates, allBias);
    const targetV = Float32Array.from(state, (n) => values[n]!);
    clock.lap('policy');

    const given = await this.rewardOf(prompts, sourceOf).catch((error: unknown) => {
      // An interrupted step draws the same prompts again.
      this.random.state = drawn;
      throw error;
    });
    clock.lap('reward');

    const { rewards, signals } = Array.isArray(given) ? { rewards: given, signals: zScoreBySource(given, sourceOf).map(shape) } : given;
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
    return (await this.greedyAfter(this.sources.slice(0, 1)))[0]!;
  }

  /** The same after each of some sources, with the policy as it is or as it was. */
  greedyAfter(sources: readonly (readonly number[])[], weights: PolicyWeights = this.weights): Promise<number[][]> {
    return this.actor.greedy(weights, sources);
  }

  /** The policy itself, not a copy: the trainer keeps changing it. */
  get policy(): PolicyWeights {
    return this.weights;
  }

  /** The source of each prompt of a step: all sources come up once, in a drawn order, before any comes up again. */
  private drawSources(): number[] {
    const { promptsPerStep: B, promptsPerSource = B, seed } = this.settings;
    const n = this.sources.length;
    const orders = new Map<number, readonly number[]>();
    return Array.from({ length: B }, (_, b) => {
      const place = this.step * Math.ceil(B / promptsPerSource) + Math.floor(b / promptsPerSource);
      const epoch = Math.floor(place / n);
      if (!orders.has(epoch)) orders.set(epoch, new Random(seed + epoch).shuffled(n));
      return orders.get(epoch)![place % n]!;
    });
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
