import { Random } from '../../src/method/random';
import { ReflectLoop, withExamples } from '../../src/search/reflect/loop';
import type { ReflectSettings } from '../../src/search/reflect/settings';
import type { ReflectTask } from '../../src/search/reflect/task';
import { BUDGET, START, TRAIN, VALIDATION, type Recommendation, type Simulation } from './grid';
import { CLASSES } from './hiddenRules';

/** Rows of proposals without a single new query that end a run. */
const IDLE = 25;

export interface ReflectRun {
  readonly trace: readonly Recommendation[];
  readonly queries: number;
  readonly calls: number;
  readonly loop: ReflectLoop;
}

/** The search by reflection on the simulated task, up to its budget. */
export async function reflectRun(
  { task, reflector, seed }: Simulation,
  settings: ReflectSettings,
  budget = BUDGET,
  start: readonly string[] = [START],
): Promise<ReflectRun> {
  let queries = 0;
  const rowOf = { train: 0, validation: TRAIN };
  const world: ReflectTask = {
    train: task.rows.slice(0, TRAIN).map(({ text, label }) => ({ input: text, expected: CLASSES[label]! })),
    validationSize: VALIDATION,
    left: () => budget - queries,
    score: (jobs) =>
      Promise.resolve(
        jobs.map(({ instruction, examples, split, rows }) =>
          rows.map((row) => {
            queries++;
            const place = rowOf[split] + row;
            const answer = task.answer(withExamples(instruction, examples, world), place);
            return { score: Number(answer === task.rows[place]!.label), got: CLASSES[answer]! };
          }),
        ),
      ),
    propose: (request) => Promise.resolve(reflector.answer(request)),
    tokens: (text) => text.split(/\s+/).filter((word) => word !== '').length,
  };
  const loop = new ReflectLoop(world, { settings, maxTokens: 400, frozen: [], start }, new Random(seed));
  const trace: Recommendation[] = [];
  const recommend = (): void => {
    const [best] = loop.board.ranked;
    if (best) trace.push({ queries, instruction: loop.text(best) });
  };
  await loop.begin();
  recommend();
  for (let idle = 0; !loop.spent && idle < IDLE;) {
    const before = queries;
    await loop.step();
    idle = queries > before ? 0 : idle + 1;
    recommend();
  }
  await loop.finalists();
  return { trace, queries, calls: reflector.calls, loop };
}
