import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parse } from 'csv-parse/sync';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldOut } from '../../../src/run/view/heldOut';
import type { HeldOutTexts } from '../../../src/run/view/heldOutTexts';
import { evaluateJob, optimizeJob } from '../../../src/run/jobs';
import { exportRun } from '../../../src/run/report/exportRun';
import { transferText } from '../../../src/run/report/transferReport';
import { meanInterval } from '../../../src/run/report/statistics';
import { RunFolder } from '../../../src/run/store/storage';
import { transferJob } from '../../../src/run/transfer';
import { readSpec } from '../../../src/spec/spec';
import { fakeServer, send } from '../model/server/fakeServer';
import { fakeFrontEnd } from './fakeFrontEnd';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-held-texts-'));
const told: string[] = [];
const run = new RunFolder(join(folder, '.rlprompt', 'runs', 'one'));
const held = async (): Promise<HeldOutTexts> => (await heldOut(run)) as HeldOutTexts;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

beforeAll(async () => {
  const lines = readFileSync('examples/steering/test.csv', 'utf8').trimEnd().split('\n').slice(1, 41);
  writeFileSync(join(folder, 'data.csv'), ['text,reference', ...lines.map((line, i) => `${line},it was ${i}`)].join('\n') + '\n');
  const spec = {
    kind: 'generation',
    data: { train: 'data.csv', rowsPerClass: { train: 4, validation: 4 }, testRows: 6 },
    template: '{prompt} {input}',
    generation: { maxTokens: 6, samples: 2 },
    metrics: [
      { type: 'word-count', value: { min: 1, max: 4 } },
      { type: 'f1', name: 'overlap', weight: 2 },
    ],
    prompt: { length: 2 },
    compare: ['Overall:'],
    policy: { hiddenSize: 16 },
    search: { generationBudget: 800, promptsPerStep: 4, steps: 1, seed: 0 },
  };
  const file = join(folder, 'texts.prompt-task.json');
  writeFileSync(file, JSON.stringify(spec));
  const runs = [{ seed: 0, folder: run.path }];
  const frontEnd = fakeFrontEnd();
  await optimizeJob({ spec: await readSpec(file), runs, random: false, threads: 1 }, frontEnd, () => undefined);
  told.push(...frontEnd.told);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the prompts of a generation run on another model', () => {
  it('are scored by the same metrics on the held-out rows, with intervals', async () => {
    // Two of its five words are the reference's.
    const server = await fakeServer((request, response) => {
      const { prompt, n = 1 } = request.body as { prompt?: string; n?: number };
      if (prompt === undefined) return send(response, 404, {});
      send(response, 200, {
        choices: Array.from({ length: n }, () => ({ text: prompt.startsWith('Overall') ? '' : ' it was a fine day' })),
      });
    });
    const model = `openai:m@${server.url}`;
    const { result, unsaved } = await transferJob({ folder: run.path, models: [model], threads: 1 }, fakeFrontEnd());
    await server.close();
    expect(unsaved).toBeUndefined();
    const [own, other] = result.models;
    expect(own!.scores.map(({ accuracy }) => accuracy)).toEqual(run.readResult().prompts.map(({ test }) => test!.accuracy));
    expect(other!.error).toBeUndefined();
    const at = result.prompts.findIndex(({ prompt }) => prompt === 'Overall:');
    // An empty text scores 0. Five words are one more than 4; F1, which weighs 2 of 3, leaves out the article: 2·2 / (3 + 4).
    expect(other!.scores[at]).toEqual({
      accuracy: 0,
      interval: [0, expect.closeTo(meanInterval(Array<number>(6).fill(0), [0, 1])[1], 9)],
      n: 6,
    });
    const none = other!.scores[result.prompts.findIndex(({ prompt }) => prompt === '')]!;
    expect(none.accuracy).toBeCloseTo((4 / 5 + 2 * (4 / 7)) / 3, 6);
    expect(none.interval).toEqual(meanInterval(Array<number>(6).fill(none.accuracy), [0, 1]));
    expect(transferText(result)).toContain('Mean score');
  });

  it('are not on a model that writes nothing, which is a column with its error', async () => {
    const { result } = await transferJob({ folder: run.path, models: ['bundled:masked'], threads: 1 }, fakeFrontEnd());
    expect(result.models.at(-1)).toMatchObject({ reference: 'bundled:masked', scores: [] });
    expect(result.models.at(-1)!.error).toMatch(/masked/);
  });
});

