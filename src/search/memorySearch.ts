import { Random } from '../method/random';
import type { Scorer, ScorerState } from '../method/scorer';
import { presets } from '../spec/schema';
import { Archive, asked, isOwn, isStart, type Known } from './archive';
import { smallestAtLeast } from './budget';
import { Estimates, type EstimatesState } from './estimates';
import { policyLine, randomLine } from './memoryReport';
import type { Plan } from './plan';
import { Proposals, type Proposal, type ProposalsState, type Source } from './proposals';
import { finalistsOf, raceCost } from './race';
import { RowTurns } from './rowTurns';
import {
  queriesOf,
  type Finalist,
  type Search,
  type SearchContext,
  type SearchKind,
  type Start,
  type StartsStep,
  type StepReport,
  type StopReason,
} from './search';
import { byChoice, scoreAll } from './selection';
import { warning, type Note } from '../wording/note';

/** Queries after which the user hears that no prompt makes a difference. */
const TOLD_AFTER = 200;

interface State extends EstimatesState, ProposalsState {
  /** Absent in checkpoints from before there were starting prompts. */
  readonly started?: boolean;
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

/** The control of a search for a prompt for each input: the best single prompt, by this search with all its proposers. */
export const singlePrompt: SearchKind = {
  origin: 'single',
  open: (context, saved) =>
    open(context, context.settings.proposals ?? presets.default.proposals!, context.seed, saved as State | undefined, true),
};

async function open(
  context: SearchContext,
  sources: readonly Source[],
  seed: number,
  saved: State | undefined,
  isControl = sources[0] === 'random',
): Promise<Search> {
  const random = new Random(seed);
  return new MemorySearch(context, isControl, random, await Proposals.open(context, sources, random), saved);
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
  private readonly starts: readonly Start[];
  /** Whether the starting prompts have their first scores. */
  private started: boolean;
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
    this.starts = context.starts.slice(0, Math.floor(this.plan.starts / this.plan.rowsPerPrompt));
    this.started = this.starts.length === 0;
    if (saved) this.restore(saved);
  }

  get queries() {
    return queriesOf(this.archive.train, this.archive.validation);
  }

  get notes(): Note[] {
    return this.indifferent ? [warning('search.sameScores', { queries: TOLD_AFTER })] : [];
  }

  get finalistQueries(): number {
    return raceCost(this.plan.race, this.plan.rowsPerPrompt, this.archive.prompts.length);
  }

  get ended(): StopReason | undefined {
    const { settings, actions, length } = this.context;
    if (this.exhausted || this.archive.prompts.filter(isOwn).length >= actions.length ** length) return 'exhausted';
    if (this.room === 0) return 'budget';
    return !this.isControl && this.step >= settings.steps ? 'steps' : undefined;
  }

  /** Prompts of the next step: the last one has what the budget leaves. */
  private get room(): number {
    const { race, rowsPerPrompt, promptsPerStep } = this.plan;
    const { queries, prompts } = this.archive;
    let count = promptsPerStep;
    while (count > 0 && queries + count * rowsPerPrompt + raceCost(race, rowsPerPrompt, prompts.length + count) > this.context.budget)
      count--;
    return count;
  }

  advance(signal?: AbortSignal): Promise<StepReport> {
    return this.started ? this.propose(signal) : this.start(signal);
  }

  /** Scores the starting prompts, each on few rows. */
  private async start(signal?: AbortSignal): Promise<StartsStep> {
    const { archive, estimates } = this;
    const before = { random: this.random.state, turns: this.turns.save() };
    const action = new Map(this.context.actions.map((id, a) => [id, a]));
    const jobs = this.starts.map(({ origin, ids, tokens }) => {
      const own = tokens.flatMap((id) => action.get(id) ?? []);
      const fits = own.length === this.context.length && own.length === tokens.length && this.context.toTask(tokens).join() === ids.join();
      return { origin, ids, prompt: fits ? own : [], rows: this.turns.next() };
    });
    let known: Known[];
    try {
      known = await archive.add(jobs, estimates.rows, signal);
    } catch (error) {
      this.random.state = before.random;
      this.turns.restore(before.turns);
      throw error;
    }
    this.proposals.take(known);
    estimates.fit(known);
    this.started = true;
    this.look();
    const prompts = known.map((each, i) => ({ ...estimates.scored(each, this.context.prompt(each.ids)), origin: this.starts[i]!.origin }));
    return { event: 'starts', step: 0, prompts, queries: this.queries };
  }

