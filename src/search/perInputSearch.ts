import { copyWeights, type PolicyWeights } from '../method/policy';
import { OnnxPolicyNetwork } from '../method/policyNetwork';
import { measureOf } from '../method/reward';
import { ScoringError, type PromptScore, type ScorerState } from '../method/scorer';
import { Trainer, type StepReport, type TrainerState } from '../method/trainer';
import type { PromptIds } from '../model/taskModel';
import { PROMPTS_PER_INPUT } from '../spec/perInput';
import { planPerInput } from './budget';
import type { InputPolicy } from './inputPolicy';
import type { ScoredPrompt } from './prompt';
import { queriesOf, type PolicyStep, type Search, type SearchContext, type SearchKind } from './search';
import { splitScore } from './selection';
import { policyEnd } from './stopping';

/** The policy of one moment of the training, with the scores of its prompts on the validation rows. */
interface Best {
  readonly weights: PolicyWeights;
  readonly score: PromptScore;
}

interface State {
  readonly trainer: TrainerState;
  readonly train: ScorerState;
  readonly validation: ScorerState;
  readonly best: Best | undefined;
  /** Validations since the best one. */
  readonly sinceBest: number;
  /** Steps in a row, up to the last, in which no input's prompts had different rewards. */
  readonly sameSteps: number;
  /** A step whose validation was interrupted. */
  readonly trained: StepReport | undefined;
  /** The step that was validated last. */
  readonly validated: number;
}

/** RLPrompt's input-conditioned form: the policy starts from the input's text, so each input gets a prompt of its own. */
export const perInputSearch: SearchKind = {
  origin: 'policy',
  async open(context, saved) {
    const { policyModel, actions, settings, compute } = context;
    const network = await OnnxPolicyNetwork.over(policyModel, actions, settings.hiddenSize, compute);
    return new PerInputSearch(context, network, saved as State | undefined);
  },
};

class PerInputSearch implements Search {
  private readonly train;
  private readonly validation;
  private readonly trainer: Trainer;
  private readonly budget;
  private signal: AbortSignal | undefined;
  /** Whether some input's prompts had different rewards in the last step. */
  private differ = false;
  private progress: Omit<State, 'trainer' | 'train' | 'validation'> = {
    best: undefined,
    sinceBest: 0,
    sameSteps: 0,
    trained: undefined,
    validated: 0,
  };

  constructor(
    private readonly context: SearchContext,
    private readonly network: OnnxPolicyNetwork,
    saved: State | undefined,
  ) {
    const { settings, length, seed, policyModel, actions, admits, inputs } = context;
    this.train = context.scorer('train');
    this.validation = context.scorer('validation');
    this.budget = planPerInput(context.budget, settings, this.validation.size);
    const { reward } = measureOf(this.train.model.classes);
    // An input's reward is that of its own row; a row that failed says nothing, so it counts as the mean of the input's others.
    const rewardOf = async (prompts: readonly (readonly number[])[], rows: readonly number[]): Promise<number[]> => {
      const scores = await this.train.pairs(
        prompts.map((prompt, b) => ({ ids: this.ids(prompt), row: rows[b]! })),
        this.signal,
      );
      const known = scores.map((score) => score && reward(score.gap));
      if (known.every((each) => each === undefined)) throw new ScoringError('method.noRowScored', { rows: known.length });
      const rewards = known.map((each, b) => each ?? meanOf(known.filter((_, other) => rows[other] === rows[b])));
      this.differ = rewards.some((each, b) => each !== rewards[rows.indexOf(rows[b]!)]);
      return rewards;
    };
    this.trainer = new Trainer(
      { ...settings, length, seed, promptsPerSource: PROMPTS_PER_INPUT },
      policyModel,
      network,
      inputs('train'),
      actions,
      rewardOf,
      admits,
    );
    if (!saved) return;
    const { trainer, train, validation, ...progress } = saved;
    this.trainer.restore(trainer);
    this.train.restore(train);
    this.validation.restore(validation);
    this.progress = progress;
  }

  get queries() {
    return queriesOf(this.train, this.validation);
  }

  /** The last policy is scored on the validation rows, unless it has been. */
  get finalistQueries() {
    return this.progress.validated === this.trainer.step ? 0 : this.validation.size;
  }

  get ended() {
    const { trained, sinceBest, sameSteps } = this.progress;
    const { step } = this.trainer;
    const affordable = this.budget.allows(step, this.queries.computed);
    return trained ? undefined : policyEnd(this.context.settings, { step, affordable, sinceBest, sameSteps });
  }

  async advance(signal?: AbortSignal): Promise<PolicyStep> {
    this.signal = signal;
    let { trained } = this.progress;
    if (!trained) {
      trained = await this.trainer.train();
      this.progress = { ...this.progress, trained, sameSteps: this.differ ? 0 : this.progress.sameSteps + 1 };
    }
    const policy = trained.step % this.context.settings.validateEvery === 0 ? await this.validate(signal) : undefined;
    this.progress = { ...this.progress, trained: undefined };
    return {
      event: 'step',
      ...trained,
      bestPrompt: this.context.prompt(this.ids(trained.bestPrompt)).prompt,
      ...(policy && { policy: splitScore(policy) }),
      queries: this.queries,
    };
  }

  /** There is no single prompt to show. */
  async finalists(signal?: AbortSignal): Promise<ScoredPrompt[]> {
    if (this.progress.validated !== this.trainer.step) await this.validate(signal);
    return [];
  }

  get found(): InputPolicy {
    const { settings, length, actions } = this.context;
    const { hiddenSize, logitBias, fluentTopK } = settings;
    const { best } = this.progress;
    const weights = best?.weights ?? copyWeights(this.trainer.policy);
    return { weights, actions, length, hiddenSize, logitBias, fluentTopK, ...(best && { validation: splitScore(best.score) }) };
  }

  save(): State {
    return { trainer: this.trainer.save(), train: this.train.save(), validation: this.validation.save(), ...this.progress };
  }

  release(): Promise<void> {
    return this.network.release();
  }

  /** Scores the greedy prompts of the validation rows; the best policy so far is kept. */
  private async validate(signal?: AbortSignal): Promise<PromptScore | undefined> {
    const { step } = this.trainer;
    if (this.validation.size === 0) {
      this.progress = { ...this.progress, validated: step };
      return undefined;
    }
    const prompts = await this.trainer.greedyAfter(this.context.inputs('validation'));
    const score = await this.validation.scoreEachRow(
      prompts.map((prompt) => this.ids(prompt)),
      signal,
    );
    const { best, sinceBest } = this.progress;
    const better = !best || score.gap > best.score.gap;
    this.progress = {
      ...this.progress,
      validated: step,
      ...(better ? { best: { weights: copyWeights(this.trainer.policy), score }, sinceBest: 0 } : { sinceBest: sinceBest + 1 }),
    };
    return score;
  }

  /** Task-model ids of a prompt that is given as actions. */
  private ids(prompt: readonly number[]): PromptIds {
    return this.context.toTask(prompt.map((action) => this.context.actions[action]!));
  }
}

/** Of those that are there; 0 if none is. */
function meanOf(values: readonly (number | undefined)[]): number {
  const there = values.filter((value) => value !== undefined);
  return there.reduce((sum, value) => sum + value, 0) / Math.max(1, there.length);
}
