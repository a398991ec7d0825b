import { raceCost, rounds, type Round } from './race';

/** How a budget of queries is split. */
export interface Plan {
  readonly total: number;
  /** Queries of `search` for prompts that are there before it begins. */
  readonly starts: number;
  readonly search: number;
  readonly rowsPerPrompt: number;
  readonly promptsPerStep: number;
  /** The finalists' race. */
  readonly race: readonly Round[];
}

const STARTS = 1 / 10;
const FINAL = 1 / 4;
const FEWEST_FINALISTS = 3;
const MOST_FINALISTS = 10;
/** A small budget has smaller steps, so that proposers learn more often: of this many at least, with this many prompts at least. */
const FEWEST_STEPS = 8;
const SMALLEST_STEP = 8;

/** Rows that each prompt is scored on: four of each class, eight where there are no classes, or all where a class has fewer than four. */
export function rowsByDefault(labels: readonly number[]): number {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.some((count) => count < 4) ? labels.length : Math.min(4 * Math.max(2, counts.length), labels.length);
}

/**
 * Splits a budget: at most a tenth for the starting prompts, at most a quarter for a race of 10 to 3 finalists, as many as fit,
 * the rest for the search. A small budget leaves out the first rounds of the race, and the last costs what it costs. `claimed`
 * queries are somebody else's. The same for every control.
 */
export function plan(budget: number, pool: number, rows: number, promptsPerStep: number, claimed = 0): Plan | { readonly needed: number } {
  const total = budget - claimed;
  const races = [
    ...Array.from({ length: MOST_FINALISTS - FEWEST_FINALISTS + 1 }, (_, i) => rounds(MOST_FINALISTS - i, pool, rows)),
    ...[1, 2].map((skipped) => rounds(FEWEST_FINALISTS, pool, rows).slice(skipped)),
  ];
  // One step, and enough prompts for the race.
  const least = (race: readonly Round[]): number => Math.max(promptsPerStep, race[0]!.prompts) * rows;
  const fits = (race: readonly Round[]): boolean => raceCost(race, rows) <= Math.min(total * FINAL, total - least(race));
  const race = races.find(fits) ?? races.at(-1)!;
  const cost = raceCost(race, rows);
  if (cost > total - least(race)) return { needed: least(race) + cost + claimed };
  const search = total - cost;
  const starts = Math.max(0, Math.min(Math.floor(total * STARTS), search - least(race)));
  const step = Math.max(SMALLEST_STEP, Math.floor(search / rows / FEWEST_STEPS));
  return { total, starts, search, rowsPerPrompt: rows, promptsPerStep: Math.min(promptsPerStep, step), race };
}