it('a generation run says at its start what it will generate, and how long that takes', () => {
  // 8 rows for no prompt and "Overall:", and 2 texts each; what a server's trial takes is allowed for.
  const line = told.find((text) => text.startsWith('At most'))!;
  expect(line).toMatch(
    /^At most [\d,]+ generations of up to 6 tokens \(search \d+, given prompts 96, test rows \d+\): about .* a second\.$/,
  );
});

describe('held-out texts of a run', () => {
  it('are beside their row, and their scores give those of the table', async () => {
    const { metrics, file, rows, of, prompts } = await held();
    expect(metrics).toEqual(['word-count', 'overlap']);
    expect([rows.length, of]).toEqual([6, 6]);
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const { text, references, line } of rows) {
      expect(lines[line - 1]).toContain(references[0]);
      expect(lines[line - 1]!.replaceAll('""', '"')).toContain(text);
    }
    const result = run.readResult();
    expect(prompts.map(({ prompt }) => prompt)).toEqual(result.prompts.map(({ prompt }) => prompt));
    for (const [i, { outputs }] of prompts.entries()) {
      expect(outputs.every(({ length }) => length === 2)).toBe(true);
      const { test } = result.prompts[i]!;
      expect(mean(outputs.flat().map(({ score }) => score))).toBeCloseTo(test!.accuracy, 3);
      test!.metrics!.forEach(({ score }, m) => expect(mean(outputs.flat().map(({ parts }) => parts[m]![0]))).toBeCloseTo(score, 3));
    }
    // Different prompts write different texts.
    expect(new Set(prompts.map(({ outputs }) => outputs[0]![0]!.output)).size).toBeGreaterThan(1);
  });

  it('are there for prompts that were evaluated later, too', async () => {
    await evaluateJob({ task: run.path, prompts: ['Simply:', 'Overall:'], threads: 1 }, fakeFrontEnd());
    const { prompts } = await held();
    expect(prompts.at(-1)).toMatchObject({ prompt: 'Simply:', origin: 'evaluated' });
    expect(prompts.at(-1)!.outputs.flat()).toHaveLength(12);
    expect(prompts.filter(({ prompt }) => prompt === 'Overall:')).toHaveLength(1);
  });

  it("are in the report, the winner's beside those of no prompt", async () => {
    const { prompts, rows } = await held();
    const html = await exportRun(run.path, 'html');
    for (const { line } of rows) expect(html).toContain(`<td class="number">${line}</td>`);
    expect(html).toContain('What the winner wrote');
    expect(html).toContain(prompts[0]!.prompt === '' ? '' : 'No prompt');
    expect(html).not.toContain('most common class');
  });

  it('have a column for each metric in the exported table', async () => {
    const rows: Record<string, string>[] = parse(await exportRun(run.path, 'csv'), { columns: true });
    const { test } = run.readResult().prompts[0]!;
    expect([rows[0]!['score_word-count'], rows[0]!.score_overlap].map(Number)).toEqual(test!.metrics!.map(({ score }) => score));
  });

  it('are told apart from those of a file that has changed', async () => {
    const data = join(folder, 'data.csv');
    const before = readFileSync(data);
    writeFileSync(data, before.toString().replaceAll('it was', 'it is'));
    await expect(heldOut(run)).rejects.toMatchObject({ code: 'run.rowsChanged' });
    writeFileSync(data, before);
    rmSync(run.file('texts.jsonl.gz'));
    await expect(heldOut(run)).rejects.toMatchObject({ code: 'run.noTextsKept' });
  });
});
