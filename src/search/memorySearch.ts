import { Random } from '../method/random';
import { OnnxPolicyNetwork } from '../method/policyNetwork';
import { ReplayPolicy, type ReplayState } from '../method/replayPolicy';
import { bounded } from '../method/reward';
import { RewardModel, type Measured, type RewardModelState } from '../method/rewardModel';
import { RowModel, type RowModelState } from '../method/rowModel';
import type { ScorerState } from '../method/scorer';
import { TokenTables } from '../method/tokenTables';
import type { Proposer } from '../spec/schema';
import { word } from '../wording/wording';
import { Archive, asked, type Known } from './archive';
import { Bandit, type Arm } from './bandit';
import { drawn, edit } from './edits';
import { smallestAtLeast } from './budget';
import { raceCost, type Plan } from './plan';
import type { FilledIn, ScoredPrompt, SplitScore } from './prompt';
import { queriesOf, type PolicyStep, type RandomStep, type Search, type SearchContext, type SearchKind, type StopReason } from './search';
import { RowTurns } from './rowTurns';
import { screen } from './screen';
import { byChoice, scoreAll } from './selection';
import { climb, landscapes, type Landscape } from './thompson';

/** Prompts that edits and half of the climbs start from. */
const PARENTS = 8;
/** Draws from the reward model that the climbs of a step share. */
const DRAWS = 4;
/** Rollouts of the policy, and edits, for each that is scored; the reward model's draws choose. */
const SCREENED = { policy: 4, edits: 32 };
/** Noise of a prompt's factors is that of its rows alone but for this weak prior. */
const WEAK = 0.02;

/** Queries after which the user hears that no prompt makes a difference. */
const TOLD_AFTER = 200;

const isRight = (gap: number): number => Number(gap > 0);
/** Smooth, so that it tells how far an answer is from turning. */
const nearlyRight = (gap: number): number => (1 + bounded(gap)) / 2;

interface State {
  readonly step: number;
  readonly exhausted: boolean;
  readonly indifferent: boolean | undefined;
  readonly random: readonly number[];
  readonly turns: readonly (readonly number[])[];
  readonly arms: Record<string, Arm>;
  readonly prompts: readonly Known[];
  /** Places in `prompts` of those that the models are fitted to. */
  readonly inFit: readonly number[];
  readonly rows: RowModelState | undefined;
  readonly reward: RewardModelState | undefined;
  readonly policy: ReplayState | undefined;
  readonly train: ScorerState;
  readonly validation: ScorerState;
}

/** The search that forgets nothing, with the proposers that the settings name. */
export const memorySearch: SearchKind = {
  origin: 'policy',
  open: (context, saved) => open(context, context.settings.proposals!, saved as State | undefined),
};

/** Its control: prompts drawn at random, with the same few rows, filling-in, race and choice. */
export const randomWithMemory: SearchKind = {
  origin: 'random',
  open: (context, saved) => open(context, ['random'], saved as State | undefined),
};

/** @param proposals `random` alone is the control */
async function open(context: SearchContext, proposals: readonly (Proposer | 'random')[], saved: State | undefined): Promise<Search> {
  const { policyModel, actions, settings, compute, length } = context;
  const d = policyModel.stateSize;
  const embedding = policyModel.actionEmbedding(actions);
  const random = new Random(proposals[0] === 'random' ? context.seed ^ 0x5eed : context.seed);
  const reward = proposals.includes('thompson') ? new RewardModel(embedding, d, length) : undefined;
  const tables = reward && (await TokenTables.open(reward.tokens, d, compute));
  const network = proposals.includes('policy') ? await OnnxPolicyNetwork.open(embedding, d, settings.hiddenSize, compute) : undefined;
  const policy = network && new ReplayPolicy({ ...settings, length }, policyModel, network, policyModel.source, actions, random);
  return new MemorySearch(context, proposals, random, { reward, tables, network, policy }, saved);
}

