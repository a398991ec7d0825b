import { amount, count, percent } from './numbers';

interface ScoredWords {
  readonly words: readonly string[];
  readonly accuracy: number;
}

const MOST_WORDS = 8;
const listed = (words: readonly string[]): string => {
  const shown = words.slice(0, MOST_WORDS).map((one) => `“${one}”`);
  return `${shown.join(', ')}${words.length > MOST_WORDS ? ` and ${words.length - MOST_WORDS} more` : ''}`;
};

interface Least {
  readonly budget: number;
  /** Queries of no prompt and the prompts to compare. */
  readonly given: number;
}

/** Messages of `search/`: `'search.code': (arguments) => text`. */
export const searchWording = {
  'search.plainInstruction': ({ words }: { words: readonly string[] }) => `Answer with one of these words: ${words.join(', ')}.`,
  'search.noneOfTheWords': () => '(none of the words)',
  'search.confidence': ({
    got,
    share,
    expected,
    expectedShare,
  }: {
    got: string;
    share: number;
    expected: string;
    expectedShare: number;
  }) =>
    got === expected
      ? `${percent(share)} sure`
      : `${percent(share)} sure of ${JSON.stringify(got)}; ${percent(expectedShare)} for ${JSON.stringify(expected)}`,
  'search.budgetTooSmallForReflect': ({ budget, given, needed }: Least & { needed: number }) => ({
    message: 'the budget is too small for the prompts to compare and for one proposal',
    found: String(budget),
    expected: `at least ${needed} (no prompt, "start" and those of "compare": ${given}, the search: ${needed - given}), or fewer rows by data.rowsPerClass`,
  }),
  'search.noneAdmitted': ({ attempts }: { attempts: number }) =>
    `${attempts} prompts were drawn, and the chat template changes every one of them. Use another template, or "tokens": "words".`,
  'search.findingLabels': ({ rows }: { rows: number }) => `Searching for label words on ${count(rows)} rows …`,
  'search.noLabelWords': ({ classes }: { classes: readonly string[] }) => ({
    message: 'the labels name no words to try on a server',
    found: classes.slice(0, 3).join(', '),
    expected: `"labels": { ${JSON.stringify(classes[0])}: "a word", … }`,
  }),
  'search.labelWords': ({
    chosen,
    own,
    rows,
  }: {
    chosen: ScoredWords & { readonly crossValidated: number | null };
    own: ScoredWords | null;
    rows: number;
  }) => {
    const right = ({ words, accuracy }: ScoredWords, where: string): string => `${listed(words)} (${percent(accuracy)} right ${where})`;
    const on = `without a prompt on ${amount(rows, 'row')}`;
    if (chosen.crossValidated === null) return `Label words: ${right(chosen, on)}; the search found none that do better`;
    const found = right({ ...chosen, accuracy: chosen.crossValidated }, `${on} that did not choose them`);
    return `Label words: ${found}${own ? `; the spec's own: ${right(own, 'there')}` : ''}`;
  },

  'search.budgetTooSmall': ({ budget, given, step, ranking, total }: Least & { step: number; ranking: number; total: number }) => ({
    message: 'the budget is too small for the prompts to compare, one step and the ranking',
    found: String(budget),
    expected: `at least ${total} (no prompt and those of "compare": ${given}, a step: ${step}, the ranking: up to ${ranking}), or fewer rows by data.rowsPerClass`,
  }),
  'search.budgetTooSmallForRace': ({ budget, given, needed }: Least & { needed: number }) => ({
    message: 'the budget is too small for the prompts to compare, one step and the race of the finalists',
    found: String(budget),
    expected: `at least ${needed} (no prompt and those of "compare": ${given}, the search: ${needed - given}), or fewer rows by data.rowsPerClass or search.rowsPerPrompt`,
  }),
  'search.budgetTooSmallForPolicy': ({ budget, given, needed }: Least & { needed: number }) => ({
    message: 'the budget is too small for the prompts to compare, one step and a score of the policy on the validation rows',
    found: String(budget),
    expected: `at least ${needed} (no prompt and those of "compare": ${given}, the search: ${needed - given}), or fewer rows by data.rowsPerClass`,
  }),
  'search.fewerRows': ({ rowsPerPrompt, pool }: { rowsPerPrompt: number; pool: number }) => ({
    message: 'the data has fewer rows than each prompt needs',
    found: String(rowsPerPrompt),
    expected: `at most ${pool}, the rows that steer the search, or more of them by data.rowsPerClass`,
  }),
  'search.sameScores': ({ queries }: { queries: number }) =>
    `after the first ${queries} queries, all prompts have the same scores: to the task model, the prompt makes no difference so far. The search continues; if this stays so, check the template, the label words and what the model answers`,
  'search.proposalsFailed': ({ failed, of, problem }: { failed: number; of: number; problem: string | undefined }) =>
    `${failed} of ${of} requests to the proposer failed${problem === undefined ? '' : `; the last: ${problem}`}`,
  'search.emptyProposals': ({ empty, of }: { empty: number; of: number }) =>
    `${empty} of ${of} answers of the proposer held no prompt in a fenced block. A larger model follows that format`,
  'search.noValidationScore': ({ prompts }: { prompts: number }) =>
    `None of the validation rows of the ${prompts} best prompts could be scored.`,
};
