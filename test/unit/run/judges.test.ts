import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dataPreview } from '../../../src/checks/dataPreview';
import { optimizeJob } from '../../../src/run/jobs';
import { generationPreview } from '../../../src/run/outset';
import { transferJob } from '../../../src/run/transfer';
import type { RunResult } from '../../../src/run/result/result';
import { readSpec } from '../../../src/spec/spec';
import { noteText } from '../../../src/wording/note';
import { word } from '../../../src/wording/wording';
import { chatCompletion, fakeServer, send } from '../model/server/fakeServer';
import { fakeFrontEnd } from './fakeFrontEnd';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-judge-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'a.prompt-task.json');
function task(url: string, search: object = {}): void {
  const rows = ['The film was', 'The book was', 'The meal was', 'The day was', 'The trip was', 'The talk was'];
  for (const [name, more] of [
    ['rows', ''],
    ['test', ' really'],
  ] as const)
    writeFileSync(join(folder, `${name}.jsonl`), rows.map((text) => JSON.stringify({ text: text + more })).join('\n'));
  const spec = {
    kind: 'generation',
    data: { train: 'rows.jsonl', test: 'test.jsonl', rowsPerClass: { train: 6 } },
    template: '{input} {prompt}',
    generation: { maxTokens: 4, samples: 1 },
    metrics: [
      { type: 'llm-rubric', name: 'politeness', value: { model: `openai:big@${url}`, rubric: 'It is polite.' } },
      { type: 'word-count', value: { min: 1 } },
    ],
    prompt: { length: 2 },
    search: { generationBudget: 150, promptsPerStep: 4, steps: 2, random: false, ...search },
  };
  writeFileSync(file, JSON.stringify(spec));
}

describe('a run with a judge', () => {
  it('shows what the judge will be asked, asks it for no more, and counts its calls', async () => {
    const server = await fakeServer((_, response) => send(response, 200, chatCompletion('{"score": 0.75, "reason": "polite"}', undefined)));
    task(server.url);
    const shown: string[][] = [];
    const refusing = fakeFrontEnd({ consent: (model, lines) => Promise.resolve(shown.push([model, ...lines]) === 0) });
    const request = async (name: string) => ({
      spec: await readSpec(file),
      runs: [{ seed: 0, folder: join(folder, name) }],
      random: undefined,
      threads: 1,
    });
    await expect(optimizeJob(await request('none'), refusing, () => undefined)).rejects.toMatchObject({ code: 'run.declined' });
    expect(shown[0]![0]).toBe(`big on ${server.url}`);
    expect(shown[0]!.slice(1).join('\n')).toMatch(/"politeness"[^]*at most (\d+) generated texts[^]*at most \d+ calls/);
    // The question goes away. What the run says at its start, and the editor on a spec, stays.
    const calls = /at most ([\d,]+) calls/.exec(shown[0]!.join('\n'))![1]!;
    const most = word('run.judgeCalls', { metrics: ['politeness'], calls: Number(calls.replace(',', '')) });
    const preview = await dataPreview(readFileSync(file, 'utf8'), file, generationPreview);
    expect(preview.slice(-2)).toEqual([expect.stringMatching(/^At most \d+ generations of up to 4 tokens/), most]);
    const before = server.received.length;
    const results: RunResult[] = [];
    const frontEnd = fakeFrontEnd();
    await optimizeJob(await request('run'), frontEnd, (result) => results.push(result));
    for (const line of preview.slice(-2)) expect(frontEnd.told).toContain(`${line}.`);
    const [best] = results[0]!.prompts;
    expect(best!.test!.metrics!.map(({ name }) => name)).toEqual(['politeness', 'word-count']);
    expect(best!.test!.metrics![0]!.score).toBeCloseTo(0.75, 6);
    const [, called, limit] = /called (\d+) times.* may be called ([\d,]+) times/.exec(results[0]!.notes.map(noteText).join('\n'))!;
    expect(limit).toBe(calls);
    // The rest is the trial.
    expect(server.received.length - before - Number(called)).toBe(4);
    expect(Number(called)).toBeLessThanOrEqual(Number(/at most (\d+) generated/.exec(shown[0]!.join('\n'))![1]));
  });

  it('asks again before its prompts are scored on another model', async () => {
    const server = await fakeServer((_, response) => send(response, 200, chatCompletion('{"score": 0.25}', undefined)));
    task(server.url);
    const run = join(folder, 'transferred');
    await optimizeJob(
      { spec: await readSpec(file), runs: [{ seed: 0, folder: run }], random: undefined, threads: 1 },
      fakeFrontEnd(),
      () => undefined,
    );
    const models = [`folder:${resolve('test/models/gpt2')}`];
    const shown: string[][] = [];
    const consent = (agrees: boolean) =>
      fakeFrontEnd({ consent: (model, lines) => Promise.resolve(shown.push([model, ...lines]) > 0 && agrees) });
    const before = server.received.length;
    const refused = await transferJob({ folder: run, models, threads: 1 }, consent(false));
    expect(refused.result.models.at(-1)).toMatchObject({ scores: [], error: expect.stringContaining(server.url) as string });
    expect(shown.map(([model]) => model)).toEqual([`big on ${server.url}`]);
    // The trial.
    expect(server.received.length - before).toBe(4);
    const { result } = await transferJob({ folder: run, models, threads: 1, top: 1 }, consent(true));
    expect(result.models.at(-1)!.scores[0]!.accuracy).toBeGreaterThan(0);
  });

  it('refuses a limit that may end it, and says how much it may need', async () => {
    const server = await fakeServer((_, response) => send(response, 200, chatCompletion('1', undefined)));
    task(server.url, { judgeBudget: 10 });
    const run = optimizeJob(
      { spec: await readSpec(file), runs: [{ seed: 0, folder: join(folder, 'small') }], random: undefined, threads: 1 },
      fakeFrontEnd(),
      () => undefined,
    );
    await expect(run).rejects.toMatchObject({ problems: [{ code: 'metric.judgeBudget', field: 'search.judgeBudget', found: '10' }] });
    expect(server.received).toHaveLength(0);
  });
});
