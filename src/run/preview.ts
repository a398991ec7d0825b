import { budgetProblem, givenCost, memoryPlan } from '../search/budget';
import { raceCost } from '../search/race';
import { bestOfCost } from '../search/rewarding';
import { selectionCost } from '../search/selection';
import { TaskError } from '../spec/problem';
import type { Dataset } from '../data/dataset';
import { generationOf, type SearchSettings } from '../spec/schema';
import { isTextModel } from '../spec/scheme';
import type { Spec } from '../spec/spec';
import { startingPrompts } from '../spec/startingPrompts';
import type { ServerPace } from '../model/door';

/** The most queries that a run may ask: a query is one text, a (prompt, row) pair. */
export interface QueryPlan {
  /** Of the search, its starting prompts and its choice of finalists included. */
  readonly search: number;
  /** Of random search on an equal budget. */
  readonly random: number;
  /** No prompt and the prompts to compare, on train and validation rows; the budget bounds these and the search together. */
  readonly baselines: number;
  /** Ranked prompts on test rows. */
  readonly test: number;
  readonly total: number;
}

/** Finalists of the search at most, its starting prompts among them. */
const FINALISTS = 10;

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
    const { test } = rows(dataset);
    const problem = budgetProblem(spec, settings, dataset.splits, claimed);
    if (problem) throw new TaskError([problem]);
    const given = givenCost(spec, dataset.splits);
    const budget = settings.queryBudget - claimed - given;
    const search = Math.min(budget, mostOfSteps(spec, settings, dataset.splits, budget));
    return summed({
      search: runs * search,
      random: withRandom ? runs * search : 0,
      baselines: runs * given + TRIED,
      test: runs * heldOut(spec, withRandom) * test,
    });
  };

/** Prompts that get held-out scores. */
function heldOut({ compare, taskModel }: Spec, withRandom: boolean): number {
  // The winner, no prompt, and the best baseline or, where the winner is one, the best prompt found.
  if (isTextModel(taskModel)) return 3 + Number(withRandom);
  return FINALISTS + Number(withRandom) + new Set(['', ...compare]).size;
}

/** What all steps and the choice after them may ask, whatever the budget. */
function mostOfSteps(spec: Spec, settings: SearchSettings, splits: Dataset['splits'], budget: number): number {
  const { steps, promptsPerStep, validateEvery, proposals, bestOf } = settings;
  if (proposals) {
    const split = memoryPlan(settings, splits, budget);
    if (!('search' in split)) return 0;
    const starts = settings.warmStart ? Math.min(split.starts, startingPrompts(spec).length * split.rowsPerPrompt) : 0;
    return starts + steps * promptsPerStep * split.rowsPerPrompt + raceCost(split.race, split.rowsPerPrompt);
  }
  const { train, validation } = rows({ splits });
  if (bestOf) {
    const validations = Math.floor(steps / validateEvery) + 1;
    return steps * bestOfCost(settings, bestOf, generationOf(spec).samples) + validations * (train + validation);
  }
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

/** What a metric asks of a server at most, and what that takes. */
export interface JudgePreview extends ServerPace {
  /** Name of the metric. */
  readonly metric: string;
  readonly texts: number;
  /** Calls of all judges together; undefined for a classifier, which has no number to fail to give. */
  readonly calls: number | undefined;
}
