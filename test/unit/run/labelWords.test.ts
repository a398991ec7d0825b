import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { readModel } from '../../../src/model/local/modelFolder';
import { PrefixTaskModel } from '../../../src/model/local/prefixTaskModel';
import { WordScores } from '../../../src/model/local/wordScores';
import { WholeRowTaskModel } from '../../../src/model/local/wholeRowTaskModel';
import { evaluateJob, optimizeJob, resumeJob } from '../../../src/run/jobs';
import type { ProgressEvent } from '../../../src/run/events';
import { settleLabels } from '../../../src/run/open/labelWords';
import type { RunResult } from '../../../src/run/result/result';
import { RunFolder } from '../../../src/run/store/storage';
import type { LabelWordChoice } from '../../../src/search/labelWords/choice';
import { parseSpec, type Spec } from '../../../src/spec/spec';
import { word } from '../../../src/wording/wording';
import { completion, fakeServer, send, type Handler } from '../model/server/fakeServer';
import { fakeFrontEnd } from './fakeFrontEnd';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-labels-'));
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BUDGET = 600;

function task(change: object = {}): Spec {
  const data = (name: string): string => resolve('examples/sentiment', name);
  const values = {
    data: {
      train: data('train.csv'),
      validation: data('validation.csv'),
      test: data('test.csv'),
      rowsPerClass: { train: 8, validation: 8 },
      testRows: 20,
    },
    labels: 'auto',
    template: '{input} {prompt}',
    prompt: { length: 2 },
    policy: { hiddenSize: 64 },
    search: { steps: 3, promptsPerStep: 4, queryBudget: BUDGET, validateEvery: 2, rowsPerPrompt: 4 },
    ...change,
  };
  return parseSpec(JSON.stringify(values), join(folder, 'small.prompt-task.json'));
}

type Given = [prompts: readonly (readonly number[])[], set: unknown, rows: readonly number[], signal?: AbortSignal];

/** (Prompt, row) pairs that local task models score from here on, with the number of words of each call. */
function countQueries(): { pairs: number; words: number }[] {
  const calls: { pairs: number; words: number }[] = [];
  for (const model of [WholeRowTaskModel, PrefixTaskModel]) {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
    const score = model.prototype.score as (this: unknown, ...given: Given) => Promise<Float32Array>;
    vi.spyOn(model.prototype, 'score').mockImplementation(function (this: unknown, ...given: Given) {
      const [prompts, , rows] = given;
      calls.push({ pairs: prompts.length * rows.length, words: (this as { classes: number }).classes });
      return score.apply(this, given);
    });
  }
  // Prompts that have rows of their own.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
  const scoreEach = PrefixTaskModel.prototype.scoreEach;
  vi.spyOn(PrefixTaskModel.prototype, 'scoreEach').mockImplementation(function (this: PrefixTaskModel, ...given) {
    calls.push({ pairs: given[0].reduce((sum, { rows }) => sum + rows.length, 0), words: this.classes });
    return scoreEach.apply(this, given);
  });
  return calls;
}