interface Parts {
  readonly reward: RewardModel | undefined;
  readonly tables: TokenTables | undefined;
  readonly network: OnnxPolicyNetwork | undefined;
  readonly policy: ReplayPolicy | undefined;
}

interface Proposal {
  readonly prompt: readonly number[];
  readonly ids: readonly number[];
  readonly origin: Proposer | 'random';
}

/**
 * Every prompt is scored on a few rows of the pool; the row model fills in the others, the reward model learns from all
 * prompts which tokens do well where, and the prompts of a step come from several proposers, by what each has earned.
 */
export class MemorySearch implements Search {
  private readonly archive: Archive;
  private readonly rows: RowModel;
  private readonly turns: RowTurns;
  private readonly bandit: Bandit;
  private readonly plan: Plan;
  private step = 0;
  /** No proposer finds anything new. */
  private exhausted = false;
  /** No prompt made a difference when there were enough queries to tell. */
  private indifferent: boolean | undefined;
  private inFit: Known[] = [];
  private measured: Measured[] = [];
  /** Every prompt that was proposed, in the task model's tokens. */
  private readonly taken = new Set<string>();

  constructor(
    private readonly context: SearchContext,
    private readonly proposals: readonly (Proposer | 'random')[],
    private readonly random: Random,
    private readonly parts: Parts,
    saved: State | undefined,
  ) {
    const [train, validation] = [context.scorer('train'), context.scorer('validation')];
    this.archive = new Archive(train, validation);
    const { labels } = this.archive;
    const K = train.model.classes;
    this.rows = new RowModel(labels, K);
    this.plan = smallestAtLeast(context, { train: train.rows, validation: validation.rows });
    this.turns = new RowTurns(labels, K, this.plan.rowsPerPrompt, random);
    this.bandit = Bandit.of(proposals);
    if (saved) this.restore(saved);
  }

  get queries() {
    return queriesOf(this.archive.train, this.archive.validation);
  }

  get notes(): string[] {
    return this.indifferent ? [word('search.sameScores', { queries: TOLD_AFTER })] : [];
  }

  get ended(): StopReason | undefined {
    const { settings, budget, actions, length } = this.context;
    const { race, rowsPerPrompt } = this.plan;
    const known = this.archive.prompts.length;
    if (this.exhausted || known >= actions.length ** length) return 'exhausted';
    const step = settings.promptsPerStep * rowsPerPrompt + raceCost(race, rowsPerPrompt, known + settings.promptsPerStep);
    if (this.archive.queries + step > budget) return 'budget';
    return this.proposals[0] !== 'random' && this.step >= settings.steps ? 'steps' : undefined;
  }

  async advance(signal?: AbortSignal): Promise<PolicyStep | RandomStep> {
    const before = { random: this.random.state, turns: this.turns.save() };
    const clock = [performance.now()];
    let proposals: Proposal[];
    let fresh: Known[];
    try {
      proposals = await this.propose();
      clock.push(performance.now());
      fresh = await this.archive.add(
        proposals.map((each) => ({ ...each, rows: this.turns.next() })),
        this.rows,
        signal,
      );
    } catch (error) {
      this.random.state = before.random;
      this.turns.restore(before.turns);
      throw error;
    }
    clock.push(performance.now());
    this.exhausted = fresh.length === 0;
    if (this.archive.queries >= TOLD_AFTER) this.indifferent ??= this.archive.indifferent;
    for (const { ids } of fresh) this.taken.add(ids.join());
    this.fit(fresh);
    const shares = this.bandit.shares(this.context.settings.promptsPerStep);
    this.reckon(fresh);
    const learned = await this.parts.policy?.update(
      this.archive.prompts.map(({ prompt, estimate }) => ({ prompt, reward: estimate })),
      Math.max(1, fresh.length),
    );
    clock.push(performance.now());
    this.step++;
    return this.report(fresh, shares, learned, clock);
  }