  private look(): void {
    if (this.archive.queries >= TOLD_AFTER) this.indifferent ??= this.archive.indifferent;
  }

  private async propose(signal?: AbortSignal): Promise<StepReport> {
    const { archive, estimates, proposals } = this;
    const before = { random: this.random.state, turns: this.turns.save() };
    const count = this.room;
    const start = performance.now();
    let proposed: number;
    let fresh: Known[];
    try {
      const found: Proposal[] = await proposals.propose(count, archive.prompts, estimates);
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
    this.look();
    proposals.take(fresh);
    estimates.fit(fresh);
    const shares = proposals.bandit.shares(count);
    const own = archive.prompts.filter(isOwn);
    const learned = await proposals.learn(fresh, own, this.step === 0);
    const milliseconds = { states: 0, policy: proposed - start, reward: scored - proposed, update: performance.now() - scored };
    this.step++;
    const facts = { prompts: fresh.length > 0 ? fresh : own, distinct: fresh.length, shares, learned, milliseconds };
    const { step, queries } = this;
    return this.isControl
      ? { event: 'random', step, ...randomLine(estimates, facts), queries }
      : { event: 'step', step, ...policyLine(estimates, this.context.prompt, facts), queries };
  }

  /**
   * The race: the best prompts by their estimates on growing parts of the pool, and the last of them on all of it. The best
   * starting prompt is always among them, and so is the best of the others.
   */
  async finalists(signal?: AbortSignal): Promise<Finalist[]> {
    const { archive, estimates, context } = this;
    const last = await finalistsOf(
      this.plan.race,
      [...new Set([...estimates.fitted, ...archive.prompts.filter(isStart)])],
      ({ estimate }) => estimate,
      async (alive, rows) => {
        const jobs = alive.map((known) => ({ known, rows: this.turns.grown(asked(known), rows) }));
        await archive.more(jobs, estimates.rows, signal);
        estimates.fit([]);
      },
      isStart,
    );
    const { train, validation } = archive;
    const has = (rows: readonly number[], { size }: Scorer, first: number): boolean =>
      size === 0 || rows.some((row) => row >= first && row < first + size);
    const scored = last.filter(({ rows }) => has(rows, train, 0) && has(rows, validation, train.size));
    const ids = scored.map((known) => known.ids);
    const all = await scoreAll(ids, train, validation, context.prompt, signal);
    const starts = new Map(this.starts.map(({ ids, origin }) => [ids.join(), origin]));
    const prompts = byChoice(
      all.map((prompt): Finalist => {
        const origin = starts.get(prompt.tokens!.join());
        return { ...prompt, ...(origin && { origin }) };
      }),
    );
    // Of its own prompts the best alone, and the starting prompts that are better.
    return this.isControl ? prompts.slice(0, 1 + prompts.findIndex(({ origin }) => origin === undefined)) : prompts;
  }

  save(): State {
    const { started, step, exhausted, indifferent, archive } = this;
    return {
      started,
      step,
      exhausted,
      indifferent,
      random: this.random.state,
      turns: this.turns.save(),
      prompts: archive.prompts,
      ...this.estimates.save(archive.prompts.length > 0),
      ...this.proposals.save(),
      train: archive.train.save(),
      validation: archive.validation.save(),
    };
  }

  private restore(saved: State): void {
    const { archive } = this;
    this.started = saved.started ?? true;
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
