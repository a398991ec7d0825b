import { bests, rewardsOfBests, type Rewarded } from '../method/bestOf';
import type { Scorer } from '../method/scorer';
import type { PromptIds } from '../model/taskModel';
import type { SearchSettings } from '../spec/schema';
import type { SearchContext } from './search';

/** Prompts of a step that are tried on the same input. */
const PROMPTS_PER_INPUT = 4;

/** What the prompts of a step are rewarded with, and the queries that it takes beside those of the scorers. */
export interface Rewarding {
  readonly computed: number;
  of(prompts: readonly PromptIds[], step: number, signal: AbortSignal | undefined): Promise<number[] | Rewarded>;
  /** For a checkpoint. */
  save(): number;
  restore(computed: number): void;
}

/** Each prompt on all training rows: the mean. */
export function onAllRows(train: Scorer): Rewarding {
  return {
    computed: 0,
    of: async (prompts, _, signal) => (await train.score(prompts, signal)).map(({ reward }) => reward),
    save: () => 0,
    restore: () => undefined,
  };
}

/** Queries of a step's rewards in which the best of several texts counts. @param samples texts of a query */
export function bestOfCost(
  { promptsPerStep, bootstraps }: Pick<SearchSettings, 'promptsPerStep' | 'bootstraps'>,
  bestOf: number,
  samples: number,
): number {
  return Math.ceil((promptsPerStep * bestOf * (bootstraps ?? 1)) / samples);
}

/**
 * As published for text style transfer: every four prompts of a step are tried on one training row, the rows in turn; a prompt's reward is
 * the mean of the best of `bestOf` texts, `bootstraps` times over.
 */
export function onBestTexts(
  { sample, samples }: NonNullable<SearchContext['texts']>,
  { promptsPerStep, bootstraps }: SearchSettings,
  bestOf: number,
  rows: number,
): Rewarding {
  const parts = bootstraps ?? 1;
  const inputsPerStep = Math.ceil(promptsPerStep / PROMPTS_PER_INPUT);
  let computed = 0;
  return {
    get computed() {
      return computed;
    },
    async of(prompts, step, signal) {
      const inputs = prompts.map((_, b) => (step * inputsPerStep + Math.floor(b / PROMPTS_PER_INPUT)) % rows);
      const scores = await sample(
        prompts.map((ids, b) => ({ ids, row: inputs[b]! })),
        bestOf * parts,
        signal,
      );
      computed += bestOfCost({ promptsPerStep, bootstraps }, bestOf, samples);
      return rewardsOfBests(
        scores.map((own) => bests(own, parts).map((score) => 100 * score)),
        inputs,
      );
    },
    save: () => computed,
    restore: (saved) => (computed = saved),
  };
}
