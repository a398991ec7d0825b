import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/method/random';
import { formOf } from '../../../../src/search/reflect/candidate';
import { ReflectLoop } from '../../../../src/search/reflect/loop';
import type { CandidateRecord } from '../../../../src/search/reflect/record';
import { DEFAULTS, ROOM_FOR_PARTS } from '../../../../src/search/reflect/settings';
import type { ReflectTask } from '../../../../src/search/reflect/task';
import { merged } from '../../../simulator/reflectRun';

const SIZE = 40;
const START = 'Name the topic.';

/** Rows of which an instruction gets 40% right, examples 30%, and both together 70%. */
function world(budget: number) {
  let queries = 0;
  const paid = new Map<string, Set<number>>();
  const task: ReflectTask = {
    shown: Array.from({ length: SIZE }, (_, row) => ({ input: `text ${row}`, expected: 'a' })),
    size: SIZE,
    get queries() {
      return queries;
    },
    get left() {
      return budget - queries;
    },
    callsLeft: 1000,
    cost: (jobs) => jobs.reduce((sum, { rows }) => sum + rows.length, 0),
    score: (jobs) =>
      Promise.resolve(
        jobs.map(({ instruction, examples, rows }) => {
          const right = (instruction === '' ? 0 : 4) + (examples.length > 0 ? 3 : 0);
          const key = `${instruction}|${examples.join()}`;
          const seen = paid.get(key) ?? new Set();
          paid.set(key, seen);
          return rows.map((row) => {
            expect(seen.has(row)).toBe(false);
            seen.add(row);
            queries++;
            return { score: Number((row * 7) % 10 < right), got: 'a' };
          });
        }),
      ),
    propose: () => Promise.reject(new Error('the operator asks nobody')),
    tokens: (text) => text.length,
    asScored: (text) => text,
    solved: (score) => score === 1,
    accuracy: (score) => score,
  };
  return { task, queries: () => queries };
}

async function finalists(budget: number, frozen: string[] = []) {
  const { task, queries } = world(budget);
  const settings = { ...DEFAULTS, operators: ['examples'] as const };
  const loop = new ReflectLoop(task, { settings, maxTokens: 1000, frozen, start: [START] }, new Random(3));
  const lines = await loop.begin();
  for (let i = 0; i < 40 && !loop.spent && loop.idle < 25; i++) lines.push(...(await loop.step()));
  const { best, lines: last } = await loop.finalists();
  return { best, records: merged([...lines, ...last]), queries: queries() };
}

describe('the best prompt of a search by reflection that has an instruction and examples', () => {
  it('is in the table beside its instruction alone and its examples alone, each on all rows', async () => {
    const budget = ROOM_FOR_PARTS * SIZE;
    const { best, records, queries } = await finalists(budget);
    expect(formOf(best[0]!)).toBe('both');
    const { instruction, examples } = best[0]!;
    const alone = best.find((one) => formOf(one) === 'examples')!;
    expect(alone).toMatchObject({ instruction: '', examples, parents: [best[0]!.id], operator: 'examples' });
    // The instruction was there before: it is not made anew.
    expect(best.filter((one) => formOf(one) === 'instruction').map(({ id }) => id)).toEqual([0]);
    expect(instruction).toBe(START);
    for (const { scores } of best) expect(scores.size).toBe(SIZE);
    expect(queries).toBeLessThanOrEqual(budget);
    const record = records.find(({ id }) => id === alone.id) as CandidateRecord;
    expect(record).toMatchObject({ state: 'kept', examples: examples.length, queries: SIZE, validation: { rows: SIZE - examples.length } });
  });

  it('keeps its frozen passages, so there are no examples alone', async () => {
    const { best } = await finalists(ROOM_FOR_PARTS * SIZE, ['topic']);
    expect(new Set(best.map(formOf))).toEqual(new Set(['both', 'instruction']));
  });

  it.each([2.5, 4, 6])('is without them where a budget of %s times the pool has no room, and never takes more than that', async (times) => {
    const { best, queries } = await finalists(times * SIZE);
    expect(queries).toBeLessThanOrEqual(times * SIZE);
    expect(formOf(best[0]!)).toBe('both');
    for (const { scores } of best) expect(scores.size).toBe(SIZE);
    expect(best.some((one) => formOf(one) === 'examples')).toBe(false);
  });
});
