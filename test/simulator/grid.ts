import { Random } from '../../src/method/random';
import { HiddenRules } from './hiddenRules';
import { Reflector } from './reflector';

/** The cells of the benchmark on the simulated task; all of them are reported. */
export const SKILLS = [0.3, 0.6, 0.9] as const;
export const NOISES = [0, 0.1, 0.2] as const;
export const SEEDS = 50;
/** Queries of the task model that a run may take. */
export const BUDGET = 5000;
/** A run has arrived when what it recommends is this good, as a share of the best instruction's expected accuracy. */
export const TARGET = 0.95;
/** Rows that a search may look at: the first for minibatches, the next for validation. */
export const TRAIN = 64;
export const VALIDATION = 64;
export const START = 'Read the message and name its topic.';

export interface Simulation {
  readonly task: HiddenRules;
  readonly reflector: Reflector;
  readonly seed: number;
}

export function simulation(skill: number, noise: number, seed: number): Simulation {
  const task = new HiddenRules({ seed, noise });
  return { task, reflector: new Reflector(task, skill), seed };
}

/** What a search recommends after so many queries. */
export interface Recommendation {
  readonly queries: number;
  readonly instruction: string;
}

/** Queries until the recommendation reaches the target for good; undefined if it never does. */
export function arrival(task: HiddenRules, trace: readonly Recommendation[]): number | undefined {
  const bar = TARGET * task.truth(task.best);
  const below = trace.findLastIndex(({ instruction }) => task.truth(instruction) < bar);
  return trace[below + 1]?.queries;
}

/** Scores every proposal on all validation rows and recommends the best; each changes one rule of what `from` gives. */
function propose(
  { task, reflector, seed }: Simulation,
  from: (tried: readonly string[], best: string, random: Random) => string,
): Recommendation[] {
  const random = new Random(seed);
  const rows = Array.from({ length: VALIDATION }, (_, i) => TRAIN + i);
  const score = (instruction: string): number => rows.filter((i) => task.answer(instruction, i) === task.rows[i]!.label).length;
  let best = { instruction: START, score: score(START) };
  const tried = [START];
  const trace = [{ queries: VALIDATION, instruction: START }];
  for (let queries = VALIDATION; queries + VALIDATION <= BUDGET;) {
    const request = `Change it without any example. Attempt ${tried.length}.\n\`\`\`\n${from(tried, best.instruction, random)}\n\`\`\``;
    const instruction = /```\n([^]*)\n```/.exec(reflector.answer(request))?.[1] ?? START;
    tried.push(instruction);
    const own = score(instruction);
    queries += VALIDATION;
    if (own > best.score) best = { instruction, score: own };
    trace.push({ queries, instruction: best.instruction });
  }
  return trace;
}

/** Proposals that start from any earlier one. */
export function randomProposals(simulation: Simulation): Recommendation[] {
  return propose(simulation, (tried, _best, random) => tried[random.below(tried.length)]!);
}

/** Proposals that start from the best so far. */
export function hillClimbing(simulation: Simulation): Recommendation[] {
  return propose(simulation, (_tried, best) => best);
}
