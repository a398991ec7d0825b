import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { JudgeCalls } from '../../../src/metrics/judge/judgeCalls';
import { readScore } from '../../../src/metrics/judge/readScore';
import type { Judgment, WeighedMetric } from '../../../src/metrics/metric';
import { openMetrics } from '../../../src/metrics/open';
import { noteText } from '../../../src/wording/note';
import { metricSchema } from '../../../src/spec/generation';
import { TaskError } from '../../../src/spec/problem';
import { chatCompletion, FakeClock, fakeServer, send, type FakeServer } from '../model/server/fakeServer';
import { context } from './metricContext';

const folders: string[] = [];
afterEach(() => vi.unstubAllEnvs());
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function cache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-judge-'));
  folders.push(folder);
  return folder;
}

/** A judge that answers by the output that it is shown; a number instead of a text is a status. */
async function judge(answers: Readonly<Record<string, string | number>>): Promise<FakeServer & { readonly outputs: () => string[] }> {
  const outputOf = (content: string): string => /<output>\n([\s\S]*)\n<\/output>$/.exec(content)![1]!;
  const server = await fakeServer(({ body }, response) => {
    const answer = answers[outputOf(body.messages!.at(-1)!.content)] ?? '{"score": 0.5}';
    if (typeof answer === 'number') send(response, answer, { error: { message: 'no' } });
    else send(response, 200, chatCompletion(answer, undefined));
  });
  return { ...server, outputs: () => server.received.map(({ body }) => outputOf(body.messages!.at(-1)!.content)) };
}

async function open({ url }: FakeServer, { most = 1000, cacheFolder = cache(), value = {} } = {}): Promise<WeighedMetric> {
  const entry = metricSchema.parse({ type: 'llm-rubric', value: { model: `openai:big@${url}`, rubric: 'It is polite.', ...value } });
  const access = { cacheFolder, clock: new FakeClock() };
  return (await openMetrics([entry], { ...context, access, judgeCalls: new JudgeCalls(most) }))[0]!;
}

function score({ metric }: WeighedMetric, ...outputs: string[]): Promise<readonly Judgment[]> {
  return Promise.resolve(metric.score(outputs.map((output) => ({ output, row: { input: 'in', references: ['right'] } }))));
}

describe('the answer of a judge', () => {
  it.each([
    ['{"reason": "fine", "score": 0.7}', 0.7],
    ['Sure!\n```json\n{"score": "0.7", "reason": "fine {really}"}\n```', 0.7],
    ['{"score": true}', 1],
    ['{"pass": false, "reason": "rude"}', 0],
    ['<think>{"score": 0.1} or so</think> {"score": 0.7}', 0.7],
    ['First {"score": 0.2}. On reflection: {"score": 0.7}', 0.7],
    ['{"score": "4/5"}', 0.8],
    [' 0.7 ', 0.7],
    ['**0.7**', 0.7],
    ['.5', 0.5],
    ['70%', 0.7],
    ['7 / 10', 0.7],
    ['4 out of 5.', 0.8],
    ['It is polite. Score: 0.7', 0.7],
    ['The score is 7/10, since it is short.', 0.7],
    ['1', 1],
    ['0', 0],
  ])('%j is a score', (answer, expected) => {
    expect(readScore(answer)?.score).toBeCloseTo(expected, 12);
  });

  it.each([
    '',
    'polite',
    '7',
    '{"score": 7}',
    '{"score": null}',
    '-1',
    '{"score": -0.5}',
    '{"reason": "0.7"}',
    'It has 3 sentences.',
    '{"score": "high"}',
    '1/0',
    '<think>0.7</think>',
  ])('%j is none', (answer) => {
    expect(readScore(answer)).toBeUndefined();
  });

  it('has a reason, if it gives one', () => {
    expect(readScore('{"score": 1, "reason": " polite "}')?.reason).toBe('polite');
    expect(readScore('{"score": 1, "reason": ""}')?.reason).toBeUndefined();
  });
});

