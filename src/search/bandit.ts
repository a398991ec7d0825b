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
