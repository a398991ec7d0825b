import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readInputs } from '../../../src/data/inputs';
import { applyJob, specOfPolicy } from '../../../src/run/apply';
import { optimizeJob, resumeJob } from '../../../src/run/jobs';
import { exportRun } from '../../../src/run/report/exportRun';
import { summary } from '../../../src/run/report/report';
import type { RunResult } from '../../../src/run/result/result';
import { RunFolder } from '../../../src/run/store/storage';
import { verdictOf } from '../../../src/run/result/verdict';
import { readSpec } from '../../../src/spec/spec';
import { TaskError } from '../../../src/spec/problem';
import { fakeFrontEnd } from './fakeFrontEnd';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-per-input-'));
const run = new RunFolder(join(folder, 'whole'));
let file: string;
let result: RunResult;

beforeAll(async () => {
  file = task('small', {});
  await optimizeJob({ ...(await request(file)), runs: [{ seed: 3, folder: run.path }] }, fakeFrontEnd(), (found) => (result = found));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function task(name: string, more: object): string {
  const data = (name: string): string => resolve('examples/sentiment', name);
  const spec = {
    data: {
      train: data('train.csv'),
      validation: data('validation.csv'),
      test: data('test.csv'),
      rowsPerClass: { train: 4, validation: 3 },
      testRows: 20,
    },
    labels: { negative: 'terrible', positive: 'great' },
    template: '{input} {prompt} {mask} .',
    prompt: { length: 2, perInput: true },
    policy: { hiddenSize: 32 },
    search: { queryBudget: 260, promptsPerStep: 8, validateEvery: 3, warmStart: false },
    ...more,
  };
  const path = join(folder, `${name}.prompt-task.json`);
  writeFileSync(path, JSON.stringify(spec));
  return path;
}

async function request(path: string): Promise<{ spec: Awaited<ReturnType<typeof readSpec>>; random: boolean; threads: number }> {
  return { spec: await readSpec(path), random: true, threads: 1 };
}

function steady({ seconds: _s, peakMemory: _m, ...rest }: RunResult): object {
  return rest;
}

it('each test row gets a prompt, and its scores stand beside those of the single prompts, paired', () => {
  const { perInput, prompts } = result;
  expect(perInput!.promptOf).toHaveLength(20);
  expect(perInput!.prompts.reduce((sum, { rows }) => sum + rows, 0)).toBe(20);
  perInput!.prompts.forEach(({ rows, tokens }, place) => {
    expect(perInput!.promptOf.filter((prompt) => prompt === place)).toHaveLength(rows);
    expect(tokens).toHaveLength(2);
  });
  const right = perInput!.inputs.filter(({ label, predicted }) => label === predicted).length;
  expect(perInput!.inputs).toHaveLength(20);
  expect(perInput!.test).toMatchObject({ n: 20, accuracy: right / 20 });
  expect(perInput!.estimate!.n).toBe(6);
  expect(prompts.map(({ origin }) => origin).sort()).toEqual(['none', 'single']);
  prompts.forEach(({ test }, i) => {
    const { onlyFirst, onlySecond, rows } = perInput!.versus[i]!;
    expect((onlyFirst - onlySecond) / rows).toBeCloseTo(perInput!.test.accuracy - test!.accuracy, 10);
  });
  // The control has as many queries as the search, or what its smallest race costs.
  expect(result.queries.computed).toBeLessThanOrEqual(260);
  expect(result.testQueries).toBeLessThanOrEqual(60);
});

it('the verdict is about the policy and the single prompt that ranks first', () => {
  const verdict = verdictOf(result)!;
  expect(verdict.winner).toMatchObject({ origin: 'perInput', accuracy: result.perInput!.test.accuracy, n: 20 });
  expect(verdict.rival).toMatchObject({ prompt: result.prompts[0]!.prompt, accuracy: result.prompts[0]!.test!.accuracy });
  expect(verdict.rival!.difference).toBeCloseTo(result.perInput!.test.accuracy - result.prompts[0]!.test!.accuracy, 10);
  expect(summary(result, verdict)).toContain('A prompt for each input, held out: accuracy');
});

it.each([1, 4, 9])('a run that is stopped at step %i and resumed has the same result', async (step) => {
  const path = join(folder, `stopped-${step}`);
  const stop = new AbortController();
  const frontEnd = fakeFrontEnd({
    signal: stop.signal,
    events: (events) => {
      if (events.some((event) => event.event === 'step' && event.step === step)) stop.abort();
    },
  });
  await expect(
    optimizeJob({ ...(await request(file)), runs: [{ seed: 3, folder: path }] }, frontEnd, () => undefined),
  ).rejects.toMatchObject({ code: 'run.stopped' });
  expect(steady(await resumeJob({ folder: path }, fakeFrontEnd()))).toEqual(steady(result));
});

it('a run whose result is lost makes it again from the policy in its folder, which its checkpoint does not hold', async () => {
  const path = join(folder, 'lost');
  cpSync(run.path, path, { recursive: true });
  rmSync(join(path, 'result.json'));
  expect(statSync(join(path, 'checkpoint')).size).toBeLessThan(statSync(join(path, 'policy')).size);
  expect(steady(await resumeJob({ folder: path }, fakeFrontEnd()))).toEqual(steady(result));
});

it('the policy is used as it was scored: held-out inputs get their prompts again, without the task model', async () => {
  const { perInput } = result;
  const inputs = perInput!.inputs.map(({ text }) => text);
  const applied = await applyJob({ folder: run, inputs, threads: 1 }, fakeFrontEnd());
  perInput!.inputs.forEach(({ text, prompt: place }, i) => {
    const { prompt } = perInput!.prompts[place]!;
    expect(applied[i]).toEqual({ input: text, prompt, filled: `${text} ${prompt}` });
  });
});

it('inputs come from any file with the column, with labels or without', async () => {
  const spec = specOfPolicy(run);
  const path = join(folder, 'inputs.csv');
  writeFileSync(path, 'id,review\n1,Good.\n2,\n3,"Bad, bad."\n');
  expect(await readInputs(spec, path, 'inputs.csv')).toEqual([
    { text: 'Good.', line: 2 },
    { text: 'Bad, bad.', line: 4 },
  ]);
  writeFileSync(path, 'id,words\n1,Good.\n');
  const error: unknown = await readInputs(spec, path, 'inputs.csv').catch((thrown: unknown) => thrown);
  expect((error as TaskError).problems).toMatchObject([{ code: 'data.unclearColumn', file: 'inputs.csv' }]);
});

it('a run of single prompts has no policy, and one whose model has changed is refused', async () => {
  const other = new RunFolder(join(folder, 'copy'));
  expect(() => specOfPolicy(other)).toThrow(expect.objectContaining({ code: 'run.notARun', args: [{ folder: other.path }] }));
  const changed = new RunFolder(join(folder, 'changed'));
  const before = run.readTask();
  changed.create({ ...before, models: { 'bundled:causal': 'another' } });
  changed.close();
  writeFileSync(changed.file('policy'), readFileSync(run.file('policy')));
  await expect(applyJob({ folder: changed, inputs: ['a'], threads: 1 }, fakeFrontEnd())).rejects.toMatchObject({
    code: 'run.policyModelChanged',
  });
  writeFileSync(changed.file('policy'), 'no policy');
  const damaged = { code: 'run.damagedPolicy', args: [{ file: changed.file('policy'), reason: expect.any(String) as string }] };
  expect(() => changed.readPolicy()).toThrow(expect.objectContaining(damaged));
  rmSync(changed.file('policy'));
  expect(existsSync(changed.file('policy'))).toBe(false);
  await expect(applyJob({ folder: changed, inputs: ['a'], threads: 1 }, fakeFrontEnd())).rejects.toMatchObject({ code: 'run.noPolicy' });
});

it('generated texts: the reward is the mean score of the input’s own texts', { timeout: 120_000 }, async () => {
  const lines = readFileSync('examples/steering/test.csv', 'utf8').trimEnd().split('\n').slice(1, 31);
  writeFileSync(join(folder, 'texts.csv'), ['text', ...lines].join('\n') + '\n');
  const spec = task('texts', {
    kind: 'generation',
    labels: undefined,
    data: { train: 'texts.csv', rowsPerClass: { train: 8, validation: 4 }, testRows: 6 },
    template: '{prompt} {input}',
    generation: { maxTokens: 4, samples: 2 },
    metrics: [{ type: 'word-count', value: { min: 1, max: 3 } }],
    search: { generationBudget: 500, promptsPerStep: 8, validateEvery: 2 },
  });
  let texts: RunResult | undefined;
  await optimizeJob(
    { ...(await request(spec)), runs: [{ seed: 0, folder: join(folder, 'texts') }] },
    fakeFrontEnd(),
    (found) => (texts = found),
  );
  expect(texts!.queries.computed * 2).toBeLessThanOrEqual(500);
  const { test, versus, inputs } = texts!.perInput!;
  expect(test.n).toBe(6);
  expect(test.accuracy).toBeCloseTo(inputs.reduce((sum, { score }) => sum + score!, 0) / 6, 6);
  const none = texts!.prompts.findIndex(({ origin }) => origin === 'none');
  expect(versus[none]!.difference).toBeCloseTo(test.accuracy - texts!.prompts[none]!.test!.accuracy, 6);
  expect(verdictOf(texts!)!.winner.origin).toBe('perInput');
});

it('the report shows the policy, and held-out inputs with their prompts', async () => {
  const html = await exportRun(run.path, 'html');
  expect(html).toContain('A prompt for each input');
  expect(html).toContain('<h2>Inputs and their prompts</h2>');
  expect(html).toContain(`<dt>Best single prompt</dt>`);
});
