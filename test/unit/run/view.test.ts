import { describe, expect, it } from 'vitest';
import type { PolicyStepEvent, Stage } from '../../../src/run/events';
import type { PromptResult, RunResult, TestScore } from '../../../src/run/result/result';
import type { RunTask } from '../../../src/run/store/task';
import type { ScoredPrompt } from '../../../src/search/prompt';
import { presets } from '../../../src/spec/schema';
import { parseSpecValues, specValues } from '../../../src/spec/spec';
import { wilson } from '../../../src/run/report/statistics';
import { curveLengths, curvesSince, RunViewBuilder } from '../../../src/run/view/view';

const task: RunTask = {
  format: 1,
  specFile: '/data/sentiment.prompt-task.json',
  spec: specValues(
    parseSpecValues({ data: { train: 'train.csv' }, template: '{input} {prompt}', prompt: { length: 2 } }, 'sentiment.prompt-task.json'),
  ),
  seed: 3,
  random: false,
  threads: 1,
  settings: { ...presets.default, steps: 100, queryBudget: 1_000_000 },
  data: {},
  models: {},
  created: '2026-01-01T00:00:00.000Z',
};

function scored(prompt: string, gap: number): ScoredPrompt {
  return {
    prompt,
    pieces: prompt === '' ? [] : [` ${prompt}`],
    gap,
    train: { reward: 100 * gap, gap, accuracy: 0.5 + gap },
    validation: { reward: 90 * gap, gap, accuracy: 0.4 + gap },
  };
}

/** Each step takes half a second, of which a fifth goes into rewards, and 64 queries. */
function step(n: number, greedy?: ScoredPrompt): PolicyStepEvent {
  return {
    event: 'step',
    step: n,
    mean: n,
    best: 2 * n,
    spread: 1,
    bestPrompt: 'x',
    distinct: 16,
    entropy: 5 - n / 100,
    loss: 1,
    gradientNorm: 1,
    ...(greedy && { greedy }),
    queries: { asked: 64 * n, computed: 64 * n },
    seconds: n / 2,
    milliseconds: { states: 100, policy: 100, reward: 100, update: 200 },
  };
}

const ROWS = { train: 24, validation: 8, test: 4 };
const ESTIMATE = { accuracy: 0.5, interval: [0, 1], n: 32 } as const;

function built(random = false): RunViewBuilder {
  const builder = new RunViewBuilder('/runs/a', 'sentiment', task.specFile);
  builder.describe({ ...task, random });
  builder.set({ rows: ROWS });
  return builder;
}

