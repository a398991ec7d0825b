/** Messages of `search/`: `'search.code': (arguments) => text`. */
export const searchWording = {
  'search.budgetTooSmall': () => 'the budget is too small for one step and the ranking',
  'search.leastBudget': ({ step, ranking, total }: { step: number; ranking: number; total: number }) =>
    `at least ${total} (a step: ${step}, the ranking: up to ${ranking}), or fewer rows by data.rowsPerClass`,
  'search.noValidationScore': ({ prompts }: { prompts: number }) =>
    `None of the validation rows of the ${prompts} best prompts could be scored.`,
};
