import { Random } from '../method/random';
import { RewardModel, type Measured } from '../method/rewardModel';
import { RowModel } from '../method/rowModel';
import type { ReplayPolicy } from '../method/replayPolicy';
import type { TokenTables } from '../method/tokenTables';
import { Archive, type Ask, type Known } from './archive';
import { Bandit } from './bandit';
import { drawn, edit } from './edits';
import type { Plan } from './plan';
import { RowTurns } from './rowTurns';
import { climb, factorsOf, landscapes, type Landscape } from './thompson';

export interface MemorySettings {
  readonly length: number;
  readonly promptsPerStep: number;
  readonly proposals: readonly Proposer[];
  readonly seed: number;
}

export type Proposer = 'random' | 'edits' | 'thompson' | 'policy';

const PARENTS = 8;
const DRAWS = 4;
/** Rollouts of the policy for each that is scored; the reward model's draws choose. */
const SCREENED = 4;
const UPDATES = 1;

/**
 * A search that forgets nothing: every prompt is scored on a few rows of the pool, the row model fills in the others, the
 * reward model learns from all prompts which tokens do well where, and each step's prompts come from several proposers.
 */
export class MemorySearch {
  readonly archive: Archive;
  readonly bandit: Bandit;
  step = 0;
  milliseconds = 0;
  private readonly rows: RowModel;
  private readonly random: Random;
  private readonly turns: RowTurns;
  private measured: Measured[] = [];
  /** Prompts that the models are fitted to. */
  private inFit: Known[] = [];

  constructor(
    private readonly settings: MemorySettings,
    private readonly plan: Plan,
    private readonly labels: readonly number[],
    private readonly classes: number,
    private readonly actions: number,
    private readonly reward: RewardModel,
    private readonly tables: TokenTables,
    private readonly policy: ReplayPolicy | undefined,
    ask: Ask,
  ) {
    this.random = new Random(settings.seed);
    this.rows = new RowModel(labels, classes);
    this.archive = new Archive(labels, classes, this.rows, ask);
    this.bandit = Bandit.of(settings.proposals);
    this.turns = new RowTurns(labels, classes, plan.rowsPerPrompt, this.random);
  }

  get finished(): boolean {
    return this.archive.queries + this.settings.promptsPerStep * this.plan.rowsPerPrompt > this.plan.search;
  }

  async advance(): Promise<void> {
    const began = performance.now();
    const proposals = await this.propose();
    this.milliseconds += performance.now() - began;
    const fresh = await this.archive.add(proposals.map((each) => ({ ...each, rows: this.turns.next() })));
    const after = performance.now();
    this.inFit.push(...fresh);
    const kept = RewardModel.chosen(this.inFit.map(({ estimate }) => estimate));
    if (kept) this.inFit = kept.map((i) => this.inFit[i]!);
    this.estimate();
    if (this.policy)
      for (let i = 0; i < UPDATES; i++)
        await this.policy.update(
          this.archive.prompts.map(({ prompt, estimate }) => ({ prompt, reward: estimate })),
          fresh.length,
        );
    const ranked = this.archive.prompts.map(({ estimate }) => estimate).sort((a, b) => b - a);
    const bar = ranked[Math.floor(ranked.length / 10)]!;
    if (this.step > 0) this.bandit.learn(fresh.map(({ origin, estimate }) => ({ origin, won: estimate >= bar })));
    this.step++;
    this.milliseconds += performance.now() - after;
  }

  private async propose(): Promise<{ prompt: number[]; origin: Proposer }[]> {
    const { length, promptsPerStep, proposals } = this.settings;
    const taken = new Set(this.archive.keys);
    const found: { prompt: number[]; origin: Proposer }[] = [];
    const add = (origin: Proposer, prompt: number[] | undefined): void => {
      if (!prompt) return;
      taken.add(prompt.join());
      found.push({ prompt, origin });
    };
    if (this.step === 0) {
      for (let i = 0; i < promptsPerStep; i++) add('random', drawn(length, this.actions, taken, this.random));
      return found;
    }
    const best = this.best(PARENTS).map(({ prompt }) => prompt);
    const shares = this.bandit.shares(promptsPerStep);
    const lands = this.usesReward
      ? await landscapes(
          [this.reward.mean(), ...Array.from({ length: DRAWS }, () => this.reward.draw(this.measured, this.random))],
          this.tables,
          length,
          (f) => this.rows.sketch(f),
        )
      : [];
    for (const origin of proposals) {
      const share = shares[origin]!;
      if (origin === 'random') for (let i = 0; i < share; i++) add(origin, drawn(length, this.actions, taken, this.random));
      if (origin === 'edits') for (let i = 0; i < share; i++) add(origin, edit(best, this.actions, taken, this.random));
      if (origin === 'thompson')
        for (let i = 0; i < share; i++) {
          const land = i % 2 === 0 ? lands[0]! : lands[1 + (((i - 1) / 2) % DRAWS)]!;
          const start =
            this.random.uniform() < 0.5
              ? best[this.random.below(best.length)]!
              : Array.from({ length }, () => this.random.below(this.actions));
          add(origin, climb(land, start, taken, this.random));
        }
      if (origin === 'policy') for (const prompt of await this.fromPolicy(share, taken, lands)) add(origin, prompt);
    }
    return found;
  }