describe('the view of a run', () => {
  it('counts the queries of the search for label words, as the budget does', () => {
    const builder = new RunViewBuilder('/runs/a', 'sentiment', task.specFile);
    const labelWords = {
      chosen: { words: ['a', 'b'], accuracy: 0.8, crossValidated: null },
      own: null,
      candidates: [2, 2],
      rows: 79,
      queries: 79,
    };
    builder.describe({ ...task, settings: { ...task.settings, queryBudget: 1000 }, labelWords });
    const rows = { train: 8, validation: 0, test: 8 };
    builder.apply({ event: 'start', seed: 3, actions: 9, rows, steps: 100, queryBudget: 921, random: false });
    builder.apply(step(5));
    expect(builder.head).toMatchObject({ queryBudget: 1000, queries: { computed: 5 * 64 + 79 } });
    expect(builder.head.progress).toBeCloseTo(320 / 921, 12);
    expect(builder.curves.steps.queries).toEqual([320]);
  });

  it('ranks baselines and greedy prompts while the run trains, each once', () => {
    const builder = built();
    builder.apply({ event: 'baseline', ...scored('', 0.1) });
    builder.apply({ event: 'baseline', ...scored('It was', 0.3) });
    builder.apply(step(10, scored('truly', 0.2)));
    builder.apply(step(20, scored('truly', 0.2)));
    builder.apply(step(30, scored('great', 0.4)));
    expect(builder.rows.map(({ rank, prompt, origin }) => [rank, prompt, origin])).toEqual([
      [1, 'great', 'policy'],
      [2, 'It was', 'manual'],
      [3, 'truly', 'policy'],
      [4, '', 'none'],
    ]);
    const { greedy } = builder.curves;
    expect(greedy.queries).toEqual([640, 1280, 1920]);
    // Of 24 training and 8 validation rows.
    [19.5, 19.5, 39].forEach((reward, i) => expect(greedy.reward[i]).toBeCloseTo(reward, 9));
    [0.675, 0.675, 0.875].forEach((accuracy, i) => expect(greedy.accuracy[i]).toBeCloseTo(accuracy, 9));
    const [best] = builder.rows;
    expect(best!.estimate).toMatchObject({ accuracy: greedy.accuracy[2], n: 32 });
    expect(best!.estimate.interval[0]).toBeCloseTo(wilson(28, 32)[0], 9);
  });

  it('keeps every baseline, and the best twenty greedy prompts', () => {
    const builder = built();
    builder.apply({ event: 'baseline', ...scored('', -1) });
    for (let n = 1; n <= 30; n++) builder.apply(step(n, scored(`p${n}`, n / 100)));
    expect(builder.rows).toHaveLength(21);
    expect(builder.rows[0]!.prompt).toBe('p30');
    expect(builder.rows[19]!.prompt).toBe('p11');
    expect(builder.rows[20]!.origin).toBe('none');
  });

  it('estimates the time left from the recent steps, and random search from the share of the rewards', () => {
    const builder = built();
    for (let n = 1; n <= 3; n++) builder.apply(step(n));
    expect(builder.head.secondsLeft).toBeNull();
    for (let n = 4; n <= 60; n++) builder.apply(step(n));
    // 40 steps of half a second; then eleven prompts on four held-out rows, at 64 queries in a tenth of a second.
    const heldOut = (11 * 4 * 0.1) / 64;
    expect(builder.head.secondsLeft).toBeCloseTo(20 + heldOut, 9);
    const withRandom = built(true);
    for (let n = 1; n <= 60; n++) withRandom.apply(step(n));
    // And a fifth of a hundred such steps.
    expect(withRandom.head.secondsLeft).toBeCloseTo(30 + heldOut, 9);
  });

  it('shows how far each stage is, and the time left by its own pace', () => {
    const builder = built(true);
    const at = () => [builder.head.stage, builder.head.progress, builder.head.secondsLeft];
    const progress = (stage: Stage, done: number, seconds: number, total = 1000): void =>
      builder.apply({ event: 'progress', stage, done, total, seconds });
    builder.apply({ event: 'start', seed: 0, actions: 9, rows: ROWS, steps: 100, queryBudget: 1_000_000, random: true });
    expect(at()).toEqual(['baselines', 0, null]);
    progress('baselines', 16, 0.2, 64);
    expect(at()).toEqual(['baselines', 0.25, null]);
    builder.apply({ event: 'stage', stage: 'policy' });
    for (let n = 1; n <= 40; n++) builder.apply(step(n));
    const [, , left] = at();
    // Within a long step the clock goes on, and the share never falls.
    progress('policy', 0, 25, 1_000_000);
    expect(at()).toEqual(['policy', 0.4, (left as number) - 5]);
    builder.apply({ event: 'stage', stage: 'ranking', reason: 'converged' });
    progress('ranking', 0, 30);
    progress('ranking', 250, 32);
    // Two seconds for a quarter; then random search on 40 × 64 queries and 44 held-out scores, at 64 queries in a tenth of a second.
    expect(builder.head).toMatchObject({ stage: 'ranking', progress: 0.25, reason: 'converged' });
    expect(builder.head.secondsLeft).toBeCloseTo(6 + 4 + 44 / 640, 9);
    builder.apply({ event: 'stage', stage: 'test' });
    progress('test', 0, 40);
    progress('test', 500, 45);
    expect(at()).toEqual(['test', 0.5, 5]);
  });

  it('shows the outlook of the first scores until the interval of an estimate lies above chance', () => {
    const builder = built();
    const outlook = { code: 'verdict.notAboveChanceSoFar', accuracy: 0.53, interval: [0.41, 0.65], n: 64, majority: 0.5 } as const;
    builder.apply({ event: 'outlook', ...outlook });
    expect(builder.head.outlook).toMatchObject(outlook);
    const estimate = (best: number) => ({ best, mean: 0.5, rows: 32, worth: 32 });
    builder.apply({ ...step(1), estimate: estimate(0.6) });
    expect(builder.head.outlook).toMatchObject(outlook);
    builder.apply({ ...step(2), estimate: estimate(0.9) });
    expect(builder.head.outlook).toBeUndefined();
  });

  it('offers the ranking while a search works that has done a step, until it is asked for', () => {
    const builder = built();
    builder.set({ state: 'running' });
    expect(builder.head.rankable).toBe(false);
    builder.apply(step(1));
    expect(builder.head.rankable).toBe(true);
    builder.set({ rankingSoon: true });
    expect(builder.head.rankable).toBe(false);
  });

  it('ends by the query budget where that comes first', () => {
    const builder = built();
    builder.describe({ ...task, settings: { ...task.settings, queryBudget: 64 * 70 } });
    for (let n = 1; n <= 60; n++) builder.apply(step(n));
    expect(builder.head.secondsLeft).toBeCloseTo(5 + (11 * 4 * 0.1) / 64, 9);
  });

  it('gives the columns that came since', () => {
    const builder = built();
    for (let n = 1; n <= 5; n++) builder.apply(step(n));
    const lengths = curveLengths(builder.curves);
    builder.apply(step(6, scored('truly', 0.2)));
    builder.apply({ event: 'random', step: 1, mean: 3, best: 9, queries: { asked: 64, computed: 64 }, seconds: 4 });
    expect(curvesSince(builder.curves, lengths)).toEqual({
      steps: { queries: [384], mean: [6], best: [12], entropy: [4.94] },
      greedy: { queries: [384], reward: [19.5], accuracy: [expect.closeTo(0.675, 9)] },
      random: { queries: [64], mean: [3], best: [9] },
      estimates: { queries: [], best: [], low: [], high: [], mean: [] },
      randomEstimates: { queries: [], best: [] },
      shares: { queries: [], policy: [], thompson: [], edits: [] },
      reflectEstimates: { queries: [], best: [], low: [], high: [] },
      proposals: { queries: [], calls: [], tokens: [] },
      operators: { queries: [], reflect: [], addRule: [], shorten: [], rephrase: [], examples: [], recombine: [] },
    });
  });

  it('of a search by reflection has its estimates, what the proposer took, and the best prompt so far alone', () => {
    const builder = built();
    builder.describe({ ...task, settings: { ...task.settings, method: ['reflect'], queryBudget: 1000 } });
    expect(builder.head.stages).toEqual(['baselines', 'reflect', 'ranking', 'test']);
    builder.set({ state: 'running' });
    const line = (n: number, prompt: string) => ({
      event: 'reflect' as const,
      step: n,
      attempts: [],
      best: scored(prompt, 0.1 * n),
      estimate: { best: 0.7, rows: 64 },
      operators: { reflect: 0.75, shorten: 0.25 },
      proposer: { calls: 2 * n, tokens: 500 * n, counted: true },
      queries: { asked: 100 * n, computed: 90 * n },
      seconds: n,
    });
    builder.apply(line(1, 'One.'));
    builder.apply(line(2, 'Two.'));
    const { curves, head, rows } = builder;
    // 45 of 64: Wilson's interval.
    expect(curves.reflectEstimates).toMatchObject({
      queries: [90, 180],
      best: [0.7, 0.7],
      low: [expect.closeTo(0.579, 3), expect.closeTo(0.579, 3)],
    });
    expect(curves.proposals).toEqual({ queries: [90, 180], calls: [2, 4], tokens: [500, 1000] });
    expect(curves.operators).toMatchObject({ reflect: [0.75, 0.75], shorten: [0.25, 0.25], addRule: [0, 0] });
    expect(head).toMatchObject({ stage: 'reflect', step: 2, progress: 0.18, queries: { computed: 180 }, rankable: true });
    expect(rows.filter(({ origin }) => origin === 'reflect').map(({ prompt }) => prompt)).toEqual(['Two.']);
  });

  it('of a search with a memory has estimates with their intervals, shares, and its control, over the queries', () => {
    const builder = built(true);
    builder.describe({ ...task, settings: { ...task.settings, steps: 400, queryBudget: 640 } });
    builder.apply({ event: 'baseline', ...scored('It was', 0.3), choice: 0.5 });
    const lead = (n: number, prompt: string, choice: number): void => {
      const filledIn = { rows: 8, worth: 20 };
      const greedy = { ...scored(prompt, choice), choice, filledIn };
      const shares = { policy: 4, thompson: 12 };
      builder.apply({ ...step(n, greedy), shares, estimate: { ...filledIn, best: 0.8, mean: 0.6 } });
    };
    lead(1, 'truly', 0.9);
    lead(2, 'great', 0.4);
    // What is the best by now is better than "truly", whose estimate must have fallen.
    expect(builder.rows.map(({ prompt, estimate }) => [prompt, estimate.n])).toEqual([
      ['It was', 32],
      ['great', 8],
    ]);
    lead(3, 'truly', 0.6);
    expect(builder.rows.map(({ prompt }) => prompt)).toEqual(['truly', 'It was', 'great']);
    expect(builder.head.progress).toBeCloseTo(0.3, 9);
    builder.apply({
      event: 'random',
      step: 1,
      mean: 3,
      best: 9,
      estimate: { best: 0.7, mean: 0.5, rows: 8, worth: 9 },
      queries: { asked: 64, computed: 64 },
      seconds: 4,
    });
    const { estimates, randomEstimates, shares, greedy } = builder.curves;
    const [low, high] = wilson(16, 20);
    expect(estimates).toEqual({
      queries: [64, 128, 192],
      best: [0.8, 0.8, 0.8],
      mean: [0.6, 0.6, 0.6],
      low: [low, low, low],
      high: [high, high, high],
    });
    expect(randomEstimates).toEqual({ queries: [64], best: [0.7] });
    expect(shares).toEqual({ queries: [64, 128, 192], policy: [0.25, 0.25, 0.25], thompson: [0.75, 0.75, 0.75], edits: [0, 0, 0] });
    expect(greedy.queries).toEqual([]);
  });

  it('lets evaluated prompts join the ranked table, and no prompt twice', () => {
    const builder = built();
    builder.table([{ rank: 1, origin: 'policy', estimate: ESTIMATE, ...scored('truly', 0.2) }]);
    const evaluated = {
      ...scored('great', 0.3),
      estimate: ESTIMATE,
      rank: 1,
      tokens: [5],
      origin: 'manual' as const,
      roundTrip: true,
      perplexity: 10,
    };
    const version = builder.rowsVersion;
    builder.addEvaluated([evaluated, { ...evaluated, ...scored('truly', 0.2) }]);
    expect(builder.rows.map(({ rank, prompt, origin }) => [rank, prompt, origin])).toEqual([
      [1, 'great', 'evaluated'],
      [2, 'truly', 'policy'],
    ]);
    expect(builder.rowsVersion).toBeGreaterThan(version);
  });

  const evaluatedAs = (prompt: string, gap: number): PromptResult => ({
    ...scored(prompt, gap),
    estimate: ESTIMATE,
    rank: 1,
    tokens: [5],
    origin: 'manual',
    roundTrip: true,
    perplexity: 10,
    test: { accuracy: gap, interval: [0, 1], n: 4, majority: 0.5, examples: [] } as unknown as TestScore,
  });

  it('keeps evaluated prompts and the columns of other models through greedy prompts, the result, and a journal told again', () => {
    const builder = built();
    const column = { other: { accuracy: 0.7, interval: [0.6, 0.8] as const, n: 20 } };
    builder.apply({ event: 'baseline', ...scored('', 0.1) });
    builder.addEvaluated([evaluatedAs('mine', 0.25)]);
    builder.setTransfer(new Map([['great', column]]));
    const shown = (): unknown[] => builder.rows.map(({ rank, prompt, origin, transfer }) => [rank, prompt, origin, transfer]);
    builder.apply(step(10, scored('great', 0.4)));
    const expected = [
      [1, 'great', 'policy', column],
      [2, 'mine', 'evaluated', undefined],
      [3, '', 'none', undefined],
    ];
    expect(shown()).toEqual(expected);
    builder.apply({
      event: 'start',
      seed: 3,
      actions: 7,
      rows: ROWS,
      steps: 100,
      queryBudget: 1000,
      random: false,
    });
    expect(shown()).toEqual([[1, 'mine', 'evaluated', undefined]]);
    builder.apply({ event: 'baseline', ...scored('', 0.1) });
    builder.apply(step(10, scored('great', 0.4)));
    expect(shown()).toEqual(expected);
    expect(builder.curves.steps.queries).toEqual([640]);
    builder.finish({
      prompts: [{ ...evaluatedAs('great', 0.4), origin: 'policy' }],
      status: 'finished',
      queries: { asked: 640, computed: 640 },
      taskModel: 'bundled:causal',
      pairedTest: { onlyFirst: 0, onlySecond: 0, p: 1 },
      notes: [],
    } as unknown as RunResult);
    expect(shown()).toEqual(expected.slice(0, 2));
  });

  it('puts the new scores of a prompt in the place of its old ones', () => {
    const builder = built();
    builder.apply({ event: 'baseline', ...scored('It was', 0.2) });
    builder.addEvaluated([evaluatedAs('mine', 0.1)]);
    builder.addEvaluated([evaluatedAs('mine', 0.3), evaluatedAs('It was', 0.2)]);
    expect(builder.rows.map(({ prompt, gap, origin, test }) => [prompt, gap, origin, test?.accuracy])).toEqual([
      ['mine', 0.3, 'evaluated', 0.3],
      // A prompt of the run's gets the held-out scores that it had none of.
      ['It was', 0.2, 'manual', 0.2],
    ]);
  });
});