describe('llm-rubric', () => {
  it('shows a judge the rubric, the input, the references and the output', async () => {
    const server = await judge({ good: '{"score": 0.9, "reason": "polite"}' });
    const [judgment] = await score(await open(server), 'good');
    expect(judgment).toEqual({ score: 0.9, reason: 'polite' });
    const { body } = server.received.at(-1)!;
    expect(body).toMatchObject({ model: 'big', temperature: 0 });
    for (const part of ['<rubric>\nIt is polite.', '<input>\nin', '<reference>\nright', '<output>\ngood'])
      expect(body.messages!.at(-1)!.content).toContain(part);
  });

  it('asks for each text once, and again in no later run', async () => {
    const server = await judge({ a: '1', b: '0' });
    const cacheFolder = cache();
    const first = await open(server, { cacheFolder });
    expect((await score(first, 'a', 'b', 'a')).map((each) => each.score)).toEqual([1, 0, 1]);
    expect((await score(first, 'a')).map((each) => each.score)).toEqual([1]);
    const again = await open(server, { cacheFolder });
    const before = server.received.length;
    expect((await score(again, 'b', 'a')).map((each) => each.score)).toEqual([0, 1]);
    expect(server.received).toHaveLength(before);
    expect(again.metric.notes!().map(noteText).join()).toContain('called 0 times');
    // Another rubric is another question.
    await score(await open(server, { cacheFolder, value: { rubric: 'It is short.' } }), 'a');
    expect(
      server
        .outputs()
        .slice(before)
        .filter((output) => output === 'a'),
    ).toHaveLength(1 + 1);
    expect(first.metric.key).toBe(again.metric.key);
  });

  it('fails a text that the judge gives no number for, asked at most twice', async () => {
    const server = await judge({ odd: 'I would rather not say.' });
    const metric = await open(server);
    const [odd, fine] = await score(metric, 'odd', 'fine');
    expect([odd!.score, fine!.score]).toEqual([NaN, 0.5]);
    expect(odd!.reason).toContain('rather not say');
    expect(server.outputs().filter((output) => output === 'odd')).toHaveLength(2);
    await score(metric, 'odd');
    expect(server.outputs().filter((output) => output === 'odd')).toHaveLength(2);
  });

  it('fails a text that the server refuses, but ends with the key', async () => {
    const server = await judge({ refused: 422, broken: 500, key: 401 });
    const metric = await open(server, { value: { server: { maxRetries: 1 } } });
    expect((await score(metric, 'refused', 'broken', 'fine')).map((each) => each.score)).toEqual([NaN, NaN, 0.5]);
    expect(server.outputs().filter((output) => output === 'broken')).toHaveLength(2);
    await expect(score(metric, 'key')).rejects.toMatchObject({ failure: 'key' });
  });

  it('makes no more calls than it may', async () => {
    const server = await judge({});
    const metric = await open(server, { most: 3 });
    const before = server.received.length;
    const judgments = await score(metric, 'a', 'b', 'c', 'd', 'e');
    expect(judgments.filter((each) => Number.isNaN(each.score))).toHaveLength(2);
    expect(server.received.length - before).toBe(3);
  });

  it('measures its pace on a few texts', async () => {
    const server = await judge({});
    const { pace } = (await open(server)).metric;
    expect(pace).toMatchObject({ name: `big on ${server.url}`, tokensPerQuery: 20, tokensCounted: true, keyFrom: undefined });
    expect(server.received).toHaveLength(context.samples.length);
  });

  it('says at its place what is wrong', async () => {
    vi.stubEnv('OTHER_API_KEY', '');
    const problemsOf = async (value: unknown) => {
      const error: unknown = await openMetrics([metricSchema.parse({ type: 'not-llm-rubric', value })], context).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(TaskError);
      return (error as TaskError).problems;
    };
    const model = 'openai:big@http://127.0.0.1:1';
    for (const value of [
      undefined,
      'It is polite.',
      { model },
      { model, rubric: ' ' },
      { model: 'bundled:causal', rubric: 'a' },
      { model, rubric: 'a', key: 'b' },
    ])
      expect((await problemsOf(value)).map(({ code, field }) => [code, field])).toEqual([['metric.notRubric', 'metrics.0.value']]);
    const [key] = await problemsOf({ model, rubric: 'a', key: 'sk-abcdefghijklmnopqrstuvwxyz' });
    expect(key!.found).toBeUndefined();
    expect((await problemsOf({ model: 'openai:big@nowhere', rubric: 'a' })).map(({ code, field }) => [code, field])).toEqual([
      ['server.reference', 'metrics.0.value.model'],
    ]);
    expect((await problemsOf({ model, rubric: 'a', server: { apiKeyVariable: 'OTHER_API_KEY' } }))[0]!.field).toBe(
      'metrics.0.value.server.apiKeyVariable',
    );
  });
});

describe('calls of a run that is resumed', () => {
  it('count with those that it made before, by metric, and are kept before they go out', async () => {
    const calls = new JudgeCalls(5);
    const kept: string[] = [];
    calls.countFor({ before: ['metrics.0', 'metrics.1', 'metrics.0'], add: (metric) => kept.push(metric) });
    const server = await judge({});
    const entry = metricSchema.parse({ type: 'llm-rubric', value: { model: `openai:big@${server.url}`, rubric: 'It is polite.' } });
    const access = { cacheFolder: cache(), clock: new FakeClock() };
    const [metric] = await openMetrics([entry], { ...context, access, judgeCalls: calls });
    const scores = (await score(metric!, 'a', 'b', 'c')).map(({ score }) => score);
    expect(scores).toEqual([0.5, 0.5, NaN]);
    expect(kept).toEqual(['metrics.0', 'metrics.0']);
    expect(noteText(metric!.metric.notes!()[0]!)).toContain('called 4 times');
  });
});
