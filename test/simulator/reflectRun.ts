import { Random } from '../../src/method/random';
import { withExamples } from '../../src/search/reflect/child';
import { ReflectLoop } from '../../src/search/reflect/loop';
import type { CandidateRecord, CandidateUpdate } from '../../src/search/reflect/record';
import type { ReflectSettings } from '../../src/search/reflect/settings';
import type { ReflectTask } from '../../src/search/reflect/task';
import { BUDGET, START, TRAIN, VALIDATION, type Recommendation, type Simulation } from './grid';
import { CLASSES } from './hiddenRules';

/** Proposals in a row without a single new query that end a run. */
const IDLE = 25;

export interface ReflectRun {
  readonly trace: readonly Recommendation[];
  readonly queries: number;
  readonly calls: number;
  readonly loop: ReflectLoop;
  readonly records: readonly CandidateRecord[];
}

/** Whether requests may show all rows, or the validation rows stay apart as in GEPA. */
export type Rows = 'together' | 'apart';

/** The search by reflection on the simulated task, up to its budget. */
export async function reflectRun(
  { task, reflector, seed }: Simulation,
  settings: ReflectSettings,
  { budget = BUDGET, start = [START], rows: which = 'together' }: { budget?: number; start?: readonly string[]; rows?: Rows } = {},
): Promise<ReflectRun> {
  const size = TRAIN + VALIDATION;
  const world = {
    shown: task.rows.slice(0, which === 'together' ? size : TRAIN).map(({ text, label }) => ({ input: text, expected: CLASSES[label]! })),
    size,
    queries: 0,
    get left() {
      return budget - this.queries;
    },
    callsLeft: Infinity,
    cost: (jobs) => jobs.reduce((sum, { rows }) => sum + rows.length, 0),
    score(jobs) {
      const outcomes = jobs.map(({ instruction, examples, rows }) =>
        rows.map((row) => {
          this.queries++;
          const answer = task.answer(withExamples(instruction, examples, world), row);
          return { score: Number(answer === task.rows[row]!.label), got: CLASSES[answer]! };
        }),
      );
      return Promise.resolve(outcomes);
    },
    propose: (_, request) => Promise.resolve({ text: reflector.answer(request), usage: { calls: 1, tokens: 0, counted: true } }),
    tokens: (text) => text.split(/\s+/).filter((word) => word !== '').length,
    asScored: (text) => text,
    solved: (score) => score === 1,
    accuracy: (score) => score,
  } satisfies ReflectTask & { queries: number };
  const loop = new ReflectLoop(world, { settings, maxTokens: 400, frozen: [], start }, new Random(seed));
  const trace: Recommendation[] = [];
  const recommend = (): void => {
    const [best] = loop.board.ranked;
    const instruction = best && loop.text(best);
    if (instruction !== undefined && trace.at(-1)?.instruction !== instruction) trace.push({ queries: world.queries, instruction });
  };
  const lines = await loop.begin();
  recommend();
  while (!loop.spent && loop.idle < IDLE) {
    lines.push(...(await loop.step()));
    recommend();
  }
  lines.push(...(await loop.finalists()).lines);
  return { trace, queries: world.queries, calls: reflector.calls, loop, records: merged(lines) };
}

/** Candidates as a run's file has them: later lines bring some fields anew. */
export function merged(lines: readonly (CandidateRecord | CandidateUpdate)[]): CandidateRecord[] {
  const records = new Map<number, CandidateRecord>();
  for (const line of lines) records.set(line.id, { ...records.get(line.id)!, ...line });
  return [...records.values()];
}
