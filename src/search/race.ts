import { probabilityPositive } from './studentT';

/** A round of a race: so many candidates get scores on so many rows each. */
export interface Round {
  readonly prompts: number;
  readonly rows: number;
}

/** Rounds of a race of F finalists: 4F candidates on a quarter of the rows, 2F on half, F on all. */
export function rounds(finalists: number, pool: number, rows: number): Round[] {
  return [
    { prompts: 4 * finalists, rows: Math.max(rows, Math.ceil(pool / 4)) },
    { prompts: 2 * finalists, rows: Math.max(rows, Math.ceil(pool / 2)) },
    { prompts: finalists, rows: pool },
  ];
}

/** Most queries that a race among so many candidates costs when each has scores on `rows` rows already. */
export function raceCost(race: readonly Round[], rows: number, candidates = Infinity): number {
  let [cost, before] = [0, rows];
  for (const round of race) {
    cost += Math.min(round.prompts, candidates) * (round.rows - before);
    before = round.rows;
  }
  return cost;
}

/**
 * Runs a race: in each round the best so far, by `worth`, get their rows by `score`, which may change what they are worth. The
 * best of each `kind` stays to the end, however good the others are.
 */
export async function finalistsOf<C>(
  race: readonly Round[],
  candidates: readonly C[],
  worth: (candidate: C) => number,
  score: (alive: readonly C[], rows: number) => Promise<void>,
  kind: (candidate: C) => unknown = () => undefined,
): Promise<C[]> {
  let alive = [...candidates];
  for (const { prompts, rows } of race) {
    alive.sort((a, b) => worth(b) - worth(a));
    const first = new Set(new Map([...alive].reverse().map((candidate) => [kind(candidate), candidate])).values());
    const others = alive.filter((candidate) => !first.has(candidate)).slice(0, Math.max(0, prompts - first.size));
    const stay = new Set([...first, ...others]);
    alive = alive.filter((candidate) => stay.has(candidate));
    await score(alive, rows);
  }
  return alive;
}

interface Duel {
  /** Rows before the first look, and between looks. */
  readonly first: number;
  readonly more: number;
  /** The race ends where the probability that the challenger is better is above this, or below one minus it. */
  readonly sure: number;
}

/**
 * Races a challenger against a champion on the same rows, a few more at a time, until it is clear who is better or the rows
 * are used up. `differences` gives challenger's minus champion's score of each row, in [−1, 1]; NaN where one failed.
 */
export async function duel(
  rows: readonly number[],
  { first, more, sure }: Duel,
  differences: (rows: readonly number[]) => Promise<readonly number[]>,
): Promise<{ readonly better: number; readonly mean: number; readonly rows: number }> {
  const seen: number[] = [];
  for (let asked = 0; ;) {
    const next = rows.slice(asked, asked + (asked === 0 ? first : more));
    if (next.length > 0) seen.push(...(await differences(next)).filter((x) => !Number.isNaN(x)));
    asked += next.length;
    const better = probabilityPositive(seen);
    if (better > sure || better < 1 - sure || asked >= rows.length)
      return { better, mean: seen.length > 0 ? seen.reduce((a, b) => a + b, 0) / seen.length : 0, rows: asked };
  }
}
