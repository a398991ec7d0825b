import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubError } from '../../../src/model/hub/hubError';
import { AskError } from '../../../src/model/server/editorModel';
import { ScoringError } from '../../../src/method/scorer';
import { Declined } from '../../../src/run/consent/declined';
import { RunFolder } from '../../../src/run/store/storage';
import { hashData } from '../../../src/run/store/task';
import type { TransferResult } from '../../../src/run/store/transferFile';
import { transferJob } from '../../../src/run/transfer';
import { transferMarkdown, transferText } from '../../../src/run/report/transferReport';
import { parseSpec } from '../../../src/spec/spec';
import type { RunFrontEnd } from '../../../src/run/frontEnd';
import { word } from '../../../src/wording/wording';
import { temporaryFolder } from '../../run/commandLine';
import { completion, fakeServer, send, type FakeServer } from '../model/server/fakeServer';
import { fakeFrontEnd } from './fakeFrontEnd';
import { smallResult } from './smallResult';

const folder = temporaryFolder();
const run = new RunFolder(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => void fetched.mockReset().mockResolvedValue());

const spec = {
  data: { train: 'train.csv', validation: 'validation.csv', test: 'test.csv', input: 'text', label: 'label' },
  labels: { good: 'great', bad: 'terrible' },
  template: '{input} {prompt}',
  policyModel: 'bundled:causal',
  server: { maxRetries: 0 },
};

/** A finished run with these prompts, as it lies on disk. */
async function finishedRun(prompts: readonly string[] = ['Overall'], tail = ''): Promise<void> {
  rmSync(run.file('transfer.json'), { force: true });
  rmSync(join(folder, '.rlprompt'), { recursive: true, force: true });
  for (const split of ['train', 'validation', 'test']) {
    const rows = Array.from({ length: 4 }, (_, i) => [`A good ${split} ${i}.${tail},good`, `A bad ${split} ${i}.,bad`]).flat();
    writeFileSync(join(folder, `${split}.csv`), ['text,label', ...rows].join('\n'));
  }
  const specFile = join(folder, 'small.prompt-task.json');
  const data = await hashData(parseSpec(JSON.stringify(spec), specFile));
  writeFileSync(run.file('task.json'), JSON.stringify({ specFile, spec, data }));
  const result = smallResult();
  const test = { accuracy: 0.5, interval: [0.2, 0.8], n: 8, macroF1: 0.5 };
  const ranked = prompts.map((prompt, i) => ({ ...result.prompts[0], rank: i + 1, prompt, origin: 'policy', test }));
  writeFileSync(run.file('result.json'), JSON.stringify({ ...result, prompts: ranked }));
}

/** Always says "great": right in half the rows. Refuses texts that hold "Fail". */
function agreeable(): Promise<FakeServer> {
  return fakeServer((request, response) => {
    const texts = [request.body.prompt ?? ''].flat();
    if (request.path !== '/v1/completions') return send(response, 404, {});
    if (texts.some((text) => text.includes('Fail'))) return send(response, 400, { error: { message: 'not this one' } });
    const filler = Object.fromEntries(Array.from({ length: 98 }, (_, i) => [` w${i}`, -9 - i]));
    send(
      response,
      200,
      completion(texts, () => ({ ' great': -1, ' terrible': -2, ...filler })),
    );
  });
}

/** Stands in for the hub's models, which a test may refuse. */
const fetched = vi.hoisted(() => vi.fn((_reference: string) => Promise.resolve()));
vi.mock('../../../src/run/consent/hubModels', () => ({ fetchHubModels: ([reference]: [string]) => fetched(reference) }));

async function on(models: readonly string[], top?: number, frontEnd: RunFrontEnd = fakeFrontEnd()): Promise<TransferResult> {
  const { result, unsaved } = await transferJob({ folder, models, top, threads: 1 }, frontEnd);
  expect(unsaved).toBeUndefined();
  return result;
}

const missing = new HubError('hub.fileGone', [{ model: 'no/such', revision: 'main' }]);
const declined = (model: string): string => word('run.declined', { model });
const saved = (): TransferResult => JSON.parse(readFileSync(run.file('transfer.json'), 'utf8')) as TransferResult;
const columns = ({ models }: TransferResult): [string, number | undefined, string | undefined][] =>
  models.slice(1).map(({ reference, scores, error }) => [reference, scores[0]?.accuracy, error]);

