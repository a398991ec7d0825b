import { Actor, type ActorSettings } from '../method/actor';
import type { PolicyWeights } from '../method/policy';
import type { PolicyModel } from '../method/policyModel';
import { OnnxPolicyNetwork } from '../method/policyNetwork';
import type { Compute } from '../model/local/session';
import type { PromptIds } from '../model/taskModel';
import type { SplitScore } from './prompt';

/** A policy that gives each input a prompt of its own: plain data. */
export interface InputPolicy extends ActorSettings {
  readonly weights: PolicyWeights;
  readonly hiddenSize: number;
  /** Token ids that its prompts are made of, in the policy's tokenizer. */
  readonly actions: readonly number[];
  /** Scores of its prompts on the validation rows, which chose it among those that training came by; absent without such rows. */
  readonly validation?: SplitScore | undefined;
}

/** The policy in use. */
export class PromptGiver {
  private constructor(
    private readonly policy: InputPolicy,
    private readonly network: OnnxPolicyNetwork,
    private readonly actor: Actor,
  ) {}

  /** @param admits as in the search that found the policy */
  static async open(
    policy: InputPolicy,
    language: PolicyModel,
    compute: Compute,
    admits?: (ids: PromptIds) => boolean,
  ): Promise<PromptGiver> {
    const { actions, hiddenSize } = policy;
    const network = await OnnxPolicyNetwork.over(language, actions, hiddenSize, compute);
    return new PromptGiver(policy, network, new Actor(policy, language, network, actions, admits));
  }

  /** The greedy prompt for each of some inputs, given as sources, in the policy's tokens. */
  async prompts(sources: readonly PromptIds[]): Promise<number[][]> {
    const { weights, actions } = this.policy;
    const chosen = await this.actor.greedy(weights, sources);
    return chosen.map((prompt) => prompt.map((action) => actions[action]!));
  }

  release(): Promise<void> {
    return this.network.release();
  }
}
