import { budgetField } from '../spec/kind';
import { setTo, type Problem } from '../spec/problem';
import { generationOf, type SearchSettings } from '../spec/schema';
import { givenPrompts, searchMethods } from '../spec/searches';
import type { Spec } from '../spec/spec';
import { worded } from '../wording/wording';
import { plan, rowsByDefault, type Plan } from './plan';
import { bestOfCost } from './rewarding';
import type { SearchContext } from './search';
import { selectionCost } from './selection';

/** How the policy's search spends its query budget: it reserves enough to rank what it finds; the rest is for steps. */
interface BudgetPlan {
  /** Queries of one step with its validation, of the ranking after it, and of both. */
  readonly least: { readonly step: number; readonly ranking: number; readonly total: number };
  /** Whether the budget has room for another step, its validation, and the ranking of all prompts so far. */
  readonly allows: (stepsDone: number, computed: number) => boolean;
}

export function planBudget(budget: number, settings: PolicySettings, rows: { train: number; validation: number }, samples = 1): BudgetPlan {
  const { promptsPerStep, bestOf } = settings;
  const prompts = promptsPerStep + 1;
  const greedy = rows.train + rows.validation;
  // Of prompts that are rewarded for their best texts, the greedy ones alone are ranked, which have their scores by then.
  const [step, ranking] = bestOf
    ? [bestOfCost(settings, bestOf, samples) + greedy, () => greedy]
    : [promptsPerStep * rows.train + greedy, (steps: number) => selectionCost(rows.validation, steps * prompts)];
  return {
    least: { step, ranking: ranking(1), total: step + ranking(1) },
    allows: (done, computed) => computed + step + ranking(done + 1) <= budget,
  };
}

type PolicySettings = Pick<SearchSettings, 'promptsPerStep' | 'bestOf' | 'bootstraps'>;
/** How a search for a prompt for each input spends its budget: a step asks once for each of its prompts, a validation once for each row. */
export function planPerInput(
  budget: number,
  { promptsPerStep, validateEvery }: Pick<SearchSettings, 'promptsPerStep' | 'validateEvery'>,
  validation: number,
): { readonly least: number; readonly allows: (stepsDone: number, computed: number) => boolean } {
  // The last policy is validated, whatever the number of steps.
  const next = (done: number): number => promptsPerStep + validation * (1 + Number((done + 1) % validateEvery === 0));
  return { least: promptsPerStep + validation, allows: (done, computed) => computed + next(done) <= budget };
}

/** Queries of no prompt and the prompts to compare, each on all rows of the pool: the search gets what they leave of the budget. */
export function givenCost(spec: Pick<Spec, 'compare' | 'prompt'>, { train, validation }: Pool): number {
  return new Set(['', ...givenPrompts(spec)]).size * (train.labels.length + validation.labels.length);
}

/** What is wrong with a spec whose budget has no room for its search. `claimed` queries go to the label words. */
export function budgetProblem(spec: Spec, settings: SearchSettings, splits: Pool, claimed = 0): Problem | undefined {
  const { queryBudget: budget, rowsPerPrompt } = settings;
  const given = givenCost(spec, splits);
  if (settings.perInput) {
    const needed = planPerInput(0, settings, splits.validation.labels.length).least + given + claimed;
    if (needed <= budget) return undefined;
    const { path, texts } = unitOf(spec);
    const text = worded('search.budgetTooSmallForPolicy', { budget: texts * budget, needed: texts * needed, given: texts * given });
    return spec.problemAt(path, { ...text, fixes: [setTo(path, texts * needed)] });
  }
  const methods = searchMethods(settings);
  if (methods.includes('reflect')) {
    const needed = given + claimed + leastToReflect(splits);
    const { path, texts } = unitOf(spec);
    if (budget < needed) {
      const counts = { budget: texts * budget, needed: texts * needed, given: texts * given };
      return spec.problemAt(path, { ...worded('search.budgetTooSmallForReflect', counts), fixes: [setTo(path, texts * needed)] });
    }
  }
  if (!methods.includes('rlprompt')) return undefined;
  if (settings.proposals) {
    const pool = splits.train.labels.length + splits.validation.labels.length;
    if (rowsPerPrompt !== null && rowsPerPrompt > pool)
      return spec.problemAt(['search', 'rowsPerPrompt'], {
        ...worded('search.fewerRows', { rowsPerPrompt, pool }),
        fixes: [setTo(['search', 'rowsPerPrompt'], pool)],
      });
    const split = memoryPlan(settings, splits, budget - given, claimed);
    if ('search' in split) return undefined;
    const { path, texts } = unitOf(spec);
    const needed = texts * (split.needed + given);
    const text = worded('search.budgetTooSmallForRace', { budget: texts * budget, needed, given: texts * given });
    return spec.problemAt(path, { ...text, fixes: [setTo(path, needed)] });
  }
  const { path, texts } = unitOf(spec);
  const rows = { train: splits.train.labels.length, validation: splits.validation.labels.length };
  const { least, allows } = planBudget(budget - claimed, settings, rows, texts);
  if (allows(0, given)) return undefined;
  const { step, ranking } = least;
  const total = texts * (least.total + given + claimed);
  const counts = { budget: texts * budget, given: texts * given, step: texts * step, ranking: texts * ranking, total };
  return spec.problemAt(path, { ...worded('search.budgetTooSmall', counts), fixes: [setTo(path, total)] });
}

/** One child with scores on all rows, and as many rows to find it. */
function leastToReflect({ train, validation }: Pool): number {
  return 2 * (train.labels.length + validation.labels.length);
}

/** The field that bounds a search, and how many of what it counts make a query. */
function unitOf(spec: Spec): { readonly path: string[]; readonly texts: number } {
  return { path: ['search', budgetField(spec.kind)], texts: spec.kind === 'classification' ? 1 : generationOf(spec).samples };
}

interface Pool {
  readonly train: { readonly labels: readonly number[] };
  readonly validation: { readonly labels: readonly number[] };
}

/** The split of a budget by the search with a memory. */
export function memoryPlan(
  { rowsPerPrompt, promptsPerStep }: Pick<SearchSettings, 'rowsPerPrompt' | 'promptsPerStep'>,
  { train, validation }: Pool,
  budget: number,
  claimed = 0,
): ReturnType<typeof plan> {
  const labels = [...train.labels, ...validation.labels];
  const rows = Math.min(rowsPerPrompt ?? rowsByDefault(labels), labels.length);
  return plan(budget, labels.length, rows, promptsPerStep, claimed);
}

/** The split of a search's budget; where that is too small, as after a search that ended early, the least that can be split. */
export function smallestAtLeast({ settings, budget }: Pick<SearchContext, 'settings' | 'budget'>, pool: Pool): Plan {
  const split = memoryPlan(settings, pool, budget);
  return 'search' in split ? split : smallestAtLeast({ settings, budget: split.needed }, pool);
}
