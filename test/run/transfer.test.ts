import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PromptResult, RunResult } from '../../src/run/result/result';
import type { TransferResult } from '../../src/run/store/transferFile';
import { word } from '../../src/wording/wording';
import { completion, fakeServer, send } from '../unit/model/server/fakeServer';
import { rlprompt, smallTask, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
const run = join(folder, 'run');
let result: RunResult;

beforeAll(async () => {
  // Data of its own, so that a test may change it.
  for (const name of ['train.csv', 'validation.csv', 'test.csv']) copyFileSync(resolve('examples/sentiment', name), join(folder, name));
  const data = {
    train: 'train.csv',
    validation: 'validation.csv',
    test: 'test.csv',
    rowsPerClass: { train: 8, validation: 8 },
    testRows: 20,
  };
  const finished = await rlprompt('optimize', smallTask(folder, { steps: 8 }, { data }), '--out', run, '--threads', '1');
  expect(finished.status).toBe(0);
  result = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')) as RunResult;
}, 120_000);
// Each test asks for columns of its own.
beforeEach(() => rmSync(join(run, 'transfer.json'), { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function transfer(...args: string[]): Promise<{ json: TransferResult; status: number | null; stderr: string }> {
  const { stdout, status, stderr } = await rlprompt('transfer', run, '--json', '--threads', '1', ...args);
  return { json: JSON.parse(stdout) as TransferResult, status, stderr };
}

describe('transfer', () => {
  it("gives the run's prompts, ranked as they were, the accuracy that evaluate gives on the other model", async () => {
    const { json, status } = await transfer('--model', 'bundled:masked');
    expect(status).toBe(0);
    expect(json.prompts.map(({ prompt }) => prompt)).toEqual(result.prompts.map(({ prompt }) => prompt));
    expect(new Set(json.prompts.map(({ origin }) => origin))).toEqual(new Set(['none', 'manual', 'policy', 'random']));
    const [own, masked] = json.models;
    expect(own).toMatchObject({ reference: 'bundled:causal', own: true });
    expect(own!.scores.map(({ accuracy }) => accuracy)).toEqual(result.prompts.map(({ test }) => test!.accuracy));
    expect(masked!.notes).toEqual(['a masked model needs {mask}, so the template became "{input} {prompt} {mask} ."']);

    mkdirSync(join(folder, 'masked'));
    const data = JSON.parse(readFileSync(join(run, 'task.json'), 'utf8')) as { spec: { data: object } };
    const absolute = { train: join(folder, 'train.csv'), validation: join(folder, 'validation.csv'), test: join(folder, 'test.csv') };
    const more = { data: { ...data.spec.data, ...absolute }, taskModel: 'bundled:masked', template: '{input} {prompt} {mask} .' };
    const spec = smallTask(join(folder, 'masked'), {}, more);
    const prompts = result.prompts.map(({ prompt }) => prompt).filter((prompt) => prompt !== '');
    const evaluated = await rlprompt('evaluate', spec, '--json', ...prompts.flatMap((prompt) => ['--prompt', prompt]));
    const expected = new Map(
      (JSON.parse(evaluated.stdout) as { prompts: PromptResult[] }).prompts.map(({ prompt, test }) => [prompt, test!]),
    );
    expect(masked!.scores).toEqual(
      json.prompts.map(({ prompt }) => ({
        accuracy: expected.get(prompt)!.accuracy,
        interval: expected.get(prompt)!.interval,
        n: expected.get(prompt)!.n,
      })),
    );
    expect(JSON.parse(readFileSync(join(run, 'transfer.json'), 'utf8'))).toEqual(json);
  });

  it('takes the best so many of the search, and all others', async () => {
    const { json } = await transfer('--model', 'bundled:masked', '--top', '2');
    expect(json.prompts.filter(({ origin }) => origin === 'policy')).toHaveLength(2);
    const others = (prompts: readonly { origin: string }[]): number => prompts.filter(({ origin }) => origin !== 'policy').length;
    expect(others(json.prompts)).toBe(others(result.prompts));
  });

  it('takes servers, and says what it will ask; a model that fails is a column with the reason', async () => {
    const server = await fakeServer((request, response) => {
      if (request.path !== '/v1/completions') return send(response, 404, {});
      const filler = Object.fromEntries(Array.from({ length: 98 }, (_, i) => [` w${i}`, -9 - i]));
      // Always "great": right in half the rows.
      const tops = (): Record<string, number> => ({ ' great': -1, ' terrible': -2, ...filler });
      send(response, 200, completion([request.body.prompt!].flat(), tops));
    });
    const reference = `openai:tiny@${server.url}`;
    const { json, status, stderr } = await transfer(
      '--model',
      reference,
      '--model',
      'bundled:nosuch',
      '--model',
      'vscode-lm:',
      '--top',
      '1',
      '--yes',
    );
    expect(status).toBe(1);
    expect(stderr).toContain(`tiny on ${server.url}, without a key:`);
    expect(stderr).toMatch(/at most \d+ queries \(test rows \d+\)/);
    const [, tiny, nosuch, editor] = json.models;
    expect(tiny!.scores.map(({ accuracy, n }) => [accuracy, n])).toEqual(json.prompts.map(() => [0.5, 20]));
    // Wilson's interval of 10 in 20.
    expect(tiny!.scores[0]!.interval).toEqual([expect.closeTo(0.2993, 4), expect.closeTo(0.7007, 4)]);
    expect(nosuch).toMatchObject({ error: expect.stringContaining('There is no bundled model "nosuch"') as string, scores: [] });
    expect(editor).toMatchObject({ error: expect.stringContaining('inside VS Code') as string, scores: [] });
  });

  it.each([
    ['in the address', 'openai:m@https://user:sk-live-Zx81qTestKeyOfNobody@host.example/v1', 'holds a user name or a key'],
    ['for a model', 'openai:sk-live-Zx81qTestKeyOfNobody@https://host.example/v1', "The model's name looks like a key"],
    ['in other letters', ' OpenAI:m@https://host.example/v1?api_key=sk-live-Zx81qTestKeyOfNobody', 'holds a key'],
  ])('refuses a key %s without showing it, and asks no model', async (_, reference, message) => {
    const { status, stdout, stderr } = await rlprompt('transfer', run, '--model', 'bundled:masked', '--model', reference);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stdout + stderr).not.toContain('sk-live');
    expect(stderr).not.toContain('Scoring');
    expect(existsSync(join(run, 'transfer.json'))).toBe(false);
  });

  it('as a table: text, Markdown and CSV', async () => {
    const table = async (...args: string[]): Promise<string> =>
      (await rlprompt('transfer', run, '--model', 'bundled:masked', '--model', 'bundled:nosuch', '--top', '1', ...args)).stdout;
    const text = await table();
    expect(text).toMatch(/^rank +prompt +origin +bundled:causal \(searched on\) +bundled:masked +bundled:nosuch\n/);
    expect(text).toMatch(/\(no prompt\) +none +\d+\.\d \(\d+\.\d–\d+\.\d\) +\d+\.\d \(\d+\.\d–\d+\.\d\) +failed/);
    expect(text).toMatch(/^Accuracy .* 20 test rows/m);
    expect(text).toContain('bundled:nosuch failed: There is no bundled model');
    expect(await table('--markdown')).toContain(
      '| rank | prompt | origin | bundled:causal (searched on) | bundled:masked | bundled:nosuch |\n| --- |',
    );
    const csv = (await table('--csv')).split('\r\n');
    expect(csv[0]).toBe('rank,prompt,origin,model,searched_on,test_accuracy,test_low,test_high,test_rows,error');
    expect(csv.filter((line) => line.includes('bundled:nosuch,false,,,,,'))).toHaveLength((csv.length - 2) / 3);
  });

  it('says when the data is no longer what it was', async () => {
    appendFileSync(join(folder, 'test.csv'), 'One more dull evening.,negative\n');
    const { json } = await transfer('--model', 'bundled:masked', '--top', '1');
    expect(json.notes).toEqual([word('run.dataChangedSince', { name: 'test.csv' })]);
  });

  it('needs a run with a result', async () => {
    const finished = await rlprompt('transfer', folder, '--model', 'bundled:masked');
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(`rlprompt: ${word('run.notARun', { folder })}`);
    expect(existsSync(join(folder, 'transfer.json'))).toBe(false);
  });
});
