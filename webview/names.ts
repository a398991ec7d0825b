import type { PromptRow, RunHead } from '../src/run/view/runView';

/** Origins as the tables name them. */
export const ORIGINS: Readonly<Record<PromptRow['origin'], string>> = {
  policy: 'RLPrompt',
  reflect: 'reflection',
  manual: 'yours',
  start: 'starting prompt',
  random: 'random search',
  single: 'single prompt',
  none: 'no prompt',
  evaluated: 'evaluated',
};

/** What a prompt comes from, and what it is made of where that is not an instruction alone. */
export function originOf({ origin, form }: Pick<PromptRow, 'origin' | 'form'>): string {
  return `${ORIGINS[origin]}${form === 'both' ? ', with examples' : form === 'examples' ? ', examples only' : ''}`;
}

/** Searches as titles. */
export const SEARCHES = {
  policy: ORIGINS.policy,
  reflect: title(ORIGINS.reflect),
  random: title(ORIGINS.random),
  single: `Best ${ORIGINS.single}`,
} as const;

/** Stages of a run as titles. */
export const STAGES: Readonly<Record<RunHead['stage'], string>> = {
  ...SEARCHES,
  labels: 'Label words',
  baselines: 'First scores',
  policy: 'Search',
  ranking: 'Choosing the best',
  test: 'Held-out scores',
  finished: 'Finished',
};

function title(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
