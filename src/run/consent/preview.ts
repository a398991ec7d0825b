import { budgetProblem, givenCost, memoryPlan } from '../../search/budget';
import { raceCost } from '../../search/race';
import { bestOfCost } from '../../search/rewarding';
import { selectionCost } from '../../search/selection';
import { TaskError } from '../../spec/problem';
import type { Dataset } from '../../data/dataset';
import { costOf, type Price } from '../../spec/price';
import { generationOf, type SearchSettings } from '../../spec/schema';
import { givenPrompts, hasMethod, searchMethods } from '../../spec/searches';
import { isTextModel } from '../../spec/scheme';
import type { Spec } from '../../spec/spec';
import { startingPrompts } from '../../spec/startingPrompts';
import type { OpenProposer, ServerPace } from '../../model/door';

/** The most queries that a run may ask: a query is one text, a (prompt, row) pair. */
export interface QueryPlan {
  /** Of the searches, with their starting prompts and their choice of finalists. */
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
    const each = searchMethods(settings).map((method) =>
      method === 'reflect' ? budget : Math.min(budget, mostOfSteps(spec, settings, dataset.splits, budget)),
    );
    return summed({
      search: runs * each.reduce((a, b) => a + b, 0),
      random: withRandom ? runs * Math.max(...each) : 0,
      baselines: runs * given + TRIED,
      test: runs * (heldOut(spec, each.length, withRandom) + Number(settings.perInput === true)) * test,
    });
  };

/** Prompts that get held-out scores. */
function heldOut(spec: Spec, searches: number, withRandom: boolean): number {
  const given = givenPrompts(spec);
  // No prompt, the best of each search, the best baseline, and the prompt that a search improves.
  if (isTextModel(spec.taskModel)) return 2 + searches + Number(withRandom) + Number(hasMethod(spec, 'reflect') && given.length > 0);
  return searches * FINALISTS + Number(withRandom) + new Set(['', ...given]).size;
}

/** What all steps and the choice after them may ask, whatever the budget. */
function mostOfSteps(spec: Spec, settings: SearchSettings, splits: Dataset['splits'], budget: number): number {
  const { steps, promptsPerStep, validateEvery, proposals, bestOf, perInput } = settings;
  if (perInput) return steps * promptsPerStep + (1 + Math.floor(steps / validateEvery)) * rows({ splits }).validation;
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

/** What a run asks of a proposer at most. */
export interface ProposalPreview {
  readonly name: string;
  readonly keyFrom: string | undefined;
  readonly calls: number;
  /** Estimated from characters. */
  readonly tokens: number;
  readonly cost: string | undefined;
}

/** Rows in a request. */
const SHOWN = 3;
/** Characters of a request beside prompt and rows, and tokens of an answer beside the prompt. */
const FRAME = 700;
const REASON = 60;

/** Half of the longest prompt stands for those that the proposer reads and writes. */
export function previewProposals(
  { remote, reference }: Pick<OpenProposer, 'remote' | 'reference'>,
  calls: number,
  maxTokens: number,
  inputs: readonly string[],
  price: Price | undefined,
): ProposalPreview {
  const row = inputs.reduce((sum, text) => sum + text.length, 0) / inputs.length;
  const tokens = calls * (maxTokens + REASON + (FRAME + SHOWN * row) / 4);
  return { name: remote?.name ?? reference, keyFrom: remote?.keyFrom, calls, tokens, cost: costOf(tokens, price?.proposer, price) };
}

/** What a run asks of a server at most, and what that takes at the measured rate. */
export interface Preview extends ServerPace {
  readonly cost?: string | undefined;
  readonly queries: QueryPlan;
  readonly seconds: number;
  readonly tokens: number;
}

export function preview(queries: QueryPlan, pace: ServerPace, price?: Price): Preview {
  const tokens = queries.total * pace.tokensPerQuery;
  const cost = costOf(tokens, price?.taskModel, price);
  return { ...pace, queries, seconds: queries.total / pace.queriesPerSecond, tokens, ...(cost !== undefined && { cost }) };
}

/** What a metric asks of a server at most, and what that takes. */
export interface JudgePreview extends ServerPace {
  /** Name of the metric. */
  readonly metric: string;
  readonly texts: number;
  /** Calls of all judges together; undefined for a classifier, which has no number to fail to give. */
  readonly calls: number | undefined;
}
