import { OnnxPolicyNetwork } from '../method/policyNetwork';
import type { ScorerState } from '../method/scorer';
import { Trainer, type RewardOf, type StepReport, type TrainerState } from '../method/trainer';
import type { PromptIds } from '../model/taskModel';
import { planBudget } from './budget';
import type { ScoredPrompt } from './prompt';
import { onAllRows, onBestTexts, type Rewarding } from './rewarding';
import { queriesOf, type PolicyStep, type Search, type SearchContext, type SearchKind } from './search';
import { diverse, scoreAll, select, selectionCost } from './selection';
import { policyEnd } from './stopping';

/** The best prompts of the policy get held-out scores, less near copies of better ones. */
const FINALISTS = 10;

interface State {
  readonly trainer: TrainerState;
  readonly train: ScorerState;
  readonly validation: ScorerState;
  readonly bestValidation: number;
  /** Validations since the best one. */
  readonly sinceBest: number;
  /** Steps in a row, up to the last, whose prompts were all the same one. */
  readonly sameSteps: number;
  /** A step whose validation was interrupted. */
  readonly trained: StepReport | undefined;
  /** Queries of the rewards; absent in checkpoints from before there were rewards of their own. */
  readonly rewarded?: number;
}

/** RLPrompt: a policy learns from the rewards of its own prompts; all that it scored on the training rows are candidates. */
export const policySearch: SearchKind = {
  origin: 'policy',
  async open(context, saved) {
    const { policyModel, actions, settings, compute } = context;
    const network = await OnnxPolicyNetwork.over(policyModel, actions, settings.hiddenSize, compute);
    return new PolicySearch(context, network, saved as State | undefined);
  },
};

class PolicySearch implements Search {
  private readonly train;
  private readonly validation;
  private readonly trainer: Trainer;
  private readonly budget;
  private readonly rewarding: Rewarding;
  private signal: AbortSignal | undefined;
  private progress: Omit<State, 'trainer' | 'train' | 'validation' | 'rewarded'> = {
    bestValidation: -Infinity,
    sinceBest: 0,
    sameSteps: 0,
    trained: undefined,
  };

  constructor(
    private readonly context: SearchContext,
    private readonly network: OnnxPolicyNetwork,
    saved: State | undefined,
  ) {
    const { settings, length, seed, policyModel, actions, admits } = context;
    this.train = context.scorer('train');
    this.validation = context.scorer('validation');
    const { texts } = context;
    const rows = { train: this.train.size, validation: this.validation.size };
    this.budget = planBudget(context.budget, settings, rows, texts?.samples);
    this.rewarding = texts && settings.bestOf ? onBestTexts(texts, settings, settings.bestOf, rows.train) : onAllRows(this.train);
    const rewardOf: RewardOf = (prompts) =>
      this.rewarding.of(
        prompts.map((prompt) => this.ids(prompt)),
        this.trainer.step,
        this.signal,
      );
    this.trainer = new Trainer({ ...settings, length, seed }, policyModel, network, [policyModel.source], actions, rewardOf, admits);
    if (!saved) return;
    const { trainer, train, validation, rewarded, ...progress } = saved;
    this.rewarding.restore(rewarded ?? 0);
    this.trainer.restore(trainer);
    this.train.restore(train);
    this.validation.restore(validation);
    this.progress = progress;
  }

  get queries() {
    const { asked, computed } = queriesOf(this.train, this.validation);
    const rewarded = this.rewarding.computed;
    return { asked: asked + rewarded, computed: computed + rewarded };
  }

  get finalistQueries() {
    if (this.bestTextsCount) return this.train.size + this.validation.size;
    return selectionCost(this.validation.size, this.trainer.step * (this.context.settings.promptsPerStep + 1));
  }

  get ended() {
    const { trained, sinceBest, sameSteps } = this.progress;
    const { step } = this.trainer;
    const affordable = this.budget.allows(step, this.queries.computed);
    return trained ? undefined : policyEnd(this.context.settings, { step, affordable, sinceBest, sameSteps });
  }

  async advance(signal?: AbortSignal): Promise<PolicyStep> {
    this.signal = signal;
    const trained = this.progress.trained ?? (await this.trainer.train());
    this.progress = { ...this.progress, trained };
    const greedy = trained.step % this.context.settings.validateEvery === 0 ? await this.validate(signal) : undefined;
    this.progress = { ...this.progress, trained: undefined, sameSteps: trained.distinct === 1 ? this.progress.sameSteps + 1 : 0 };
    return {
      event: 'step',
      ...trained,
      bestPrompt: this.context.prompt(this.ids(trained.bestPrompt)).prompt,
      ...(greedy && { greedy }),
      queries: this.queries,
    };
  }

  /** Whether the rewards say too little of a prompt to rank it by them: the greedy prompts are ranked then. */
  private get bestTextsCount(): boolean {
    return this.context.texts !== undefined && Boolean(this.context.settings.bestOf);
  }

  async finalists(signal?: AbortSignal): Promise<ScoredPrompt[]> {
    // The last policy's greedy prompt competes too, however few steps ago the last validation was.
    if (this.bestTextsCount) await this.validate(signal);
    return diverse(await select(this.train, this.validation, this.context.prompt, signal), FINALISTS);
  }

  save(): State {
    const { trainer, train, validation, rewarding, progress } = this;
    return { trainer: trainer.save(), train: train.save(), validation: validation.save(), rewarded: rewarding.save(), ...progress };
  }

  release(): Promise<void> {
    return this.network.release();
  }

  /** Scores the greedy prompt, which joins the candidates. */
  private async validate(signal?: AbortSignal): Promise<ScoredPrompt> {
    const ids = this.ids(await this.trainer.greedy());
    const [scored] = await scoreAll([ids], this.train, this.validation, this.context.prompt, signal);
    // Its ranking goes by the gap.
    const { tokens: _, choice: _choice, ...greedy } = scored!;
    const { gap } = greedy.validation;
    const { bestValidation, sinceBest } = this.progress;
    this.progress = {
      ...this.progress,
      ...(gap > bestValidation ? { bestValidation: gap, sinceBest: 0 } : { sinceBest: sinceBest + 1 }),
    };
    return greedy;
  }

  /** Task-model ids of a prompt that is given as actions. */
  private ids(prompt: readonly number[]): PromptIds {
    return this.context.toTask(prompt.map((action) => this.context.actions[action]!));
  }
}
