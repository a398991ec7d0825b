import { Random } from '../../src/method/random';
import { mean } from '../../src/run/report/statistics';
import { OPERATORS } from '../../src/search/reflect/operators/operators';
import { DEFAULTS, GEPA, type ReflectSettings } from '../../src/search/reflect/settings';
import {
  arrival,
  BUDGET,
  hillClimbing,
  NOISES,
  randomProposals,
  SEEDS,
  simulation,
  SKILLS,
  type Simulation,
} from '../../test/simulator/grid';
import { reflectRun, type Rows } from '../../test/simulator/reflectRun';

type Method = (simulation: Simulation) => Promise<number | undefined>;

function reflecting(settings: Partial<ReflectSettings>, rows: Rows = 'apart'): Method {
  return async (simulation) => arrival(simulation.task, (await reflectRun(simulation, { ...DEFAULTS, ...settings }, { rows })).trace);
}

const SEARCHES: Readonly<Record<string, Method>> = {
  '`reflect`': reflecting({}),
  'GEPA’s published settings': reflecting(GEPA),
  'hill climbing': (simulation) => Promise.resolve(arrival(simulation.task, hillClimbing(simulation))),
  'random proposals': (simulation) => Promise.resolve(arrival(simulation.task, randomProposals(simulation))),
};

/** What `reflect` is without one of its parts. */
const WITHOUT: Readonly<Record<string, Method>> = {
  'each child validated at once, no chains': reflecting({ chain: 1, failures: 1 }),
  'no promotion of the best': reflecting({ promote: false }),
  'three rows a request, mistakes or not': reflecting({ mistakes: 0 }),
  'validation on all rows, no race': reflecting({ validation: 'full' }),
  'parents from the fronts alone': reflecting({ parent: 'fronts' }),
  'parents by Thompson sampling': reflecting({ parent: 'thompson' }),
  'a gate that races on up to 32 rows': reflecting({ gate: 'race' }),
  'two chains at once': reflecting({ parallel: 2 }),
  'the operator `reflect` alone': reflecting({ operators: ['reflect'] }),
  'operators chosen evenly': reflecting({ operators: OPERATORS, learnOperators: false }),
  'a length penalty of 0.02': reflecting({ lengthPenalty: 0.02 }),
  'all rows shown and judged': reflecting({}, 'together'),
};

/** Bootstrap samples of an interval. */
const SAMPLES = 2000;

/**
 * Queries that searches for an instruction take to 95% of the optimum for good, on the simulated task with hidden rules. A run that
 * never arrives counts with the whole budget; how many arrived is in parentheses.
 */
export async function benchReflect({ seeds = SEEDS, from = 0, parts = false, only = '' }): Promise<void> {
  const cells = SKILLS.flatMap((skill) => NOISES.map((noise) => ({ skill, noise })));
  console.log(`| ${[' ', ...cells.map(({ skill, noise }) => `${skill}, ${noise}`), 'mean', '95% interval'].join(' | ')} |`);
  console.log(`|${' --- |'.repeat(cells.length + 3)}`);
  for (const [name, method] of Object.entries(parts ? WITHOUT : SEARCHES)) {
    if (!name.includes(only)) continue;
    const bySeed: number[] = Array.from({ length: seeds }, () => 0);
    const line: string[] = [];
    for (const { skill, noise } of cells) {
      const arrived: (number | undefined)[] = [];
      for (let s = 0; s < seeds; s++) {
        arrived.push(await method(simulation(skill, noise, from + s)));
        bySeed[s]! += (arrived[s] ?? BUDGET) / cells.length;
      }
      line.push(`${Math.round(mean(arrived.map((queries) => queries ?? BUDGET)))} (${arrived.filter((x) => x !== undefined).length})`);
    }
    console.log(`| ${[name, ...line, Math.round(mean(bySeed)), interval(bySeed).map(Math.round).join('–')].join(' | ')} |`);
  }
}

/** Percentile bootstrap over seeds, the same each time. */
function interval(values: readonly number[]): number[] {
  const random = new Random(1);
  const means = Array.from({ length: SAMPLES }, () => mean(values.map(() => values[random.below(values.length)]!))).sort((a, b) => a - b);
  return [means[Math.floor(0.025 * SAMPLES)]!, means[Math.floor(0.975 * SAMPLES)]!];
}