describe('a model that is not to be had', () => {
  beforeEach(() => finishedRun());

  it.each<[string, Error]>([
    ['missing on the hub', missing],
    ['that scores nothing', new ScoringError('method.noRowScored', { rows: 8 })],
    ['that the user does not agree to', new Declined('run.declined', { model: 'hf:no/such' })],
    ['that the editor does not give', new AskError('no-consent', 'there is none')],
  ])('%s is a column with its error, and the next is scored', async (_, error) => {
    const server = await agreeable();
    const reference = `openai:tiny@${server.url}`;
    fetched.mockImplementation((wanted) => (wanted.startsWith('hf:') ? Promise.reject(error) : Promise.resolve()));
    const result = await on(['hf:no/such', reference]);
    expect(columns(result)).toEqual([
      ['hf:no/such', undefined, error.message],
      [reference, 0.5, undefined],
    ]);
    expect(saved()).toEqual(result);
    expect(fetched.mock.calls).toEqual([['bundled:causal'], ['hf:no/such'], [reference]]);
  });

  it('a no to its preview sends it nothing more, and costs no other column', async () => {
    const [first, second] = [await agreeable(), await agreeable()];
    const references = [`openai:first@${first.url}`, `openai:second@${second.url}`];
    let sent = 0;
    const consent = (reference: string): Promise<boolean> => {
      if (reference !== references[1]) return Promise.resolve(true);
      // The column that is paid for is safe while the user thinks.
      expect(columns(saved())).toEqual([[references[0], 0.5, undefined]]);
      sent = second.received.length;
      return Promise.resolve(false);
    };
    const result = await on(references, undefined, fakeFrontEnd({ consent }));
    expect(columns(result)).toEqual([
      [references[0], 0.5, undefined],
      [references[1], undefined, declined(references[1]!)],
    ]);
    expect(second.received).toHaveLength(sent);
  });

  it('without a policy model there is no transfer', async () => {
    fetched.mockRejectedValue(missing);
    await expect(on(['bundled:masked'])).rejects.toBe(missing);
  });

  it('an end that was asked for is one', async () => {
    const server = await agreeable();
    const stop = new AbortController();
    const reference = `openai:tiny@${server.url}`;
    fetched.mockImplementation((wanted) => {
      if (!wanted.startsWith('hf:')) return Promise.resolve();
      stop.abort();
      return Promise.reject(missing);
    });
    const ended = on([reference, 'hf:a/b'], undefined, fakeFrontEnd({ signal: stop.signal }));
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    expect(columns(saved())).toEqual([[reference, 0.5, undefined]]);
  });
});

it('a prompt that a server refuses on all rows is an error of that model alone', async () => {
  await finishedRun(['Fail']);
  const server = await agreeable();
  const result = await on([`openai:tiny@${server.url}`, 'bundled:masked']);
  const [tiny, masked] = result.models.slice(1);
  expect(tiny).toMatchObject({ scores: [], error: expect.stringContaining('8 of 8 texts could not be scored') as string });
  expect(masked!.scores).toHaveLength(1);
});

it('rows that were cut for a model are told of its column alone', async () => {
  // The bundled masked model reads 256 tokens; a thousand words are more.
  await finishedRun(['Overall'], ' and on'.repeat(500));
  const server = await agreeable();
  const result = await on([`openai:tiny@${server.url}`, 'bundled:masked']);
  const note = "test: 4 of 8 texts were cut to fit the model's context of 256 tokens";
  const [own, tiny, masked] = result.models.map(({ notes }) => notes);
  expect(masked).toContain(note);
  expect(own).toEqual([]);
  expect(tiny!.join()).not.toContain('were cut');
  for (const table of [transferText(result), transferMarkdown(result)]) expect(table).toContain(`bundled:masked: ${note}.`);
});

describe('a later transfer', () => {
  beforeEach(() => finishedRun(['Overall', 'It was']));

  it('keeps the columns of other models, and scores the same model again', async () => {
    const [first, second] = [await agreeable(), await agreeable()];
    const [one, two] = [`openai:one@${first.url}`, `openai:two@${second.url}`];
    await on([one, 'bundled:nosuch']);
    const sent = first.received.length;
    // What has failed is not kept: it has no scores.
    expect(columns(await on([two]))).toEqual([
      [one, 0.5, undefined],
      [two, 0.5, undefined],
    ]);
    expect(first.received).toHaveLength(sent);
    expect(columns(await on([one]))).toEqual([
      [one, 0.5, undefined],
      [two, 0.5, undefined],
    ]);
    expect(first.received.length).toBeGreaterThan(sent);
  });

  it('at the same time as another keeps the columns of both', async () => {
    const references = [await agreeable(), await agreeable()].map(({ url }, i) => `openai:model${i}@${url}`);
    await Promise.all(references.map((reference) => on([reference])));
    const kept = columns(saved()).map(([reference]) => reference);
    expect(kept.sort()).toEqual(references);
  });

  it('that fails leaves the scores that were there, and says so', async () => {
    const server = await agreeable();
    const reference = `openai:tiny@${server.url}`;
    await on([reference]);
    const result = await on([reference], undefined, fakeFrontEnd({ consent: () => Promise.resolve(false) }));
    expect(columns(result)).toEqual([[reference, 0.5, declined(reference)]]);
    expect(transferText(result)).toContain(`${reference} failed: ${declined(reference)} Its scores are those of an earlier transfer.`);
    // The complaint was of that time.
    expect(columns(await on([]))).toEqual([[reference, 0.5, undefined]]);
  });

  it('of other prompts leaves the scores that were there where it gets none', async () => {
    const server = await agreeable();
    const before = await on([`openai:tiny@${server.url}`]);
    expect(columns(await on(['bundled:nosuch'], 1))).toMatchObject([['bundled:nosuch', undefined, expect.any(String)]]);
    expect(saved()).toEqual(before);
  });

  it('takes the best prompts of each search', async () => {
    const result = run.readResult();
    const prompts = ['reflect', 'reflect', 'none', 'reflect', 'random'].map((origin, i) => ({
      ...result.prompts[0],
      rank: i + 1,
      prompt: `p${i}`,
      origin,
    }));
    writeFileSync(run.file('result.json'), JSON.stringify({ ...result, prompts }));
    expect((await on([], 2)).prompts.map(({ prompt }) => prompt)).toEqual(['p0', 'p1', 'p2', 'p4']);
  });

  it('of other prompts, or on other rows, begins anew', async () => {
    const server = await agreeable();
    await on([`openai:tiny@${server.url}`]);
    expect(columns(await on([], 1))).toEqual([]);
    expect(columns(await on([]))).toHaveLength(1);
    const test = join(folder, 'test.csv');
    writeFileSync(test, readFileSync(test, 'utf8').replace('good test 0', 'good test 9'));
    expect(columns(await on([]))).toEqual([]);
  });
});
