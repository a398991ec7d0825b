import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/method/random';
import { ReflectLoop } from '../../../../src/search/reflect/loop';
import type { CandidateRecord, CandidateUpdate } from '../../../../src/search/reflect/record';
import { DEFAULTS, GEPA, type ReflectSettings } from '../../../../src/search/reflect/settings';
import type { ReflectTask } from '../../../../src/search/reflect/task';
import { BUDGET, START, simulation, TRAIN, VALIDATION } from '../../../simulator/grid';
import { CLASSES } from '../../../simulator/hiddenRules';
import { merged, reflectRun } from '../../../simulator/reflectRun';

const FROZEN = 'name its topic';
const fence = (text: string): string => `\`\`\`\n${text}\n\`\`\``;
const words = (text: string): number => text.split(/\s+/).length;

/** A task whose rows are right by what the instruction says of them, with any proposer. */
function world(
  answer: (request: string, id: number) => string | undefined,
  budget = 3000,
  { apart = false, calls = 60, breaks = (): boolean => false } = {},
) {
  const { task } = simulation(0.9, 0, 1);
  const size = TRAIN + VALIDATION;
  const state = { queries: 0, requests: [] as string[] };
  const reflectTask: ReflectTask = {
    shown: task.rows.slice(0, apart ? TRAIN : size).map(({ text, label }) => ({ input: text, expected: CLASSES[label]! })),
    size,
    get queries() {
      return state.queries;
    },
    get left() {
      return budget - state.queries;
    },
    get callsLeft() {
      return calls - state.requests.length;
    },
    cost: (jobs) => jobs.reduce((sum, { rows }) => sum + rows.length, 0),
    score: (jobs) => {
      if (breaks()) return Promise.reject(new Error('stopped'));
      const outcomes = jobs.map(({ instruction, rows }) =>
        rows.map((row) => {
          state.queries++;
          const got = task.answer(instruction, row);
          return { score: Number(got === task.rows[row]!.label), got: CLASSES[got]! };
        }),
      );
      return Promise.resolve(outcomes);
    },
    propose: (id, request) => {
      state.requests.push(request);
      return Promise.resolve({ text: answer(request, id), usage: { calls: 1, tokens: 10, counted: true } });
    },
    tokens: words,
    asScored: (text) => text,
    solved: (score) => score === 1,
    accuracy: (score) => score,
  };
  return { task, reflectTask, state };
}

async function searched(
  task: ReflectTask,
  settings: Partial<ReflectSettings> = {},
): Promise<{ loop: ReflectLoop; records: CandidateRecord[] }> {
  const options = { settings: { ...DEFAULTS, ...settings }, maxTokens: 120, frozen: [FROZEN], start: [START] };
  const loop = new ReflectLoop(task, options, new Random(5));
  const lines = await loop.begin();
  while (!loop.spent && loop.idle < 25 && task.callsLeft > 0) lines.push(...(await loop.step()));
  lines.push(...(await loop.finalists()).lines);
  return { loop, records: merged(lines) };
}

