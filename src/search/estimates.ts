import { measureOf, type Measure } from '../method/reward';
import { RewardModel, type LinearReward, type Measured, type RewardModelState } from './memory/rewardModel';
import { RowModel, type RowModelState } from './memory/rowModel';
import type { Random } from '../method/random';
import { isOwn, isStart, type Archive, type Known } from './archive';
import type { FilledIn, Prompt, ScoredPrompt, SplitScore } from './prompt';

/** Noise of a prompt's factors is that of its rows alone but for this weak prior. */
const WEAK = 0.02;

function byEstimate(a: Known, b: Known): number {
  return b.estimate - a.estimate;
}

export interface EstimatesState {
  /** Places in the archive of the prompts that the models are fitted to. */
  readonly inFit: readonly number[];
  readonly rows: RowModelState | undefined;
  readonly reward: RewardModelState | undefined;
}

/** What few rows tell of the whole pool: the row model fills in the others, the reward model learns from all prompts. */
export class Estimates {
  readonly rows: RowModel;
  private inFit: Known[] = [];
  private measured: Measured[] = [];
  private readonly measureBy: Measure;

  constructor(
    private readonly archive: Archive,
    classes: number,
    private readonly reward: RewardModel | undefined,
  ) {
    this.rows = new RowModel(archive.labels, classes);
    this.measureBy = measureOf(classes);
  }

  /** Prompts that the models are fitted to: of a long search, not all. */
  get fitted(): readonly Known[] {
    return this.inFit;
  }

  /** The best that the search found or could have, which proposals build on. */
  best(count: number): Known[] {
    return [...this.own].sort(byEstimate).slice(0, count);
  }

  /** The best that the search itself found. */
  get winner(): Known | undefined {
    return this.inFit.filter((known) => !isStart(known)).sort(byEstimate)[0];
  }

  private get own(): Known[] {
    return this.inFit.filter(isOwn);
  }

  /** Fits both models, with new prompts, and estimates every prompt's score on the pool. */
  fit(fresh: readonly Known[]): void {
    this.inFit.push(...fresh);
    const own = this.own;
    const kept = RewardModel.chosen(own.map(({ estimate }) => estimate));
    if (kept) this.inFit = [...this.inFit.filter((known) => !isOwn(known)), ...kept.map((i) => own[i]!)];
    if (this.inFit.length === 0) return;
    this.rows.fit(this.inFit);
    this.measure();
    const smooth = this.measured.length > 0 ? this.reward?.fitted(this.measured) : undefined;
    const learn = (known: Known, factors: Float64Array): void => {
      known.factors = factors;
      known.estimate = this.rows.scores.score(factors, known.gap);
    };
    const alone = (known: Known): Float64Array => this.rows.posterior(this.rows.evidence(known)).mean;
    this.own.forEach((known, i) => {
      if (!smooth) return learn(known, alone(known));
      const factors = new Float64Array(smooth.length);
      for (let j = 0; j < factors.length; j++) factors[j] = smooth[j]![i]!;
      learn(known, factors);
    });
    for (const known of this.inFit) if (!isOwn(known)) learn(known, alone(known));
    // Of a step with more prompts than the reward model holds, some have their rows alone.
    for (const known of fresh) if (known.estimate === -Infinity) learn(known, alone(known));
  }

  /** What the rows say of each prompt's factors, which the reward model is fitted to. */
  private measure(): void {
    const { reward, own } = this;
    if (!reward || own.length === 0) return;
    const { q } = this.rows;
    const n = own.length;
    this.measured = Array.from({ length: q }, () => ({ value: new Float64Array(n), noise: new Float64Array(n) }));
    this.own.forEach((known, i) => {
      const { mean, covariance } = this.rows.posterior(this.rows.evidence(known), WEAK);
      mean.forEach((x, j) => {
        this.measured[j]!.value[i] = x;
        this.measured[j]!.noise[i] = covariance[j * q + j]!;
      });
    });
    reward.fit(
      own.map(({ prompt }) => prompt),
      this.measured,
    );
  }

  /** The reward model's mean, then draws from it. */
  rewards(reward: RewardModel, draws: number, random: Random): (readonly LinearReward[])[] {
    return [reward.mean(), ...reward.draws(draws, this.measured, random)];
  }

  /** Of the pool's rows, as the table has it; the search itself counts classes the same. */
  accuracy({ factors, gap }: Known): number {
    return this.rows.scores.mean(factors, gap, this.measureBy.right);
  }

  /** A prompt with its estimates: of the whole pool, so the same for both splits. */
  scored(known: Known, { tokens: _, ...prompt }: Prompt): ScoredPrompt {
    const gap = this.rows.scores.mean(known.factors, known.gap, (g) => g, this.archive.train.weights);
    const score: SplitScore = { gap, reward: 100 * known.estimate, accuracy: this.accuracy(known) };
    return { ...prompt, gap, choice: known.estimate, train: score, validation: score, filledIn: this.filledIn(known) };
  }

  /**
   * The accuracy varies with the rows of the pool, as p (1 − p) / N, and with the factors that its rows leave open. Beside
   * that, a filled-in row counts for less while the row model knows little of it: with m scores a row, each described by
   * 1 + q numbers, for (m / (m + 1 + q))², so that nineteen in twenty of the intervals hold the score on all rows.
   */
  filledIn(known: Known): FilledIn {
    const N = this.archive.labels.length;
    const rows = known.rows.length;
    const { covariance } = this.rows.posterior(this.rows.evidence(known));
    // As with two right and two wrong answers more, so that no variance is 0.
    const p = (N * this.accuracy(known) + 2) / (N + 4);
    const ofRow = p * (1 - p);
    const worth = ofRow / (ofRow / N + this.rows.scores.variance(known.factors, covariance, known.gap, this.measureBy.nearlyRight));
    const m = this.archive.queries / N;
    return { rows, worth: rows + Math.max(0, worth - rows) * (m / (m + 1 + this.rows.q)) ** 2 };
  }

  save(fitted: boolean): EstimatesState {
    const places = new Map(this.archive.prompts.map((known, i) => [known, i]));
    return {
      inFit: this.inFit.map((known) => places.get(known)!),
      rows: fitted ? this.rows.save() : undefined,
      reward: fitted ? this.reward?.save() : undefined,
    };
  }

  /** The archive has its prompts again. */
  restore({ inFit, rows, reward }: EstimatesState): void {
    this.inFit = inFit.map((i) => this.archive.prompts[i]!);
    if (!rows) return;
    this.rows.restore(rows);
    if (reward) this.reward?.restore(reward);
    this.measure();
  }
}
