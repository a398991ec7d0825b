import { selectionCost } from './selection';
import { TaskError } from '../spec/problem';
import type { Experiment } from '../run/experiment';

/** How a run's query budget is spent: enough is kept back to rank what has been found, the rest is for steps. */
export interface BudgetPlan {
  /** Whether the budget has room for another step, its validation, and the ranking of all prompts so far. */
  allows(stepsDone: number, computed: number): boolean;
}

/** @throws TaskError when not even one step fits */
export function planBudget({ spec, settings, dataset }: Experiment): BudgetPlan {
  const { train, validation } = dataset.splits;
  const prompts = settings.promptsPerStep + 1;
  const step = prompts * train.labels.length + validation.labels.length;
  const ranking = (steps: number): number => selectionCost(validation.labels.length, steps * prompts);
  const allows = (done: number, computed: number): boolean => computed + step + ranking(done + 1) <= settings.queryBudget;
  if (allows(0, 0)) return { allows };
  throw new TaskError([
    spec.problemAt(['search', 'queryBudget'], {
      message: 'the budget is too small for one step and the ranking',
      found: String(settings.queryBudget),
      expected: `at least ${step + ranking(1)} (a step: ${step}, the ranking: up to ${ranking(1)}), or fewer rows by data.rowsPerClass`,
    }),
  ]);
}
