import type { Random } from '../method/random';
import type { Scorer } from '../method/scorer';
import { selectionCost } from './selection';

export interface RandomSearchSettings {
  readonly length: number;
  /** Prompts scored together. */
  readonly batch: number;
  /** Queries that it may compute, its selection on `validationRows` rows included. */
  readonly budget: number;
  readonly validationRows: number;
}

/** The control of every claim: prompts drawn uniformly from the same token set, scored on the same training rows. */
export class RandomSearch {
  step = 0;

  constructor(
    private readonly settings: RandomSearchSettings,
    private readonly actions: readonly number[],
    private readonly scorer: Scorer,
    private readonly random: Random,
    /** From the action set's tokens to the task model's. */
    private readonly toTask: (ids: readonly number[]) => number[],
  ) {}

  get finished(): boolean {
    const { length, batch, budget, validationRows } = this.settings;
    const { computed, size } = this.scorer;
    // With few actions every prompt can be scored before the budget is spent.
    const ranking = selectionCost(validationRows, (this.step + 1) * batch);
    return computed + batch * size + ranking > budget || computed >= this.actions.length ** length * size;
  }

  /** Scores one batch; returns the mean and the best reward of it. */
  async advance(signal?: AbortSignal): Promise<{ step: number; mean: number; best: number }> {
    const prompts = Array.from({ length: this.settings.batch }, () =>
      Array.from({ length: this.settings.length }, () => this.actions[this.random.below(this.actions.length)]!),
    );
    const rewards = (await this.scorer.score(prompts.map(this.toTask), signal)).map(({ reward }) => reward);
    return { step: ++this.step, mean: rewards.reduce((a, b) => a + b, 0) / rewards.length, best: Math.max(...rewards) };
  }
}
