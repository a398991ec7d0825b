import { CodedError } from '../wording/wording';
import { adam, initialAdam, type AdamState } from './adam';
import { copyWeights, initialWeights, polyak, type PolicyNetwork, type PolicyWeights, type StateSource } from './policy';
import type { Random } from './random';

export interface LearnerSettings {
  /** Tokens of a prompt, T. */
  readonly length: number;
  readonly topK: number;
  readonly learningRate: number;
  readonly targetRate: number;
  readonly hiddenSize: number;
  readonly initialisation: 'paper' | 'live';
}

export interface LearnerState {
  readonly weights: PolicyWeights;
  readonly target: PolicyWeights;
  readonly adam: AdamState;
}

/** The policy's weights and what changes them: Adam, and a target network that follows. */
export abstract class Learner<Settings extends LearnerSettings> {
  protected weights: PolicyWeights;
  protected target: PolicyWeights;
  private optimizer: AdamState;

  constructor(
    protected readonly settings: Settings,
    protected readonly language: StateSource,
    protected readonly network: PolicyNetwork,
    /** Token ids of the actions. */
    protected readonly actions: readonly number[],
    protected readonly random: Random,
  ) {
    this.weights = initialWeights(language.stateSize, settings.hiddenSize, settings.initialisation, random);
    this.target = copyWeights(this.weights);
    this.optimizer = initialAdam(this.weights);
  }

  /** One step of Adam and of the target. Returns the gradient's norm before clipping. */
  protected learn(gradient: PolicyWeights, clip: number, step: number): number {
    const norm = adam(this.weights, gradient, this.optimizer, this.settings.learningRate, clip);
    if (!Number.isFinite(norm)) throw new CodedError('method.diverged', { step, gradient: norm });
    polyak(this.target, this.weights, this.settings.targetRate);
    return norm;
  }

  protected saveWeights(): LearnerState {
    return { weights: this.weights, target: this.target, adam: this.optimizer };
  }

  protected restoreWeights({ weights, target, adam: optimizer }: LearnerState): void {
    [this.weights, this.target, this.optimizer] = [weights, target, optimizer];
  }
}