describe('"labels": "auto"', () => {
  it('scores thousands of words by one pass over each row of the pool', async () => {
    const calls = countQueries();
    const events: ProgressEvent[] = [];
    const told = fakeFrontEnd({ progress: (event) => void events.push(event) });
    const { spec, labelWords } = await settleLabels(task(), 1, told);
    expect(events[0]).toMatchObject({ stage: 'labels', done: 0, total: 32 });
    expect(events.at(-1)).toMatchObject({ stage: 'labels', done: 32, total: 32 });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toEqual({ pairs: 32, words: expect.any(Number) as number });
    expect(calls[0]!.words).toBeGreaterThan(4000);
    expect(labelWords).toMatchObject({ rows: 32, queries: 32, own: { words: ['negative', 'positive'] } });
    expect(Object.keys(spec.labels!)).toEqual(['negative', 'positive']);
    expect(Object.values(spec.labels!)).toEqual(labelWords!.chosen.words);
    expect(told.told).toContain(`${word('search.labelWords', labelWords!)}.`);
  });

  it('offers whole words only, none that continues another', async () => {
    const folder = await readModel('bundled:causal', '.');
    const words = WordScores.of(task({ labels: undefined }), folder, folder.tokenizer);
    const texts = [...words.texts.values()];
    expect(texts).toEqual(expect.arrayContaining(['terrible', 'great', 'Business']));
    for (const text of texts) expect(text).toMatch(/^\p{L}[\p{L}'’]*\p{L}$/u);
    expect(texts).not.toEqual(expect.arrayContaining(['weren']));
    expect(new Set(texts).size).toBe(texts.length);
    for (const [id, text] of words.texts) expect(words.token(text)).toBe(id);
  });

  it('means their logits over prompts, and has those without one', async () => {
    const folder = await readModel('bundled:causal', '.');
    const words = WordScores.of(task({ labels: undefined }), folder, folder.tokenizer);
    const ids = [words.token('great')!, words.token('terrible')!];
    const texts = ['a warm and funny film', 'dull'];
    const of = async (...prompts: string[]) => words.logits(texts, prompts, ids, { threads: 1 });
    const [none, own, both] = [await of(''), await of('It was'), await of('', 'It was')];
    expect(both.first).toEqual(none.mean);
    both.mean.forEach((x, i) => expect(x).toBeCloseTo((none.mean[i]! + own.mean[i]!) / 2, 4));
    expect(own.mean[0]).not.toBeCloseTo(none.mean[0]!, 2);
  });

  it('reads rows whose labels name no words with several prompts, where the budget has room', async () => {
    const texts = readFileSync('examples/sentiment/train.csv', 'utf8');
    const numbered = join(folder, 'numbered.csv');
    writeFileSync(numbered, texts.replaceAll(/negative$/gm, '0').replaceAll(/positive$/gm, '1'));
    const large = { search: { queryBudget: 5000 } };
    const data = { train: numbered, rowsPerClass: { train: 8 }, testRows: 20 };
    const calls = countQueries();
    const { labelWords } = await settleLabels(task({ ...large, data }), 1, fakeFrontEnd());
    expect(calls.map(({ pairs }) => pairs)).toEqual([16, 16, 16, 16, 16]);
    expect(labelWords).toMatchObject({ rows: 16, queries: 80, own: null });
    calls.length = 0;
    await settleLabels(task(large), 1, fakeFrontEnd());
    expect(calls.map(({ pairs }) => pairs)).toEqual([32]);

    // Whatever prompt is evaluated has the words of a run.
    const terminal = fakeFrontEnd();
    await evaluateJob({ task: task({ ...large, data }), prompts: ['a log level', 'kinda'], threads: 1 }, terminal);
    expect(terminal.told).toContain(`${word('search.labelWords', labelWords!)}.`);
  });

  it('works on a masked model, and compares with the words that the spec gives', async () => {
    const given = task({
      labels: { negative: 'terrible', positive: 'great' },
      taskModel: 'bundled:masked',
      template: '{input} {prompt} {mask} .',
    });
    const { labelWords } = await settleLabels({ ...given, autoLabels: true }, 1, fakeFrontEnd());
    expect(labelWords!.own!.words).toEqual(['terrible', 'great']);
    expect((await settleLabels(given, 1, fakeFrontEnd())).labelWords).toBeUndefined();
  });

  it('counts in the budget, is in the result, and is never chosen again', async () => {
    const calls = countQueries();
    const results: RunResult[] = [];
    const out = join(folder, 'run');
    await optimizeJob({ spec: task(), runs: [{ seed: 0, folder: out }], random: false, threads: 1 }, fakeFrontEnd(), (result) =>
      results.push(result),
    );
    const [result] = results as [RunResult];
    expect(result.queryBudget).toBe(BUDGET);
    expect(result.labelWords!.queries).toBe(32);
    // No prompt on the pool and the search; at most 13 prompts on 20 held-out rows come on top.
    expect(result.queries.computed + 32).toBeLessThanOrEqual(BUDGET);
    const all = calls.reduce((sum, { pairs }) => sum + pairs, 0);
    expect(all).toBe(32 + result.queries.computed + result.testQueries);
    expect(result.classes.map((one) => one.word)).toEqual(result.labelWords!.chosen.words);

    const stored = new RunFolder(out);
    expect(stored.readTask()).toMatchObject({
      labelWords: result.labelWords,
      spec: { labels: Object.fromEntries(result.classes.map((one) => [one.label, one.word])) },
    });
    // Resumed as a run that was killed before its first checkpoint.
    for (const name of ['result.json', 'checkpoint']) rmSync(join(out, name));
    calls.length = 0;
    const again = await resumeJob({ folder: out }, fakeFrontEnd());
    expect(calls.every(({ words }) => words === 2)).toBe(true);
    expect(again.labelWords).toEqual(result.labelWords);
    expect(again.prompts).toEqual(result.prompts);
    expect(again.queries).toEqual(result.queries);

    calls.length = 0;
    await evaluateJob({ task: out, prompts: ['Overall'], threads: 1 }, fakeFrontEnd());
    expect(calls.every(({ words }) => words === 2)).toBe(true);
    expect((JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as { labelWords: LabelWordChoice }).labelWords).toEqual(
      result.labelWords,
    );
  });

  it('races sets of words on a server within a tenth of the budget, after the user agreed', async () => {
    // Reports the words that it knows; only "good" and "bad" have anything to do with the text.
    const model: Handler = (request, response) => {
      if (request.path !== '/v1/completions') return send(response, 404, { error: { message: 'no such address' } });
      const filler = Object.fromEntries(Array.from({ length: Number(request.body.logprobs) - 12 }, (_, i) => [` w${i}`, -9 - i / 100]));
      const tops = (text: string): Record<string, number> => {
        const happy = /good|great|love|best|wonderful|enjoy|fun|perfect|beautiful/i.test(text) ? 1 : -1;
        return { ' good': -2 + happy, ' bad': -2 - happy, ' positive': -1, ' negative': -2, ' great': -3, ' poor': -4, ...filler };
      };
      send(response, 200, completion([request.body.prompt!].flat(), tops));
    };
    const server = await fakeServer(model);
    const spec = task({ taskModel: `openai:tiny@${server.url}`, server: { maxRetries: 0 }, search: { queryBudget: 5000 } });
    const refused = fakeFrontEnd({ consent: () => Promise.resolve(false) });
    await expect(settleLabels(spec, 1, refused)).rejects.toMatchObject({ code: 'run.declined' });
    const asked: string[][] = [];
    const frontEnd = fakeFrontEnd({ consent: (_, lines) => Promise.resolve(asked.push([...lines]) > 0) });
    const { labelWords, agreed } = await settleLabels(spec, 1, frontEnd);
    expect(asked).toHaveLength(1);
    expect(agreed).toBe(true);
    expect(labelWords!.chosen.words).toEqual(['bad', 'good']);
    expect(labelWords!.own!.words).toEqual(['negative', 'positive']);
    expect(labelWords!.queries).toBeLessThanOrEqual(500);
    expect(labelWords!.chosen.crossValidated).toBeGreaterThan(labelWords!.own!.accuracy);
  });
});
