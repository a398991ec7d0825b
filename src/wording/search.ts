/** Messages of `search/`: `'search.code': (arguments) => text`. */
export const searchWording = {
  'search.noneAdmitted': ({ attempts }: { attempts: number }) =>
    `${attempts} prompts were drawn, and the chat template changes every one of them. Use another template, or "tokens": "words".`,
  'search.budgetTooSmall': ({ budget, step, ranking, total }: { budget: number; step: number; ranking: number; total: number }) => ({
    message: 'the budget is too small for one step and the ranking',
    found: String(budget),
    expected: `at least ${total} (a step: ${step}, the ranking: up to ${ranking}), or fewer rows by data.rowsPerClass`,
  }),
  'search.budgetTooSmallForRace': ({ budget, needed }: { budget: number; needed: number }) => ({
    message: 'the budget is too small for one step and the race of the finalists',
    found: String(budget),
    expected: `at least ${needed}, or fewer rows by data.rowsPerClass or search.rowsPerPrompt`,
  }),
  'search.fewerRows': ({ rowsPerPrompt, pool }: { rowsPerPrompt: number; pool: number }) => ({
    message: 'the data has fewer rows than each prompt needs',
    found: String(rowsPerPrompt),
    expected: `at most ${pool}, the training and validation rows together`,
  }),
  'search.sameScores': ({ queries }: { queries: number }) =>
    `after the first ${queries} queries, all prompts have the same scores: to the task model, the prompt makes no difference so far. The search continues; if this stays so, check the template, the label words and what the model answers`,
  'search.noValidationScore': ({ prompts }: { prompts: number }) =>
    `None of the validation rows of the ${prompts} best prompts could be scored.`,
};