describe('a search by reflection whose proposer', () => {
  it.each<[string, (request: string, id: number) => string | undefined, string | undefined]>([
    ['says nothing', () => '', 'noBlock'],
    ['does not answer', () => undefined, 'failed'],
    ['forgets the block', () => `${START} Be kind.`, 'noBlock'],
    ['sends an empty block', () => fence(''), 'empty'],
    ['sends a megabyte', (_, id) => fence(`${START} ${id} ${'x '.repeat(5e5)}`), undefined],
    ['sends too much', (_, id) => fence(`${START} ${id} ${'again '.repeat(200)}`), 'tooLong'],
    ['leaves the template', (_, id) => fence(`${START} ${id} {input} and {input}`), 'placeholder'],
    ['sends control characters', (_, id) => fence(`${START} ${id} \u001b[2J`), 'control'],
    ['drops the frozen passage', (_, id) => fence(`Which topic? ${id}`), 'frozen'],
    ['repeats itself', () => fence(START), 'known'],
    ['repeats the request', (request) => request, undefined],
  ])('%s gets nothing into the pool, and ends', async (_, answer, refused) => {
    const { reflectTask, state } = world(answer);
    const { loop, records } = await searched(reflectTask, { operators: ['reflect', 'addRule', 'shorten', 'rephrase', 'recombine'] });
    expect(loop.board.candidates.map(({ instruction }) => instruction)).toEqual([START]);
    expect(state.queries).toBeLessThanOrEqual(3000);
    expect(records.slice(1).every(({ state: what, text }) => what === 'refused' && text === undefined)).toBe(true);
    if (refused !== undefined) expect(records.some((record) => record.refused === refused)).toBe(true);
  });

  it('copies rows is refused, unless the guard is off', async () => {
    const { task } = world(() => undefined);
    const long = task.rows.findIndex(({ text }) => text.split(' ').length >= 8);
    const answer = (_: string, id: number): string => fence(`${START} ${id} For example: ${task.rows[long]!.text}`);
    const guarded = await searched(world(answer).reflectTask, { operators: ['reflect'] });
    expect(guarded.records.slice(1).every(({ refused }) => refused === 'copied' || refused === 'perfect')).toBe(true);
    const open = await searched(world(answer).reflectTask, { operators: ['reflect'], copyGuard: false });
    expect(open.records.some(({ refused }) => refused === 'copied')).toBe(false);
  });

  it('writes in another language, or with any text, goes through the same gate as all', async () => {
    const { reflectTask } = world((_, id) => fence(`${START} 主题 ${id} 👩‍💻 <script>"'$&`));
    const { loop, records } = await searched(reflectTask);
    const tried = records.filter(({ state, operator }) => state !== 'refused' && operator !== 'start' && operator !== 'examples');
    expect(tried.length).toBeGreaterThan(3);
    for (const { state, gate } of tried) if (state === 'kept') expect(gate!.gain).toBeGreaterThan(0);
    // Nothing of it helps, so the start stays the best to within chance.
    expect(loop.board.ranked[0]!.instruction).toContain(START);
  });

  it('sees rows that it may see alone', async () => {
    const { reflectTask, state } = world((_, id) => fence(`${START} Rule ${id}.`), 2000, { apart: true });
    await searched(reflectTask);
    const shown = state.requests.flatMap((text) => Array.from(text.matchAll(/Input: Message (\d{4})/g), ([, id]) => Number(id)));
    expect(shown.length).toBeGreaterThan(10);
    expect(Math.max(...shown)).toBeLessThan(TRAIN);
  });
});

describe('a search by reflection', () => {
  it('never takes more than its budget, whatever the budget', { timeout: 300_000 }, async () => {
    for (let run = 0; run < 1000; run++) {
      const budget = 130 + ((run * 37) % 600);
      const settings = run % 3 === 0 ? GEPA : DEFAULTS;
      const rows = run % 3 === 0 ? 'apart' : 'together';
      const { queries, records, loop } = await reflectRun(simulation((run % 10) / 10, (run % 4) / 10, run), settings, { budget, rows });
      expect(queries).toBeLessThanOrEqual(budget);
      // Every query is somebody's, but for those of the finalists.
      expect(records.reduce((sum, { queries: own, furtherQueries = 0 }) => sum + own + furtherQueries, 0)).toBeLessThanOrEqual(queries);
      expect(loop.board.candidates.length).toBeGreaterThan(0);
    }
  });

  it('finds the rules that a good proposer sees', async () => {
    const found = simulation(0.9, 0, 2);
    const { loop } = await reflectRun(found, DEFAULTS, { budget: BUDGET });
    const best = loop.text(loop.board.ranked[0]!);
    expect(found.task.truth(best)).toBeGreaterThan(0.95 * found.task.truth(found.task.best));
  });

  it('is where it was when a step is interrupted, and goes on the same way, from memory or from a checkpoint', async () => {
    const answer = (request: string, id: number): string | undefined => simulation(0.6, 0, 1).reflector.answer(`${request}\n${id}`);
    const options = { settings: DEFAULTS, maxTokens: 400, frozen: [], start: [START] };
    const straight = new ReflectLoop(world(answer, 3000, { calls: 1000 }).reflectTask, options, new Random(5));
    const expected = [await straight.begin()];
    for (let i = 0; i < 12; i++) expected.push(await straight.step());
    expect(merged(expected.flat()).filter(({ state }) => state === 'kept').length).toBeGreaterThan(3);

    // Each step breaks off once, at one of its first calls; what it asked does not count.
    let calls = 0;
    const { reflectTask: task, state } = world(answer, 3000, { calls: 1000, breaks: () => calls-- === 0 });
    let loop = new ReflectLoop(task, options, new Random(5));
    type Lines = (CandidateRecord | CandidateUpdate)[];
    let steps = 0;
    const again = async (work: () => Promise<Lines>): Promise<Lines> => {
      for (calls = steps++ % 4; ; calls = -1) {
        const { queries } = state;
        try {
          return await work();
        } catch {
          state.queries = queries;
        }
      }
    };
    const found = [await again(() => loop.begin())];
    for (let i = 0; i < 12; i++) {
      found.push(await again(() => loop.step()));
      const saved = structuredClone(loop.save());
      loop = new ReflectLoop(task, options, new Random(99));
      loop.restore(saved);
    }
    expect(found).toEqual(expected);
  });
});
