import type { CandidateDetails, CandidateSummary } from '../../src/messages/page';

/** What made each candidate, from which, what became of it, its estimate and its gain at the gate. */
const MADE: readonly (readonly [
  CandidateSummary['operator'],
  readonly number[],
  CandidateSummary['state'],
  (number | undefined)?,
  number?,
])[] = [
  ['start', [], 'kept', 0.641],
  ['start', [], 'kept', 0.612],
  ['reflect', [0], 'kept', 0.703, 0.11],
  ['addRule', [0], 'dropped', 0.62, -0.04],
  ['shorten', [0], 'dropped', undefined, 0.01],
  ['reflect', [2], 'refused'],
  ['addRule', [2], 'kept', 0.748, 0.08],
  ['rephrase', [2], 'dropped', 0.69, 0.02],
  ['examples', [6], 'kept', 0.771, 0.05],
  ['reflect', [6], 'refused'],
  ['recombine', [6, 1], 'dropped', undefined, -0.12],
  ['addRule', [8], 'kept', 0.802, 0.06],
  ['shorten', [11], 'kept', 0.798, 0.02],
];

const RULES = [
  'You sort reviews by their mood.',
  'Irony counts as what it means, not as what it says.',
  'A quotation counts only if the writer agrees with it.',
  'Ignore the plot: what a film is about says nothing of its worth.',
  'Where praise and blame meet, the last sentence decides.',
];

/** The text of a candidate: more rules, the deeper it is. */
export function textOf(id: number): string {
  const [, parents] = MADE[id]!;
  const depth = (at: number): number => (MADE[at]![1].length === 0 ? 0 : 1 + depth(MADE[at]![1][0]!));
  const rules = RULES.slice(0, 1 + depth(id)).map((rule, i) => (i === 0 ? `${rule}\n` : `- ${rule}`));
  return `${rules.join('\n')}\n\nAnswer with one word${parents.length === 0 ? '' : `, and nothing else (${id})`}.`;
}

export const CANDIDATES: readonly CandidateSummary[] = MADE.map(([operator, parents, state, estimate, gain], id) => ({
  id,
  operator,
  parents,
  state,
  ...(state === 'refused'
    ? { refused: id === 5 ? 'tooLong' : 'copied' }
    : {
        line: textOf(id)
          .split('\n')
          .at(parents.length === 0 ? 0 : -3)!,
      }),
  examples: operator === 'examples' ? 4 : 0,
  ...(gain !== undefined && {
    gate: { gain, better: gain > 0 ? 0.91 : 0.14, passed: gain > 0.01, rows: 16, higher: gain > 0 ? 5 : 1, lower: gain > 0 ? 1 : 4 },
  }),
  ...(estimate !== undefined && { validation: { estimate, rows: 64 } }),
  queries: 40,
  queriesSoFar: 40 * (id + 1),
  ...(operator !== 'start' && operator !== 'examples' && { proposer: { calls: 1, tokens: 1240, counted: true } }),
  step: Math.ceil(id / 4),
}));

export function detailsOf(id: number): CandidateDetails {
  const { parents, gate, refused } = CANDIDATES[id]!;
  if (refused) return { rows: [], reason: 'The prompt misses reviews that quote others.' };
  return {
    text: textOf(id),
    ...(parents.length > 0 && {
      parentText: textOf(parents[0]!),
      reason: 'The prompt takes irony at its word: four of the six mistakes praise a film for its worst scene.',
    }),
    rows: Array.from({ length: gate?.rows ?? 0 }, (_, row) => ({
      row,
      input: `${row}: A film so good that I left after ten minutes, https://example.com/${'reviews/'.repeat(row === 3 ? 20 : 1)}`,
      expected: 'negative',
      parent: { score: row < 5 ? 0 : 1, got: row < 5 ? 'positive' : 'negative' },
      child: row === 2 ? null : { score: row === 7 ? 0 : 1, got: row === 7 ? 'positive' : 'negative' },
    })),
  };
}
