import type { Random } from '../method/random';

/** What a proposer has been given and what came of it, older steps fading. */
export interface Arm {
  tried: number;
  won: number;
}

const FADE = 0.9;

/**
 * Shares a step's prompts among the proposers by what they have earned: a prompt wins when its estimate is among the
 * best few of all so far. Everyone gets at least one prompt, the rest goes by the squared rate of wins, smoothed by one win in four.
 */
export class Bandit {
  constructor(readonly arms: Record<string, Arm>) {}

  static of(names: readonly string[]): Bandit {
    return new Bandit(Object.fromEntries(names.map((name) => [name, { tried: 0, won: 0 }])));
  }

  shares(prompts: number): Record<string, number> {
    const names = Object.keys(this.arms);
    const rate = names.map((name) => ((this.arms[name]!.won + 1) / (this.arms[name]!.tried + 4)) ** 2);
    const total = rate.reduce((a, b) => a + b, 0);
    const least = Math.min(1, Math.floor(prompts / names.length));
    const free = prompts - least * names.length;
    const exact = rate.map((r) => (free * r) / total);
    const given = exact.map((x) => least + Math.floor(x));
    // What rounding leaves goes to the largest remainders.
    const order = names.map((_, i) => i).sort((a, b) => (exact[b]! % 1) - (exact[a]! % 1) || a - b);
    let left = prompts - given.reduce((a, b) => a + b, 0);
    for (const i of order) if (left > 0) [given[i], left] = [given[i]! + 1, left - 1];
    return Object.fromEntries(names.map((name, i) => [name, given[i]!]));
  }

  /** @param origins the proposer of each prompt of the step, and whether it won */
  learn(results: readonly { readonly origin: string; readonly won: boolean }[]): void {
    for (const arm of Object.values(this.arms)) [arm.tried, arm.won] = [arm.tried * FADE, arm.won * FADE];
    for (const { origin, won } of results) {
      const arm = this.arms[origin];
      if (!arm) continue;
      arm.tried++;
      if (won) arm.won++;
    }
  }
}

export interface Preferences {
  readonly preferences: Readonly<Record<string, number>>;
  /** Count, mean and sum of squared deviations of all gains so far. */
  readonly gains: { readonly n: number; readonly mean: number; readonly squares: number };
}

/** Step size of the preferences, and the least deviation that a gain is measured in. */
const RATE = 0.3;
const LEAST_DEVIATION = 0.02;

/**
 * A softmax policy over a few actions. Each preference moves along the policy gradient by the z-scored gain of the action
 * that was taken (Sutton and Barto, Reinforcement Learning, section 2.8).
 */
export class PreferenceBandit<A extends string> {
  private readonly preferences: Record<string, number>;
  private gains: Preferences['gains'] = { n: 0, mean: 0, squares: 0 };

  /** @param preferred what some are preferred by at first */
  constructor(
    private readonly actions: readonly A[],
    preferred: Readonly<Record<string, number>> = {},
  ) {
    this.preferences = Object.fromEntries(actions.map((action) => [action, preferred[action] ?? 0]));
  }

  /** Probability of each action, among those that are possible. */
  shares(possible: readonly A[] = this.actions): Record<string, number> {
    const top = Math.max(...possible.map((action) => this.preferences[action]!));
    const weights = possible.map((action) => Math.exp(this.preferences[action]! - top));
    const total = weights.reduce((a, b) => a + b, 0);
    return Object.fromEntries(possible.map((action, i) => [action, weights[i]! / total]));
  }

  choose(possible: readonly A[], random: Random): A {
    const shares = this.shares(possible);
    let left = random.uniform();
    return possible.find((action) => (left -= shares[action]!) < 0) ?? possible.at(-1)!;
  }

  learn(taken: A, gain: number): void {
    const { n, mean, squares } = this.gains;
    const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(squares / Math.max(1, n - 1)));
    const z = n < 2 ? 0 : (gain - mean) / deviation;
    const shares = this.shares();
    for (const action of this.actions) this.preferences[action]! += RATE * z * (Number(action === taken) - shares[action]!);
    const next = mean + (gain - mean) / (n + 1);
    this.gains = { n: n + 1, mean: next, squares: squares + (gain - mean) * (gain - next) };
  }

  save(): Preferences {
    return { preferences: { ...this.preferences }, gains: this.gains };
  }

  restore({ preferences, gains }: Preferences): void {
    Object.assign(this.preferences, preferences);
    this.gains = gains;
  }
}
