import type { Problem } from '../spec/problem';
import type { SearchSettings } from '../spec/schema';
import type { Spec } from '../spec/spec';
import { worded } from '../wording/wording';
import { selectionCost } from './selection';

/** How the policy's search spends its query budget: enough is kept back to rank what it finds, the rest is for steps. */
export interface BudgetPlan {
  /** Queries of one step with its validation, of the ranking after it, and of both. */
  readonly least: { readonly step: number; readonly ranking: number; readonly total: number };
  /** Whether the budget has room for another step, its validation, and the ranking of all prompts so far. */
  readonly allows: (stepsDone: number, computed: number) => boolean;
}

export function planBudget(budget: number, promptsPerStep: number, rows: { train: number; validation: number }): BudgetPlan {
  const prompts = promptsPerStep + 1;
  const step = prompts * rows.train + rows.validation;
  const ranking = (steps: number): number => selectionCost(rows.validation, steps * prompts);
  return {
    least: { step, ranking: ranking(1), total: step + ranking(1) },
    allows: (done, computed) => computed + step + ranking(done + 1) <= budget,
  };
}

/** What is wrong with a spec whose budget has no room for one step and the ranking. */
export function budgetProblem(spec: Spec, settings: SearchSettings, rows: { train: number; validation: number }): Problem | undefined {
  const { least, allows } = planBudget(settings.queryBudget, settings.promptsPerStep, rows);
  if (allows(0, 0)) return undefined;
  return spec.problemAt(['search', 'queryBudget'], worded('search.budgetTooSmall', { budget: settings.queryBudget, ...least }));
}
