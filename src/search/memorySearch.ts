import { Random } from '../method/random';
import type { ScorerState } from '../method/scorer';
import { word } from '../wording/wording';
import { Archive, asked, type Known } from './archive';
import { smallestAtLeast } from './budget';
import { Estimates, type EstimatesState } from './estimates';
import { policyLine, randomLine } from './memoryReport';
import type { Plan } from './plan';
import type { ScoredPrompt } from './prompt';
import { Proposals, type Proposal, type ProposalsState, type Source } from './proposals';
import { finalistsOf, raceCost } from './race';
import { RowTurns } from './rowTurns';
import { queriesOf, type PolicyStep, type RandomStep, type Search, type SearchContext, type SearchKind, type StopReason } from './search';
import { byChoice, scoreAll } from './selection';

/** Queries after which the user hears that no prompt makes a difference. */
const TOLD_AFTER = 200;

interface State extends EstimatesState, ProposalsState {
  readonly step: number;
  readonly exhausted: boolean;
  readonly indifferent: boolean | undefined;
  readonly random: readonly number[];
  readonly turns: readonly (readonly number[])[];
  readonly prompts: readonly Known[];
  readonly train: ScorerState;
  readonly validation: ScorerState;
}

/** The search that forgets nothing, with the proposers that the settings name. */
export const memorySearch: SearchKind = {
  origin: 'policy',
  open: (context, saved) => open(context, context.settings.proposals!, context.seed, saved as State | undefined),
};

/** Its control: prompts drawn at random, with the same few rows, filling-in, race and choice. */
export const randomWithMemory: SearchKind = {
  origin: 'random',
  open: (context, saved) => open(context, ['random'], context.seed ^ 0x5eed, saved as State | undefined),
};

async function open(context: SearchContext, sources: readonly Source[], seed: number, saved: State | undefined): Promise<Search> {
  const random = new Random(seed);
  return new MemorySearch(context, sources[0] === 'random', random, await Proposals.open(context, sources, random), saved);
}

/**
 * Every prompt is scored on a few rows of the pool; the row model fills in the others, the reward model learns from all
 * prompts which tokens do well where, and the prompts of a step come from several proposers, by what each has earned.
 */
class MemorySearch implements Search {
  private readonly archive: Archive;
  private readonly estimates: Estimates;
  private readonly turns: RowTurns;
  private readonly plan: Plan;
  private step = 0;
  /** No proposer finds anything new. */
  private exhausted = false;
  /** No prompt made a difference when there were enough queries to tell. */
  private indifferent: boolean | undefined;

  constructor(
    private readonly context: SearchContext,
    private readonly isControl: boolean,
    private readonly random: Random,
    private readonly proposals: Proposals,
    saved: State | undefined,
  ) {
    const [train, validation] = [context.scorer('train'), context.scorer('validation')];
    const K = train.model.classes;
    this.archive = new Archive(train, validation);
    this.estimates = new Estimates(this.archive, K, proposals.reward);
    this.plan = smallestAtLeast(context, { train: train.rows, validation: validation.rows });
    this.turns = new RowTurns(this.archive.labels, K, this.plan.rowsPerPrompt, random);
    if (saved) this.restore(saved);
  }

  get queries() {
    return queriesOf(this.archive.train, this.archive.validation);
  }

  get notes(): string[] {
    return this.indifferent ? [word('search.sameScores', { queries: TOLD_AFTER })] : [];
  }

  get finalistQueries(): number {
    return raceCost(this.plan.race, this.plan.rowsPerPrompt, this.archive.prompts.length);
  }

  get ended(): StopReason | undefined {
    const { settings, budget, actions, length } = this.context;
    const { race, rowsPerPrompt } = this.plan;
    const known = this.archive.prompts.length;
    if (this.exhausted || known >= actions.length ** length) return 'exhausted';
    const step = settings.promptsPerStep * rowsPerPrompt + raceCost(race, rowsPerPrompt, known + settings.promptsPerStep);
    if (this.archive.queries + step > budget) return 'budget';
    return !this.isControl && this.step >= settings.steps ? 'steps' : undefined;
  }

  async advance(signal?: AbortSignal): Promise<PolicyStep | RandomStep> {
    const { archive, estimates, proposals } = this;
    const before = { random: this.random.state, turns: this.turns.save() };
    const start = performance.now();
    let proposed: number;
    let fresh: Known[];
    try {
      const found: Proposal[] = await proposals.propose(archive.prompts, estimates);
      proposed = performance.now();
      fresh = await archive.add(
        found.map((each) => ({ ...each, rows: this.turns.next() })),
        estimates.rows,
        signal,
      );
    } catch (error) {
      this.random.state = before.random;
      this.turns.restore(before.turns);
      throw error;
    }
    const scored = performance.now();
    this.exhausted = fresh.length === 0;
    if (archive.queries >= TOLD_AFTER) this.indifferent ??= archive.indifferent;
    proposals.take(fresh);
    estimates.fit(fresh);
    const { shares } = proposals;
    const learned = await proposals.learn(fresh, archive.prompts, this.step === 0);
    const milliseconds = { states: 0, policy: proposed - start, reward: scored - proposed, update: performance.now() - scored };
    this.step++;
    const facts = { prompts: fresh.length > 0 ? fresh : archive.prompts, distinct: fresh.length, shares, learned, milliseconds };
    const { step, queries } = this;
    return this.isControl
      ? { event: 'random', step, ...randomLine(estimates, facts), queries }
      : { event: 'step', step, ...policyLine(estimates, this.context.prompt, facts), queries };
  }

  /** The race: the best prompts by their estimates on growing parts of the pool, and the last of them on all of it. */
  async finalists(signal?: AbortSignal): Promise<ScoredPrompt[]> {
    const { archive, estimates, context } = this;
    const last = await finalistsOf(
      this.plan.race,
      estimates.fitted,
      ({ estimate }) => estimate,
      async (alive, rows) => {
        const jobs = alive.map((known) => ({ known, rows: this.turns.grown(asked(known), rows) }));
        await archive.more(jobs, estimates.rows, signal);
        estimates.fit([]);
      },
    );
    const { train, validation } = archive;
    const scored = last.filter(({ rows }) => rows.some((row) => row < train.size) && rows.some((row) => row >= train.size));
    const ids = scored.map((known) => known.ids);
    const prompts = byChoice(await scoreAll(ids, train, validation, context.prompt, signal));
    return this.isControl ? prompts.slice(0, 1) : prompts;
  }

  save(): State {
    const { step, exhausted, indifferent, archive } = this;
    return {
      step,
      exhausted,
      indifferent,
      random: this.random.state,
      turns: this.turns.save(),
      prompts: archive.prompts,
      ...this.estimates.save(step > 0),
      ...this.proposals.save(),
      train: archive.train.save(),
      validation: archive.validation.save(),
    };
  }

  private restore(saved: State): void {
    const { archive } = this;
    [this.step, this.exhausted, this.indifferent] = [saved.step, saved.exhausted, saved.indifferent];
    this.random.state = saved.random;
    this.turns.restore(saved.turns);
    archive.prompts = [...saved.prompts];
    this.proposals.take(archive.prompts);
    archive.train.restore(saved.train);
    archive.validation.restore(saved.validation);
    this.proposals.restore(saved);
    this.estimates.restore(saved);
  }

  release(): Promise<void> {
    return this.proposals.release();
  }
}
