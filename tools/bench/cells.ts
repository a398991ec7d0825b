import type { TaskName } from './tasks';

/** One run of one method: what a line of results is about. */
export interface Cell {
  readonly task: TaskName;
  readonly split: string;
  /** The random state of a run is that of its split and seed: no two splits draw the same prompts. */
  readonly seed: number;
  readonly method: Method;
  /** Queries; 0 where nothing is searched for. */
  readonly budget: number;
  /** Tokens of a prompt. */
  readonly length: number;
  readonly model: string;
  readonly warmStart: boolean;
}

export const SEARCHES = ['plain', 'random+rows', 'default', 'evolution', 'policy', 'thompson', 'paper'] as const;
/** Nothing is searched for: the best ordinary prompt by the pool, the mean of all of them, and no prompt at all. */
export const GIVEN = ['manual', 'manual mean', 'none'] as const;
export type SearchMethod = (typeof SEARCHES)[number];
export type Method = SearchMethod | (typeof GIVEN)[number];

/** A part of the benchmark; earlier ones are run first. */
export interface Tier {
  readonly name: string;
  readonly required?: boolean;
  readonly model: string;
  readonly length: number;
  readonly warmStart: boolean;
  readonly methods: readonly Method[];
  readonly budgets: readonly number[];
}

const base = { model: 'bundled:causal', length: 5, warmStart: false } as const;
const main = ['plain', 'random+rows', 'default'] as const;

export const TIERS: readonly Tier[] = [
  { ...base, name: 'ordinary prompts', required: true, methods: GIVEN, budgets: [0] },
  { ...base, name: 'five tokens', required: true, methods: main, budgets: [1000, 5000] },
  { ...base, name: 'random search with 48,000 queries', required: true, methods: ['plain'], budgets: [48_000] },
  { ...base, name: 'each proposer alone', methods: ['evolution', 'policy', 'thompson', 'paper'], budgets: [5000] },
  { ...base, name: 'warm start', warmStart: true, methods: ['random+rows', 'default'], budgets: [5000] },
  { ...base, name: 'two tokens', length: 2, methods: main, budgets: [5000, 1000] },
  { ...base, name: 'masked model', model: 'bundled:masked', methods: [...GIVEN], budgets: [0] },
  { ...base, name: 'masked model', model: 'bundled:masked', methods: main, budgets: [5000, 1000] },
  { ...base, name: 'each proposer alone, 1,000 queries', methods: ['evolution', 'policy', 'thompson', 'paper'], budgets: [1000] },
  { ...base, name: 'more budgets', methods: [...main, 'evolution', 'paper'], budgets: [2000, 12_000] },
  { ...base, name: '48,000 queries', methods: ['random+rows', 'default', 'evolution', 'paper'], budgets: [48_000] },
];

export interface Selection {
  readonly tasks: readonly TaskName[];
  readonly splits: readonly string[];
  readonly seeds: readonly number[];
  /** Undefined: all. */
  readonly methods?: readonly string[] | undefined;
  readonly budgets?: readonly number[] | undefined;
  readonly lengths?: readonly number[] | undefined;
  readonly models?: readonly string[] | undefined;
  readonly warmStart?: boolean | undefined;
}

/** The cells of a tier, all tasks and splits of a seed before the next seed. What searches for nothing has one seed. */
export function cellsOf(tier: Tier, chosen: Selection): Cell[] {
  const { tasks, splits, seeds, methods, budgets, lengths, models, warmStart } = chosen;
  if (warmStart !== undefined && tier.warmStart !== warmStart) return [];
  if (lengths?.includes(tier.length) === false || models?.includes(tier.model) === false) return [];
  const given = tier.methods.some((method) => (GIVEN as readonly string[]).includes(method));
  const cells: Cell[] = [];
  for (const seed of given ? [0] : seeds)
    for (const task of tasks)
      for (const split of splits)
        for (const budget of tier.budgets)
          for (const method of tier.methods) {
            if (methods?.includes(method) === false || (!given && budgets?.includes(budget) === false)) continue;
            cells.push({ task, split, seed, method, budget, length: tier.length, model: tier.model, warmStart: tier.warmStart });
          }
  return cells;
}

export function keyOf({ task, split, seed, method, budget, length, model, warmStart }: Cell): string {
  return [task, split, seed, method, budget, length, model, warmStart].join();
}