  /** Who won: those that are now among the parents of the next edits. The first step is no proposer's. */
  private reckon(fresh: readonly Known[]): void {
    const ranked = this.archive.prompts.map(({ estimate }) => estimate).sort((a, b) => b - a);
    const bar = ranked[Math.min(PARENTS, ranked.length) - 1] ?? Infinity;
    if (this.step > 0) this.bandit.learn(fresh.map(({ origin, estimate }) => ({ origin, won: estimate >= bar })));
  }

  private report(
    fresh: readonly Known[],
    shares: Readonly<Record<string, number>>,
    learned: { loss: number; gradientNorm: number; entropy: number } | undefined,
    [start, proposed, scored, fitted]: readonly number[],
  ): PolicyStep | RandomStep {
    // A step that finds nothing new is the last one: its line is about all prompts.
    const prompts = fresh.length > 0 ? fresh : this.archive.prompts;
    const estimates = prompts.map(({ estimate }) => 100 * estimate);
    const mean = estimates.reduce((a, b) => a + b, 0) / Math.max(1, estimates.length);
    const best = estimates.reduce((a, b) => Math.max(a, b), -100);
    const { step, queries } = this;
    const [winner] = this.best(1);
    const estimate = winner && {
      ...this.filledIn(winner),
      best: this.accuracy(winner),
      mean: prompts.reduce((sum, known) => sum + this.accuracy(known), 0) / prompts.length,
    };
    if (this.proposals[0] === 'random') return { event: 'random', step, mean, best, ...(estimate && { estimate }), queries };
    return {
      event: 'step',
      step,
      mean,
      best,
      bestPrompt: this.context.prompt(fresh.find(({ estimate }) => 100 * estimate === best)?.ids ?? winner!.ids).prompt,
      greedy: this.leader(winner!),
      distinct: fresh.length,
      spread: Math.sqrt(estimates.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, estimates.length)),
      ...(learned ?? { entropy: 0, loss: 0, gradientNorm: 0 }),
      shares,
      ...(estimate && { estimate }),
      queries,
      milliseconds: { states: 0, policy: proposed! - start!, reward: scored! - proposed!, update: fitted! - scored! },
    };
  }

  /** The best prompt so far with its estimates: of the whole pool, so the same for both splits. */
  private leader(known: Known): ScoredPrompt {
    const { ids, factors, gap } = known;
    const { tokens: _, ...prompt } = this.context.prompt(ids);
    const estimate: SplitScore = {
      gap: this.rows.mean(factors, gap, (g) => g),
      reward: 100 * known.estimate,
      accuracy: this.accuracy(known),
    };
    return {
      ...prompt,
      gap: estimate.gap,
      choice: known.estimate,
      train: estimate,
      validation: estimate,
      filledIn: this.filledIn(known),
    };
  }

  private accuracy({ factors, gap }: Known): number {
    return this.rows.mean(factors, gap, isRight);
  }

  /**
   * The accuracy varies with the rows of the pool, as p (1 − p) / N, and with the factors that its rows leave open. Beside
   * that, a filled-in row counts for less while the row model knows little of it: with m scores a row, each described by
   * 1 + q numbers, for (m / (m + 1 + q))², so that nineteen in twenty of the intervals hold the score on all rows.
   */
  private filledIn(known: Known): FilledIn {
    const N = this.archive.labels.length;
    const rows = known.rows.length;
    const { covariance } = this.rows.posterior(this.rows.evidence(known));
    // As with two right and two wrong answers more, so that no variance is 0.
    const p = (N * this.accuracy(known) + 2) / (N + 4);
    const ofRow = p * (1 - p);
    const worth = ofRow / (ofRow / N + this.rows.variance(known.factors, covariance, known.gap, nearlyRight));
    const m = this.archive.queries / N;
    return { rows, worth: rows + Math.max(0, worth - rows) * (m / (m + 1 + this.rows.q)) ** 2 };
  }

  private async propose(): Promise<Proposal[]> {
    const { promptsPerStep, length, actions } = { ...this.context.settings, ...this.context };
    const taken = new Set(this.taken);
    const found: Proposal[] = [];
    const add = (origin: Proposal['origin'], prompt: readonly number[] | undefined): void => {
      if (!prompt) return;
      const ids = this.context.toTask(prompt.map((action) => actions[action]!));
      // Several sequences of tokens may be one prompt to the task model.
      if (taken.has(ids.join())) return;
      taken.add(ids.join());
      known.add(prompt.join());
      found.push({ prompt, ids, origin });
    };
    const known = new Set(this.archive.prompts.map(({ prompt }) => prompt.join()));
    const draw = (origin: Proposal['origin'], count: number): void => {
      for (let i = 0; i < count; i++) add(origin, drawn(length, actions.length, known, this.random));
    };
    if (this.inFit.length === 0) {
      draw('random', promptsPerStep);
      return found;
    }
    const best = this.best(PARENTS).map(({ prompt }) => prompt);
    const shares = this.bandit.shares(promptsPerStep);
    const lands = await this.drawLandscapes();
    for (const origin of this.proposals) {
      const share = shares[origin]!;
      if (origin === 'random') draw(origin, share);
      if (origin === 'edits') {
        const edits = Array.from({ length: this.wanted(share, 'edits') }, () => edit(best, actions.length, known, this.random));
        for (const prompt of screen(edits, share, known, lands)) add(origin, prompt);
      }
      if (origin === 'thompson') for (let i = 0; i < share; i++) add(origin, this.climb(lands, i, best, known));
      if (origin === 'policy') {
        const rolled = await this.parts.policy!.rollOut(this.wanted(share, 'policy'));
        for (const prompt of screen(rolled, share, known, lands)) add(origin, prompt);
      }
    }
    // A policy that repeats itself is no proof that nothing is left.
    if (found.length === 0) draw('random', promptsPerStep);
    return found;
  }

  /** The mean of the reward model first, then its draws; none where there is no reward model. */
  private async drawLandscapes(): Promise<Landscape[]> {
    const { reward, tables } = this.parts;
    if (!reward || !tables) return [];
    const draws = [reward.mean(), ...Array.from({ length: DRAWS }, () => reward.draw(this.measured, this.random))];
    return landscapes(draws, tables, this.context.length, (f) => this.rows.sketch(f));
  }

  /** Half of the climbs go up the mean, half up the draws; half start from a good prompt, half anywhere. */
  private climb(
    lands: readonly Landscape[],
    i: number,
    best: readonly (readonly number[])[],
    known: ReadonlySet<string>,
  ): number[] | undefined {
    const { length, actions } = this.context;
    const land = i % 2 === 0 ? lands[0]! : lands[1 + (((i - 1) / 2) % DRAWS)]!;
    const start =
      this.random.uniform() < 0.5 ? best[this.random.below(best.length)]! : Array.from({ length }, () => this.random.below(actions.length));
    return climb(land, start, known, this.random);
  }

  private wanted(share: number, origin: keyof typeof SCREENED): number {
    return share * (this.parts.reward ? SCREENED[origin] : 1);
  }

  /** Fits both models, with new prompts, and estimates every prompt's score on the pool. */
  private fit(fresh: readonly Known[]): void {
    this.inFit.push(...fresh);
    const kept = RewardModel.chosen(this.inFit.map(({ estimate }) => estimate));
    if (kept) this.inFit = kept.map((i) => this.inFit[i]!);
    if (this.inFit.length === 0) return;
    this.rows.fit(this.inFit);
    this.measure();
    const { reward } = this.parts;
    const smooth = reward?.fitted(this.measured);
    const learn = (known: Known, factors: Float64Array): void => {
      known.factors = factors;
      known.estimate = this.rows.score(factors, known.gap);
    };
    const alone = (known: Known): Float64Array => this.rows.posterior(this.rows.evidence(known)).mean;
    this.inFit.forEach((known, i) => learn(known, smooth ? Float64Array.from(smooth, (output) => output[i]!) : alone(known)));
    // Of a step with more prompts than the reward model holds, some have their rows alone.
    for (const known of fresh) if (known.estimate === -Infinity) learn(known, alone(known));
  }

  /** What the rows say of each prompt's factors, which the reward model is fitted to. */
  private measure(): void {
    const { reward } = this.parts;
    if (!reward) return;
    const { q } = this.rows;
    const n = this.inFit.length;
    this.measured = Array.from({ length: q }, () => ({ value: new Float64Array(n), noise: new Float64Array(n) }));
    this.inFit.forEach((known, i) => {
      const { mean, covariance } = this.rows.posterior(this.rows.evidence(known), WEAK);
      mean.forEach((x, j) => {
        this.measured[j]!.value[i] = x;
        this.measured[j]!.noise[i] = covariance[j * q + j]!;
      });
    });
    reward.fit(
      this.inFit.map(({ prompt }) => prompt),
      this.measured,
    );
  }

  private best(count: number): Known[] {
    return [...this.inFit].sort((a, b) => b.estimate - a.estimate).slice(0, count);
  }

  /** The race: the best prompts by their estimates on growing parts of the pool, and the last of them on all of it. */
  async finalists(signal?: AbortSignal): Promise<ScoredPrompt[]> {
    let alive = this.inFit;
    for (const { prompts, rows } of this.plan.race) {
      alive = [...alive].sort((a, b) => b.estimate - a.estimate).slice(0, prompts);
      await this.archive.more(
        alive.map((known) => ({ known, rows: this.turns.grown(asked(known), rows) })),
        this.rows,
        signal,
      );
      this.fit([]);
    }
    const { train, validation } = this.archive;
    const scored = alive.filter(({ rows }) => rows.some((row) => row < train.size) && rows.some((row) => row >= train.size));
    const prompts = byChoice(
      await scoreAll(
        scored.map(({ ids }) => ids),
        train,
        validation,
        this.context.prompt,
        signal,
      ),
    );
    return this.proposals[0] === 'random' ? prompts.slice(0, 1) : prompts;
  }

  save(): State {
    const { step, exhausted, indifferent, archive } = this;
    const places = new Map(archive.prompts.map((known, i) => [known, i]));
    return {
      step,
      exhausted,
      indifferent,
      random: this.random.state,
      turns: this.turns.save(),
      arms: this.bandit.arms,
      prompts: archive.prompts,
      inFit: this.inFit.map((known) => places.get(known)!),
      rows: step > 0 ? this.rows.save() : undefined,
      reward: step > 0 ? this.parts.reward?.save() : undefined,
      policy: this.parts.policy?.save(),
      train: archive.train.save(),
      validation: archive.validation.save(),
    };
  }

  private restore(saved: State): void {
    const { archive } = this;
    [this.step, this.exhausted, this.indifferent] = [saved.step, saved.exhausted, saved.indifferent];
    this.random.state = saved.random;
    this.turns.restore(saved.turns);
    Object.assign(this.bandit.arms, saved.arms);
    archive.prompts = [...saved.prompts];
    for (const { ids } of archive.prompts) this.taken.add(ids.join());
    this.inFit = saved.inFit.map((i) => archive.prompts[i]!);
    archive.train.restore(saved.train);
    archive.validation.restore(saved.validation);
    if (saved.policy) this.parts.policy?.restore(saved.policy);
    if (!saved.rows) return;
    this.rows.restore(saved.rows);
    if (saved.reward) this.parts.reward?.restore(saved.reward);
    this.measure();
  }

  async release(): Promise<void> {
    await Promise.all([this.parts.tables?.release(), this.parts.network?.release()]);
  }
}
