import { CodedError } from '../wording/wording';
import { statesAfter, type PolicyNetwork, type PolicyOutput, type PolicyWeights, type Prefix, type StateSource } from './policy';
import { argmax, topIndices } from './sampling';

export interface ActorSettings {
  /** Tokens of a prompt, T. */
  readonly length: number;
  readonly logitBias: number;
  /** The fluency constraint: actions are limited to so many of the frozen model's own next tokens; null leaves all. */
  readonly fluentTopK: number | null;
}

/** What the policy says after some prefixes, with the states and the bias that it said it by. */
type Seen = PolicyOutput & { readonly states: Float32Array; readonly bias: Float32Array };

/** Inputs whose greedy prompts are worked out together. */
const AT_ONCE = 64;

/** The policy in use: what it says after prefixes, and the actions that may follow them. */
export class Actor {
  constructor(
    private readonly settings: ActorSettings,
    private readonly language: StateSource,
    private readonly network: PolicyNetwork,
    /** Token ids of the actions. */
    private readonly actions: readonly number[],
    /** Whether token ids may be a prompt or its beginning; all may when absent. */
    private readonly admits?: (ids: readonly number[]) => boolean,
  ) {}

  states(prefixes: readonly Prefix[]): Promise<Float32Array> {
    return statesAfter(this.language, prefixes, this.actions);
  }

  async look(weights: PolicyWeights, states: Float32Array, k: number): Promise<Seen> {
    const bias = await this.bias(states);
    return { ...(await this.network.look(weights, states, bias, k)), states, bias };
  }

  /** The prompt that takes the likeliest token at each position, after each of some sources. */
  async greedy(weights: PolicyWeights, sources: readonly (readonly number[])[]): Promise<number[][]> {
    const A = this.actions.length;
    const all: number[][] = [];
    for (let start = 0; start < sources.length; start += AT_ONCE) {
      const some = sources.slice(start, start + AT_ONCE).map((source) => ({ source, prompt: [] as number[] }));
      for (let t = 0; t < this.settings.length; t++) {
        const { Q } = await this.look(weights, await this.states(some), 1);
        some.forEach(({ prompt }, n) => prompt.push(this.admitted(prompt, Q.subarray(n * A, (n + 1) * A), argmax)));
      }
      all.push(...some.map(({ prompt }) => prompt));
    }
    return all;
  }

  /** The choice among those actions that may follow a prefix: others are masked out as they come up. */
  admitted(prefix: readonly number[], row: Float32Array, choose: (row: Float32Array) => number): number {
    for (let open = row; ;) {
      const action = choose(open);
      const ids = [...prefix, action].map((each) => this.actions[each]!);
      if (this.admits?.(ids) ?? true) return action;
      if (open === row) open = row.slice();
      open[action] = -Infinity;
      if (open.every((q) => q === -Infinity)) throw new CodedError('method.noneAdmitted');
    }
  }

  /** Whether every state has a bias of its own. */
  get biasByState(): boolean {
    return this.fluent !== null;
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
}
