import { OnnxPolicyNetwork } from '../method/policyNetwork';
import type { Random } from '../method/random';
import { ReplayPolicy, type ReplayState } from '../method/replayPolicy';
import { RewardModel } from './memory/rewardModel';
import { TokenTables } from '../method/tokenTables';
import type { Proposer } from '../spec/schema';
import { isOwn, isStart, type Known } from './archive';
import { Bandit, type Arm } from './bandit';
import { completed, drawn, edit } from './edits';
import type { Estimates } from './estimates';
import type { SearchContext } from './search';
import { screen } from './screen';
import { climb, landscapes, type Landscape } from './thompson';

/** Prompts that edits and half of the climbs start from. */
const PARENTS = 8;
/** Draws from the reward model that the climbs of a step share. */
const DRAWS = 4;
/** Rollouts of the policy, and edits, for each that is scored; the reward model's draws choose. */
const SCREENED = { policy: 4, edits: 32 };

/** Who proposes: `random` alone is the control. */
export type Source = Proposer | 'random';

export interface Proposal {
  readonly prompt: readonly number[];
  readonly ids: readonly number[];
  readonly origin: Source;
}

export interface ProposalsState {
  readonly arms: Record<string, Arm>;
  readonly policy: ReplayState | undefined;
}

/** What an update of the policy reports. */
type Learned = Awaited<ReturnType<ReplayPolicy['update']>>;

/** The models behind the proposers that a search names. */
interface Models {
  readonly reward: RewardModel | undefined;
  readonly tables: TokenTables | undefined;
  readonly network: OnnxPolicyNetwork | undefined;
  readonly policy: ReplayPolicy | undefined;
}

/** Proposes the prompts of a step: several proposers, each with a share by what it has earned. */
export class Proposals {
  readonly bandit: Bandit;
  /** Every prompt that was proposed, in the task model's tokens. */
  private readonly taken = new Set<string>();

  private constructor(
    private readonly context: SearchContext,
    private readonly sources: readonly Source[],
    private readonly random: Random,
    private readonly models: Models,
  ) {
    this.bandit = Bandit.of(sources);
  }

  static async open(context: SearchContext, sources: readonly Source[], random: Random): Promise<Proposals> {
    const { policyModel, actions, settings, compute, length } = context;
    const d = policyModel.stateSize;
    const embedding = policyModel.actionEmbedding(actions);
    const reward = sources.includes('thompson') ? new RewardModel(embedding, d, length) : undefined;
    const tables = reward && (await TokenTables.open(reward.tokens, d, compute));
    const network = sources.includes('policy') ? await OnnxPolicyNetwork.open(embedding, d, settings.hiddenSize, compute) : undefined;
    const policy = network && new ReplayPolicy({ ...settings, length }, policyModel, network, policyModel.source, actions, random);
    return new Proposals(context, sources, random, { reward, tables, network, policy });
  }

  get reward(): RewardModel | undefined {
    return this.models.reward;
  }

  async propose(count: number, known: readonly Known[], estimates: Estimates): Promise<Proposal[]> {
    const { length, actions } = this.context;
    const taken = new Set(this.taken);
    const found: Proposal[] = [];
    const add = (origin: Source, prompt: readonly number[] | undefined): void => {
      if (!prompt) return;
      const tokens = prompt.map((action) => actions[action]!);
      if (this.context.admits?.(tokens) === false) return void seen.add(prompt.join());
      const ids = this.context.toTask(tokens);
      // Several sequences of tokens may be one prompt to the task model.
      if (taken.has(ids.join())) return;
      taken.add(ids.join());
      seen.add(prompt.join());
      found.push({ prompt, ids, origin });
    };
    const seen = new Set(known.filter(isOwn).map(({ prompt }) => prompt.join()));
    const draw = (origin: Source, most: number): void => {
      for (let i = 0; i < most; i++) add(origin, drawn(length, actions.length, seen, this.random));
    };
    if (known.every(isStart)) {
      if (this.sources[0] !== 'random') {
        const most = Math.floor(count / 2);
        for (const tokens of this.startTokens(known))
          if (found.length < most) add('edits', completed(tokens, length, actions.length, seen, this.random));
      }
      draw('random', count - found.length);
      return found;
    }
    const best = estimates.best(PARENTS).map(({ prompt }) => prompt);
    const shares = this.bandit.shares(count);
    const lands = await this.drawLandscapes(estimates);
    for (const origin of this.sources) {
      const share = shares[origin]!;
      if (origin === 'random') draw(origin, share);
      if (origin === 'edits') {
        const edits = Array.from({ length: this.wanted(share, 'edits') }, () => edit(best, actions.length, seen, this.random));
        for (const prompt of screen(edits, share, seen, lands)) add(origin, prompt);
      }
      if (origin === 'thompson') for (let i = 0; i < share; i++) add(origin, this.climb(lands, i, best, seen));
      if (origin === 'policy') {
        const rolled = await this.models.policy!.rollOut(this.wanted(share, 'policy'));
        for (const prompt of screen(rolled, share, seen, lands)) add(origin, prompt);
      }
    }
    // A policy that repeats itself is no proof that nothing is left.
    if (found.length === 0) draw('random', count);
    return found;
  }

  /** The tokens of the starting prompts, as far as the search has them, best prompt first. */
  private startTokens(known: readonly Known[]): number[][] {
    const { actions, starts } = this.context;
    const action = new Map(actions.map((id, a) => [id, a]));
    const tokens = new Map(starts.map(({ ids, tokens }) => [ids.join(), tokens]));
    return [...known]
      .sort((a, b) => b.estimate - a.estimate)
      .map(({ ids }) => tokens.get(ids.join())!.flatMap((id) => action.get(id) ?? []))
      .filter((own) => own.length > 0);
  }

  /** The mean of the reward model first, then its draws; none where there is no reward model. */
  private async drawLandscapes(estimates: Estimates): Promise<Landscape[]> {
    const { reward, tables } = this.models;
    if (!reward || !tables) return [];
    const draws = estimates.rewards(reward, DRAWS, this.random);
    return landscapes(draws, tables, this.context.length, (f) => estimates.rows.scores.sketch(f));
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
    return share * (this.models.reward ? SCREENED[origin] : 1);
  }

  /** From now on nobody proposes these again. */
  take(prompts: readonly Known[]): void {
    for (const { ids } of prompts) this.taken.add(ids.join());
  }

  /**
   * What the step's prompts teach: the policy from all rewards, the shares from who won, which is who is now among the parents
   * of the next edits. The first step is no proposer's.
   *
   * @param known all prompts that the search could have proposed
   */
  async learn(fresh: readonly Known[], known: readonly Known[], isFirst: boolean): Promise<Learned | undefined> {
    const ranked = known.map(({ estimate }) => estimate).sort((a, b) => b - a);
    const bar = ranked[Math.min(PARENTS, ranked.length) - 1] ?? Infinity;
    if (!isFirst) this.bandit.learn(fresh.map(({ origin, estimate }) => ({ origin, won: estimate >= bar })));
    return this.models.policy?.update(
      known.map(({ prompt, estimate }) => ({ prompt, reward: estimate })),
      Math.max(1, fresh.length),
    );
  }

  save(): ProposalsState {
    return { arms: this.bandit.arms, policy: this.models.policy?.save() };
  }

  restore({ arms, policy }: ProposalsState): void {
    Object.assign(this.bandit.arms, arms);
    if (policy) this.models.policy?.restore(policy);
  }

  async release(): Promise<void> {
    await Promise.all([this.models.tables?.release(), this.models.network?.release()]);
  }
}
