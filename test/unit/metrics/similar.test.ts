import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PolicyModel } from '../../../src/method/policyModel';
import { JudgeCalls } from '../../../src/metrics/judge/judgeCalls';
import type { Judgment, WeighedMetric } from '../../../src/metrics/metric';
import { openMetrics, releaseMetrics } from '../../../src/metrics/open';
import { MeanState } from '../../../src/model/local/meanState';
import { readModel } from '../../../src/model/local/modelFolder';
import { metricSchema } from '../../../src/spec/generation';
import { TaskError } from '../../../src/spec/problem';
import { noteText } from '../../../src/wording/note';
import { FakeClock, fakeServer, send, type FakeServer } from '../model/server/fakeServer';
import { context } from './metricContext';

const ROOT = join(import.meta.dirname, '../../..');
const folders: string[] = [];
const opened: WeighedMetric[] = [];
afterAll(async () => {
  await releaseMetrics(opened);
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

function cache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-similar-'));
  folders.push(folder);
  return folder;
}

async function open(value: unknown, { most = 1000, cacheFolder = cache(), references = true } = {}): Promise<WeighedMetric> {
  const access = { cacheFolder, clock: new FakeClock() };
  const [metric] = await openMetrics([metricSchema.parse({ type: 'similar', value })], {
    ...context,
    access,
    references,
    judgeCalls: new JudgeCalls(most),
  });
  opened.push(metric!);
  return metric!;
}

function score({ metric }: WeighedMetric, references: readonly string[], ...outputs: string[]): Promise<readonly Judgment[]> {
  return Promise.resolve(metric.score(outputs.map((output) => ({ output, row: { input: 'in', references } }))));
}

/** Texts and their vectors. */
const VECTORS: Readonly<Record<string, unknown>> = {
  right: [3, 4],
  same: [6, 8],
  near: [4, 3],
  across: [-4, 3],
  against: [-3, -4],
  nothing: [0, 0],
  words: ['a', 'b'],
};

async function embeddings(broken: Readonly<Record<string, number>> = {}): Promise<FakeServer & { readonly texts: () => string[] }> {
  const inputOf = (body: object): string[] => (body as { input: string[] }).input;
  const server = await fakeServer(({ path, body }, response) => {
    expect(path).toBe('/v1/embeddings');
    const texts = inputOf(body);
    const status = texts.map((text) => broken[text]).find((each) => each !== undefined);
    if (status !== undefined) return send(response, status, { error: { message: 'no' } });
    // In another order than asked, as the index allows.
    const data = texts.map((text, index) => ({ index, embedding: VECTORS[text] ?? [1, 0] })).reverse();
    return send(response, 200, { data, usage: { total_tokens: 5 * texts.length } });
  });
  return { ...server, texts: () => server.received.flatMap(({ body }) => inputOf(body)) };
}

describe('similar, by embeddings of a server', () => {
  it('is the cosine to the closest expected text, and 0 where that is negative', async () => {
    const metric = await open({ model: `openai:embed@${(await embeddings()).url}` });
    const judgments = await score(metric, ['right'], 'same', 'near', 'across', 'against', 'right');
    // (4·3 + 3·4) / (5·5)
    expect(judgments.map((each) => each.score)).toEqual([1, 24 / 25, 0, 0, 1].map((each) => expect.closeTo(each, 6) as number));
    expect(judgments[3]!.reason).toContain('-1.000');
    expect((await score(metric, ['against', 'near'], 'right'))[0]!.score).toBeCloseTo(24 / 25, 6);
  });

  it('sends each text once, and keeps the cosines for later runs', async () => {
    const server = await embeddings();
    const cacheFolder = cache();
    const value = { model: `openai:embed@${server.url}`, texts: ['right', 'across'] };
    const metric = await open(value, { cacheFolder });
    const trial = server.received.length;
    await score(metric, [], 'near', 'same', 'near');
    await score(metric, [], 'against');
    expect(server.texts().slice(trial).sort()).toEqual(['across', 'against', 'near', 'right', 'same']);
    const again = await open(value, { cacheFolder });
    const before = server.received.length;
    const kept = await score(again, [], 'near', 'same');
    expect(kept.map((each) => each.score)).toEqual((await score(metric, [], 'near', 'same')).map((each) => each.score));
    expect(server.received).toHaveLength(before);
    expect(again.metric.notes!().map(noteText).join()).toMatch(/called 0 times.*2 of/);
    expect(again.metric.key).toBe(metric.metric.key);
    expect(again.metric.pace).toMatchObject({ tokensPerQuery: 5, tokensCounted: true });
  });

  it('fails a text without a direction, one that the server refuses, and those beyond the limit', async () => {
    const server = await embeddings({ refused: 422, key: 401 });
    const value = { model: `openai:embed@${server.url}`, server: { maxRetries: 0 } };
    const metric = await open(value);
    const [nothing, refused, fine] = [
      ...(await score(metric, ['right'], 'nothing')),
      ...(await score(metric, ['right'], 'refused')),
      ...(await score(metric, ['right'], 'same')),
    ];
    expect([nothing!.score, refused!.score, fine!.score]).toEqual([NaN, NaN, expect.closeTo(1, 6)]);
    expect((await score(metric, ['right'], 'words'))[0]!.score).toBeNaN();
    await expect(score(metric, ['right'], 'key')).rejects.toMatchObject({ failure: 'key' });
    const limited = await score(await open(value, { most: 1 }), ['right'], 'same', 'near');
    expect(limited.map((each) => Number.isNaN(each.score))).toEqual([false, true]);
  });
});

describe('similar, by the mean state of a model', () => {
  it('is 1 for the same text, and prefers what is said alike', async () => {
    for (const model of ['bundled:causal', 'bundled:masked']) {
      const metric = await open({ model, texts: 'The film was wonderful and moving.' });
      const [same, like, unlike] = await score(
        metric,
        [],
        'The film was wonderful and moving.',
        'The movie was great and touching.',
        'Stocks fell in New York on Monday',
      );
      expect(same!.score).toBeCloseTo(1, 5);
      expect(like!.score).toBeGreaterThan(unlike!.score);
      expect(like!.score).toBeLessThan(1);
    }
  });

  it('has the causal model as its default, and takes texts or references', async () => {
    const references = ['The film was wonderful.'];
    const [a] = await score(await open(undefined), references, 'A good film.');
    const [b] = await score(await open(references[0], { references: false }), [], 'A good film.');
    const [c] = await score(await open({ model: 'bundled:causal' }), references, 'A good film.');
    expect([b!.score, c!.score]).toEqual([a!.score, a!.score]);
  });

  it('takes the mean over the tokens of the text: the states that the policy model finds one prefix at a time', async () => {
    const model = await readModel('bundled:causal', ROOT);
    const [mean, policy] = [await MeanState.open(model, { threads: 1 }), await PolicyModel.open(model, { threads: 1 })];
    const ids = model.tokenizer.encode('I really liked this movie .');
    const { prefix } = model.tokenizer;
    const states = await policy.states(ids.map((_, i) => [...prefix, ...ids.slice(0, i + 1)]));
    const d = policy.stateSize;
    const expected = Array.from({ length: d }, (_, i) => ids.reduce((sum, _id, t) => sum + states[t * d + i]!, 0) / ids.length);
    const found = await mean.of('I really liked this movie .');
    expect(found).toHaveLength(d);
    expected.forEach((each, i) => expect(found![i]).toBeCloseTo(each, 3));
    expect(await mean.of('')).toBeUndefined();
    await Promise.all([mean.release(), policy.release()]);
  });
});

it('similar says at its place what is wrong', async () => {
  const problemsOf = async (value: unknown, references = true) => {
    const error: unknown = await open(value, { references }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TaskError);
    return (error as TaskError).problems.map(({ code, field }) => [code, field]);
  };
  for (const value of [7, [], { texts: [1] }, { model: 'vscode-lm:copilot/gpt' }, { text: 'a' }])
    expect(await problemsOf(value)).toEqual([['metric.notSimilar', 'metrics.0.value']]);
  expect(await problemsOf({ model: 'bundled:causal' }, false)).toEqual([['metric.noReferences', 'metrics.0.type']]);
  expect(await problemsOf({ model: 'openai:embed@nowhere' })).toEqual([['server.reference', 'metrics.0.value.model']]);
});
