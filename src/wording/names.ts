/** Where a prompt comes from. */
const ORIGINS = {
  policy: 'RLPrompt',
  reflect: 'reflection',
  manual: 'yours',
  start: 'starting prompt',
  random: 'random search',
  single: 'single prompt',
  none: 'no prompt',
  evaluated: 'evaluated',
} as const;

const STAGES = {
  labels: 'label words',
  baselines: 'first scores',
  policy: 'search',
  reflect: 'search by reflection',
  ranking: 'choosing the best',
  random: 'random search',
  single: 'best single prompt',
  test: 'held-out scores',
  finished: 'finished',
} as const;

/** Names that several messages and front ends show. */
export const namesWording = {
  'name.origin': ({ origin }: { origin: keyof typeof ORIGINS }) => ORIGINS[origin],
  /** The name of an origin, and what a prompt is made of where that is not an instruction alone. */
  'name.withForm': ({ origin, form }: { origin: string; form: 'instruction' | 'both' | 'examples' | undefined }) =>
    `${origin}${form === 'both' ? ', with examples' : form === 'examples' ? ', examples only' : ''}`,
  'name.stage': ({ stage }: { stage: keyof typeof STAGES }) => STAGES[stage],
};
