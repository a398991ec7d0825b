import { describe, expect, it } from 'vitest';
import { describePreview as lines } from '../../../src/run/report/previewText';
import { planEvaluation, planRuns, planTest, preview } from '../../../src/run/consent/preview';
import { searchSettings } from '../../../src/spec/schema';
import { parseSpec } from '../../../src/spec/spec';
import { STARTING_PROMPTS } from '../../../src/spec/startingPrompts';

const split = (rows: number): { texts: string[]; labels: number[]; lines: number[] } => ({
  texts: Array<string>(rows).fill('x'),
  labels: Array<number>(rows).fill(0),
  lines: Array.from({ length: rows }, (_, i) => i + 2),
});
const dataset = { splits: { train: split(32), validation: split(64), test: split(100) } };

/** Texts that a server's rate is measured on, once for a process; what fails there is asked for again. */
const TRIED = 32;

function plan(search: object, compare: string[] = [], random = true, runs?: number): ReturnType<typeof planTest> {
  const spec = parseSpec(JSON.stringify({ data: { train: 'x.csv' }, compare, search }), 'x.prompt-task.json');
  return planRuns(random, runs)(spec, searchSettings(spec), dataset);
}

describe('what a run may ask', () => {
  it('few steps: what they can compute', () => {
    // 10 steps of 8 prompts on 32 rows; two validations on 32 + 64 rows; then the ranking of at most 90 candidates:
    // 90 on 8 rows, 90 on the next 8, 90 on 16 more, 64 on the last 32.
    const search = 10 * 8 * 32 + 2 * 96 + 90 * 32 + 64 * 32;
    const paper = { preset: 'paper', steps: 10, promptsPerStep: 8, validateEvery: 5 };
    expect(plan(paper, ['It was', 'Overall'])).toEqual({
      search,
      random: search,
      baselines: 3 * 96 + TRIED,
      test: 14 * 100,
      total: 2 * search + 288 + 32 + 1400,
    });
  });

  it('few steps with a memory: eight rows, as of two classes, and the race of ten finalists', () => {
    // 40 prompts get 24 rows, 20 of them 48, 10 of them all 96; each has had 8.
    const search = 10 * 8 * 8 + 40 * 16 + 20 * 24 + 10 * 48;
    const settings = { steps: 10, promptsPerStep: 8, queryBudget: 20_000 };
    expect(plan({ ...settings, warmStart: false })).toMatchObject({ search, random: search });
    // Each starting prompt gets eight rows as well.
    const starts = 8 * (STARTING_PROMPTS.length + 2);
    expect(plan(settings, ['a', 'b'])).toMatchObject({ search: search + starts, random: search + starts, baselines: 3 * 96 + TRIED });
  });

  it('many steps: what no prompt leaves of the budget, without random search once, for each run that is started', () => {
    expect(plan({ queryBudget: 20_000 }, [], false)).toMatchObject({ search: 20_000 - 96, random: 0 });
    expect(plan({ queryBudget: 20_000, seeds: [1, 2, 3] }, [], true, 3)).toMatchObject({
      search: 60_000 - 3 * 96,
      random: 60_000 - 3 * 96,
      baselines: 3 * 96 + TRIED,
      test: 3 * 1200,
    });
  });

  it('one seed of several: one run, as the panel and --seed start it', () => {
    expect(plan({ queryBudget: 20_000, seeds: [1, 2, 3] })).toEqual(plan({ queryBudget: 20_000 }));
  });

  it('given prompts: those and none, on every split', () => {
    const spec = parseSpec('{ "data": { "train": "x.csv" } }', 'x.prompt-task.json');
    expect(planEvaluation(2)(spec, searchSettings(spec), dataset)).toEqual({
      search: 0,
      random: 0,
      baselines: 3 * 96 + TRIED,
      test: 300,
      total: 620,
    });
  });
});

describe('what the user is shown', () => {
  const pace = {
    name: 'tiny on http://localhost:8000/v1',
    queriesPerSecond: 40,
    tokensPerQuery: 31.4,
    tokensCounted: true,
    keyFrom: undefined,
  };

  it('queries, time and tokens', () => {
    const shown = preview({ search: 20_000, random: 20_000, baselines: 480, test: 1500, total: 41_980 }, pace);
    expect(shown.seconds).toBe(1049.5);
    expect(shown.tokens).toBeCloseTo(1_318_172, 0);
    expect(lines(shown)).toEqual([
      'tiny on http://localhost:8000/v1, without a key:',
      '  at most 41,980 queries (search 20,000, random search 20,000, given prompts 480, test rows 1,500); this is a hard limit',
      '  about 17 min 30 s at the measured 40 queries a second',
      '  about 1,300,000 tokens (as the server counts them)',
    ]);
  });

  it('a server that writes several texts for a query, in texts', () => {
    const shown = lines(preview({ search: 200, random: 0, baselines: 40, test: 60, total: 300 }, { ...pace, textsPerQuery: 2 }));
    expect(shown[1]).toBe('  at most 600 generations (search 400, given prompts 80, test rows 120); this is a hard limit');
    // 40 queries a second are 80 texts a second.
    expect(shown[3]).toBe('  about 8 s at the measured 80 generations a second');
  });

  it('a slow server, a key, and tokens that nobody counts', () => {
    const slow = { ...pace, queriesPerSecond: 0.5, tokensCounted: false, keyFrom: 'the environment variable OPENAI_API_KEY' };
    expect(lines(preview({ search: 0, random: 0, baselines: 0, test: 60, total: 60 }, slow))).toEqual([
      'tiny on http://localhost:8000/v1, with the key from the environment variable OPENAI_API_KEY:',
      '  at most 60 queries (test rows 60); this is a hard limit',
      '  about 2 min 0 s at the measured 0.5 queries a second',
      '  about 1,900 tokens (estimated from the number of characters)',
    ]);
  });
});
