import { selectionCost } from '../search/selection';
import { TaskError } from '../task/problem';
import type { Experiment } from './experiment';

/** How a run's query budget is spent: the ranking's part is kept back, the rest is for steps and their validations. */
export interface BudgetPlan {
  /** Queries that one step and its validation may compute. */
  readonly step: number;
  /** Queries that training may compute in all. */
  readonly training: number;
}

/** @throws TaskError when not even one step fits */
export function planBudget({ spec, settings, dataset }: Experiment): BudgetPlan {
  const { train, validation } = dataset.splits;
  const step = (settings.promptsPerStep + 1) * train.labels.length + validation.labels.length;
  const ranking = selectionCost(validation.labels.length);
  if (step + ranking <= settings.queryBudget) return { step, training: settings.queryBudget - ranking };
  throw new TaskError([
    spec.problemAt(['search', 'queryBudget'], {
      message: 'the budget is too small for one step and the ranking',
      found: String(settings.queryBudget),
      expected: `at least ${step + ranking} (a step: ${step}, the ranking: up to ${ranking}), or fewer rows by data.rowsPerClass`,
    }),
  ]);
}
