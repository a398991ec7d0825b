import { budgetProblem, memoryPlan } from '../search/budget';
import { raceCost } from '../search/race';
import { selectionCost } from '../search/selection';
import { TaskError } from '../spec/problem';
import type { Dataset } from '../data/dataset';
import type { SearchSettings } from '../spec/schema';
import type { Spec } from '../spec/spec';
import type { ServerPace } from '../model/door';

/** The most queries that a run may ask: a query is one text, a (prompt, row) pair. */
export interface QueryPlan {
  /** Of the policy's search: training, validation and ranking; its budget bounds them. */
  readonly search: number;
  /** Of random search on an equal budget. */
  readonly random: number;
  /** No prompt and the prompts to compare, on train and validation rows. */
  readonly baselines: number;
  /** Ranked prompts on test rows. */
  readonly test: number;
  readonly total: number;
}

/** Prompts that get held-out scores beside the compared ones: the policy's ten best, no prompt, random's winner. */
const RANKED = 12;

/** Texts without a prompt that the server's rate is measured on, and that may have to be sent again. */
const TRIED = 32;

/** @param claimed queries of the budget that the label words took */
export type Plan = (spec: Spec, settings: SearchSettings, dataset: Pick<Dataset, 'splits'>, claimed?: number) => QueryPlan;

/**
 * What `runs` runs of a spec, one a seed, may ask of the task model: those that this process starts, not all of the spec.
 * @throws TaskError when the budget has no room for one step
 */
export const planRuns =
  (withRandom: boolean, runs = 1): Plan =>
  (spec, settings, dataset, claimed = 0) => {
    const { train, validation, test } = rows(dataset);
    const problem = budgetProblem(spec, settings, dataset.splits, claimed);
    if (problem) throw new TaskError([problem]);
    const search = Math.min(settings.queryBudget - claimed, mostOfSteps(settings, dataset.splits));
    const compared = 1 + spec.compare.length;
    return summed({
      search: runs * search,
      random: withRandom ? runs * search : 0,
      baselines: runs * compared * (train + validation) + TRIED,
      test: runs * (RANKED + compared) * test,
    });
  };

/** What all steps and the choice after them may ask, whatever the budget. */
function mostOfSteps(settings: SearchSettings, splits: Dataset['splits']): number {
  const { steps, promptsPerStep, validateEvery, queryBudget, proposals } = settings;
  if (proposals) {
    const split = memoryPlan(settings, splits, queryBudget);
    return 'search' in split ? steps * promptsPerStep * split.rowsPerPrompt + raceCost(split.race, split.rowsPerPrompt) : 0;
  }
  const { train, validation } = rows({ splits });
  const training = steps * promptsPerStep * train + Math.floor(steps / validateEvery) * (train + validation);
  return training + selectionCost(validation, steps * (promptsPerStep + 1));
}

/** Scoring given prompts, and no prompt, on every split. */
export const planEvaluation =
  (prompts: number): Plan =>
  (_spec, _settings, dataset) => {
    const { train, validation, test } = rows(dataset);
    return summed({ search: 0, random: 0, baselines: (1 + prompts) * (train + validation) + TRIED, test: (1 + prompts) * test });
  };

/** Scoring given prompts on test rows alone. */
export function planTest(prompts: number, dataset: Pick<Dataset, 'splits'>): QueryPlan {
  return summed({ search: 0, random: 0, baselines: 0, test: prompts * rows(dataset).test + TRIED });
}

function summed(each: Omit<QueryPlan, 'total'>): QueryPlan {
  return { ...each, total: each.search + each.random + each.baselines + each.test };
}

function rows({ splits }: Pick<Dataset, 'splits'>): { train: number; validation: number; test: number } {
  return { train: splits.train.labels.length, validation: splits.validation.labels.length, test: splits.test.labels.length };
}

/** What a run asks of a server at most, and what that takes at the measured rate. */
export interface Preview extends ServerPace {
  readonly queries: QueryPlan;
  readonly seconds: number;
  readonly tokens: number;
}

export function preview(queries: QueryPlan, pace: ServerPace): Preview {
  return { ...pace, queries, seconds: queries.total / pace.queriesPerSecond, tokens: queries.total * pace.tokensPerQuery };
}
