import { Random } from '../method/random';
import { CodedError } from '../wording/wording';
import { queriesOf, type Search, type SearchContext, type SearchKind } from './search';
import { select, selectionCost } from './selection';
import type { ScorerState } from '../method/scorer';

/** How often, for each prompt that is known, draws in a row may bring nothing new: a prompt that is left is missed once in e²⁰ times. */
const FRUITLESS = 20;

/** Draws in a row that a chat's template may change before we give up. */
const ATTEMPTS = 10_000;

interface State {
  readonly step: number;
  readonly fruitless: number;
  readonly random: readonly number[];
  readonly train: ScorerState;
}

/** The baseline of every claim: prompts drawn uniformly from the same tokens, scored on the same training rows. */
export const randomSearch: SearchKind = {
  origin: 'random',
  open: (context, saved) => Promise.resolve(openRandomSearch(context, saved as State | undefined)),
};

function openRandomSearch({ settings, length, budget, actions, seed, ...context }: SearchContext, saved: State | undefined): Search {
  const [train, validation] = [context.scorer('train'), context.scorer('validation')];
  const random = new Random(seed ^ 0x5eed);
  const batch = settings.promptsPerStep;
  let step = 0;
  let fruitless = 0;
  if (saved) {
    ({ step, fruitless } = saved);
    random.state = saved.random;
    train.restore(saved.train);
  }
  const draw = (): number[] => {
    for (let attempt = 1; ; attempt++) {
      const ids = Array.from({ length }, () => actions[random.below(actions.length)]!);
      if (context.admits?.(ids) ?? true) return ids;
      if (attempt === ATTEMPTS) throw new CodedError('search.noneAdmitted', { attempts: ATTEMPTS });
    }
  };
  return {
    get queries() {
      return queriesOf(train, validation);
    },
    get finalistQueries() {
      return selectionCost(validation.size, step * batch);
    },
    get ended() {
      const { computed, size } = train;
      if (computed + batch * size + selectionCost(validation.size, (step + 1) * batch) > budget) return 'budget';
      // Few tokens have few prompts, and several sequences of tokens may be one prompt to the task model.
      const known = computed / size;
      return known >= actions.length ** length || fruitless > FRUITLESS * Math.max(1, known) ? 'exhausted' : undefined;
    },
    async advance(signal) {
      const { state } = random;
      const before = train.computed;
      const prompts = Array.from({ length: batch }, draw).map((ids) => context.toTask(ids));
      try {
        const rewards = (await train.score(prompts, signal)).map(({ reward }) => reward);
        fruitless = train.computed > before ? 0 : fruitless + batch;
        return {
          event: 'random',
          step: ++step,
          mean: rewards.reduce((a, b) => a + b, 0) / batch,
          best: Math.max(...rewards),
          queries: this.queries,
        };
      } catch (error) {
        random.state = state;
        throw error;
      }
    },
    async finalists(signal) {
      return (await select(train, validation, context.prompt, signal)).slice(0, 1);
    },
    save: (): State => ({ step, fruitless, random: random.state, train: train.save() }),
    release: () => Promise.resolve(),
  };
}