  /** The policy's rollouts; with a reward model, of several the one that one of its draws likes best. */
  private async fromPolicy(share: number, taken: ReadonlySet<string>, lands: readonly Landscape[]): Promise<number[][]> {
    const rolled = await this.policy!.rollOut(share * (lands.length > 0 ? SCREENED : 1));
    const fresh = [...new Map(rolled.map((prompt) => [prompt.join(), prompt])).values()].filter((prompt) => !taken.has(prompt.join()));
    if (lands.length === 0) return fresh;
    const chosen: number[][] = [];
    while (chosen.length < share && fresh.length > 0) {
      const land = lands[1 + (chosen.length % DRAWS)]!;
      const scores = fresh.map((prompt) => land.score(factorsOf(land, prompt)));
      chosen.push(...fresh.splice(scores.indexOf(Math.max(...scores)), 1));
    }
    return chosen;
  }

  private get usesReward(): boolean {
    return this.settings.proposals.includes('thompson');
  }

  /** Fits row and reward model, and estimates every prompt's score on the pool. */
  private estimate(): void {
    const prompts = this.inFit;
    this.rows.fit(prompts);
    const evidences = prompts.map((each) => this.rows.evidence(each));
    if (!this.usesReward) {
      prompts.forEach((known, i) => {
        known.estimate = this.rows.score(this.rows.posterior(evidences[i]!).mean, known.value);
      });
      return;
    }
    const { q } = this.rows;
    this.measured = Array.from({ length: q }, () => ({ value: new Float64Array(prompts.length), noise: new Float64Array(prompts.length) }));
    evidences.forEach((evidence, i) => {
      const { mean, covariance } = this.rows.posterior(evidence, 0.02);
      mean.forEach((x, j) => {
        this.measured[j]!.value[i] = x;
        this.measured[j]!.noise[i] = covariance[j * q + j]!;
      });
    });
    this.reward.fit(
      prompts.map(({ prompt }) => prompt),
      this.measured,
    );
    const smooth = this.reward.fitted(this.measured);
    prompts.forEach((known, i) => {
      known.estimate = this.rows.score(
        smooth.map((output) => output[i]!),
        known.value,
      );
    });
  }

  best(n: number): Known[] {
    return [...this.archive.prompts].sort((a, b) => b.estimate - a.estimate).slice(0, n);
  }

  /** The race of the finalists; returns them, best first, by their score on all rows of the pool. */
  async race(): Promise<Known[]> {
    let alive: Known[] = this.inFit;
    for (const { prompts, rows } of this.plan.race) {
      alive = [...alive].sort((a, b) => b.estimate - a.estimate).slice(0, prompts);
      await this.archive.more(alive.map((known) => ({ known, rows: this.grown(known, rows) })));
      this.estimate();
    }
    return [...alive].sort((a, b) => b.estimate - a.estimate);
  }

  /** The rows that a prompt has, with others up to `count`, classes in balance. */
  private grown(known: Known, count: number): number[] {
    const rows = [...known.rows];
    for (let k = 0; k < this.classes; k++) {
      const own = this.labels.flatMap((label, row) => (label === k && !rows.includes(row) ? [row] : []));
      const has = known.rows.filter((row) => this.labels[row] === k).length;
      for (let i = own.length - 1; i > 0; i--) {
        const j = this.random.below(i + 1);
        [own[i], own[j]] = [own[j]!, own[i]!];
      }
      rows.push(...own.slice(0, Math.max(0, Math.ceil(count / this.classes) - has)));
    }
    return rows.slice(0, Math.max(count, known.rows.length));
  }
}
