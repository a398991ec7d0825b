import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describePreview } from '../../src/run/report/previewText';
import { quote } from '../../src/run/report/shell';
import type { RunResult } from '../../src/run/result/result';
import { completion, fakeServer, send, type FakeServer, type Handler } from '../unit/model/server/fakeServer';
import { journal, rlprompt, smallTask, start, temporaryFolder, untilJournal } from './commandLine';
import { Kills } from './kills';
import { noteText } from '../../src/wording/note';
import { word, worded } from '../../src/wording/wording';
import { ANY, pattern, problemAt, SOME } from './messages';

/** Requests of a run at once, and how often a run is killed; the environment may ask for more. */
const IN_FLIGHT = 8;
const KILLS = Number(process.env.RLPROMPT_TEST_KILLS ?? 5);
const KEY = 'sk-live-Zx81qTestKeyOfNobody';
const folder = temporaryFolder();
const before = process.env.OPENAI_API_KEY;
beforeAll(() => {
  process.env.OPENAI_API_KEY = KEY;
});
afterAll(() => {
  if (before === undefined) delete process.env.OPENAI_API_KEY;
  else process.env.OPENAI_API_KEY = before;
  rmSync(folder, { recursive: true, force: true });
});

/** What messages call the key. */
const KEY_FROM = word('server.keyInVariable', { variable: 'OPENAI_API_KEY' });

/** What the command line says of a run on a server before it asks for consent, in lines: with other numbers. */
function preview(server: FakeServer): string[] {
  const queries = { search: 1, random: 0, baselines: 1, test: 1, total: 3 };
  const measured = { seconds: 1, tokens: 1, tokensPerQuery: 1, queriesPerSecond: 1, tokensCounted: true };
  return describePreview({ name: `tiny on ${server.url}`, keyFrom: KEY_FROM, queries, ...measured });
}

let tasks = 0;

/** A small task on a server, in a folder of its own. */
function task(server: FakeServer, settings: object = {}, search: object = {}): string {
  const own = join(folder, `task-${tasks++}`);
  mkdirSync(own);
  const more = { taskModel: `openai:tiny@${server.url}`, server: { maxRetries: 0, ...settings } };
  return smallTask(own, { steps: 24, promptsPerStep: 2, validateEvery: 5, ...search }, more);
}

/** Scores that hang on the text, as a model's do. */
const model: Handler = (request, response) => {
  if (request.path !== '/v1/completions') return send(response, 404, { error: { message: `no address for ${KEY}` } });
  const filler = Object.fromEntries(Array.from({ length: Number(request.body.logprobs) - 2 }, (_, i) => [` w${i}`, -9 - i / 100]));
  const tops = (text: string): Record<string, number> => {
    const sum = Array.from(text).reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) % 1009, 7) / 1009;
    return { ' great': -1 - sum, ' terrible': -2 + sum, ...filler };
  };
  send(response, 200, completion([request.body.prompt!].flat(), tops));
};

function result(out: string): RunResult {
  return JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
}

/** Everything that a run leaves behind: each file in the spec's folder, as bytes. */
function leftBehind(path: string): string {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

describe('a run on a server', () => {
  it('shows beforehand what it will ask, keeps to it, and hides the key', async () => {
    const server = await fakeServer(model);
    const spec = task(server);
    const out = join(dirname(spec), 'run');
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
    const [asked] = preview(server);
    expect(asked).toContain(`tiny on ${server.url}`);
    expect(finished.stderr).toContain(asked);
    const most = Number(/at most ([\d,]+) queries/.exec(finished.stderr)![1]!.replaceAll(',', ''));
    expect(finished.stderr).toMatch(
      /about .* at the measured [\d.]+ queries a second\n {2}about [\d,]+ tokens \(as the server counts them\)/,
    );
    expect(finished.status).toBe(0);
    expect(server.received.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);
    const texts = server.received.flatMap(({ body }) => body.prompt ?? []);
    expect(texts.length).toBeLessThan(most + 100);
    // Beside the probe, whose texts are asked for more than once, every text goes out once.
    expect(new Set(texts).size).toBeGreaterThan(texts.length - 100);
    expect(noteText(result(out).notes[0]!)).toBe(word('data.leftOut', { split: 'train', count: 48, of: 64 }));
    expect(result(out).notes.map(noteText).join('\n')).toMatch(pattern(word('server.byCompletion', { top: SOME })));
    expect(finished.stdout + finished.stderr + leftBehind(dirname(spec))).not.toContain(KEY);

    // Again, with all scores known: only the probe is sent.
    const sent = server.received.length;
    const again = await rlprompt('optimize', spec, '--out', join(dirname(spec), 'again'), '--threads', '1', '--yes');
    expect(again.status).toBe(0);
    expect(server.received.length - sent).toBeLessThan(40);
    expect(journal(join(dirname(spec), 'again'))).toEqual(journal(out));
  });

  it('is asked for no more than its preview: no random search, and held-out rows of what the verdict is about', async () => {
    const server = await fakeServer(model);
    const spec = task(server, {}, { steps: 3, queryBudget: 1500, warmStart: true });
    const out = join(dirname(spec), 'run');
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
    expect(finished.status).toBe(0);
    const { queries, randomQueries, testQueries, prompts } = result(out);
    expect(randomQueries).toBeNull();
    const [, , withoutControl] = preview(server);
    expect(withoutControl).toContain('--random');
    expect(finished.stderr).toContain(withoutControl);
    // The winner, no prompt, and where no prompt is not the best baseline or the winner, that.
    const tested = prompts.filter(({ test }) => test);
    expect(tested.length).toBeLessThanOrEqual(3);
    expect(tested).toContain(prompts[0]);
    expect(tested.some(({ origin }) => origin === 'none')).toBe(true);
    expect(testQueries).toBe(20 * tested.length);
    expect(prompts.length).toBeGreaterThan(3);
    expect(finished.stdout).toContain('not scored');
    // Every query is one text; no prompt on a few rows is sent before, to measure the server's pace, and kept.
    const texts = new Set(server.received.flatMap(({ body }) => body.prompt ?? []));
    expect(texts.size).toBeGreaterThan(queries.computed + testQueries - 40);
    expect(texts.size).toBeLessThan(queries.computed + testQueries + 40);
    expect(queries.computed).toBeLessThanOrEqual(1500);
    const starts = journal(out).find((line) => (line as { event: string }).event === 'starts') as { prompts: object[] } | undefined;
    // A tenth of what no prompt and "Overall" leave, on 8 rows each.
    expect(starts!.prompts).toHaveLength(Math.floor((1500 - 2 * 32) / 10 / 8));
  });

  it('starts nothing where nobody can be asked and nobody has said yes', async () => {
    const server = await fakeServer(model);
    const spec = task(server);
    const out = join(dirname(spec), 'run');
    const refused = await rlprompt('optimize', spec, '--out', out, '--threads', '1');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/at most [\d,]+ queries/);
    expect(refused.stderr).toContain(word('run.notInteractive'));
    expect(existsSync(out)).toBe(false);
    // The probe and the measured texts.
    expect(server.received.length).toBeLessThan(70);
    const evaluation = ['evaluate', spec, '--prompt', 'Overall', '--json', '--threads', '1'];
    expect(await rlprompt(...evaluation)).toMatchObject({ status: 1, stdout: '' });
    process.env.RLPROMPT_YES = '1';
    try {
      expect(await rlprompt(...evaluation)).toMatchObject({ status: 0 });
    } finally {
      delete process.env.RLPROMPT_YES;
    }
  });

  it('that fails halfway is taken up where it was, and ends as if nothing had been', async () => {
    const whole = await fakeServer(model);
    const specOfWhole = task(whole);
    const outOfWhole = join(dirname(specOfWhole), 'run');
    expect((await rlprompt('optimize', specOfWhole, '--out', outOfWhole, '--threads', '1', '--yes')).status).toBe(0);

    const answers = { left: whole.received.length * 0.6, failing: false };
    const server = await fakeServer((request, response, count) => {
      answers.failing ||= count > answers.left;
      if (answers.failing) send(response, 401, { error: { message: `Incorrect API key provided: ${KEY}` } });
      else model(request, response, count);
    });
    const spec = task(server);
    const out = join(dirname(spec), 'run');
    const failed = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
    expect(failed.status).toBe(1);
    const refusal = { url: server.url, status: 401, from: KEY_FROM, says: 'Incorrect API key provided: [key]' };
    expect(failed.stderr).toContain(word('server.keyRefused', refusal));
    expect(failed.stderr).toContain(`npx rlprompt optimize --resume ${quote(out)}`);
    expect(failed.stdout + failed.stderr + leftBehind(dirname(spec))).not.toContain(KEY);

    answers.left = Infinity;
    answers.failing = false;
    // As in a run of an earlier version, which tries the server again.
    rmSync(join(out, 'opening.json.gz'));
    const finished = await rlprompt('optimize', '--resume', out, '--threads', '1', '--yes');
    expect(finished.status, finished.stderr).toBe(0);
    expect(result(out).status).toBe('finished');
    expect(existsSync(join(out, 'opening.json.gz'))).toBe(true);
    expect(journal(out)).toEqual(journal(outOfWhole));
    expect(result(out).prompts).toEqual(result(outOfWhole).prompts);
  });

  it('that is killed pays for no result twice, even where its checkpoint and the cache of scores are lost', async () => {
    const server = await fakeServer(model);
    const spec = task(server);
    const out = join(dirname(spec), 'run');
    const texts = (from: number): string[] => server.received.slice(from).flatMap(({ body }) => body.prompt ?? []);
    const run = start('optimize', spec, '--out', out, '--random', '--threads', '1', '--yes');
    await untilJournal(run, out, (text) => text.includes('"event":"random"'));
    run.child.kill('SIGKILL');
    await run.finished;
    rmSync(join(dirname(spec), '.rlprompt'), { recursive: true });
    rmSync(join(out, 'checkpoint'));
    const before = new Set(texts(0));
    const sent = server.received.length;
    expect((await rlprompt('optimize', '--resume', out, '--threads', '1', '--yes')).status).toBe(0);
    expect(before.size).toBeGreaterThan(500);
    // What the server can do is in the run's folder; a call that the kill cut short was only in the cache.
    expect(texts(sent).filter((text) => before.has(text)).length).toBeLessThan(64);
    const whole = join(dirname(spec), 'whole');
    expect((await rlprompt('optimize', spec, '--out', whole, '--random', '--threads', '1', '--yes')).status).toBe(0);
    expect(journal(out)).toEqual(journal(whole));
  });

  it('that is killed again and again asks at most for what was in flight', { timeout: 600_000 }, async () => {
    const kills = { heard: (): void => undefined };
    const server = await fakeServer((request, response, count) => {
      kills.heard();
      model(request, response, count);
    });
    const spec = task(server, { promptBatch: 1, concurrency: IN_FLIGHT });
    const [whole, out] = [join(dirname(spec), 'whole'), join(dirname(spec), 'run')];
    expect((await rlprompt('optimize', spec, '--out', whole, '--random', '--threads', '1', '--yes')).status).toBe(0);
    const straight = server.received.splice(0).length;
    // What another run has asked must not help.
    rmSync(join(dirname(spec), '.rlprompt'), { recursive: true });
    const killed = new Kills(out);
    kills.heard = killed.heard;
    await killed.run(spec, KILLS, Math.ceil((1.5 * straight) / KILLS) + IN_FLIGHT, '--random');
    expect(killed.count).toBeGreaterThan(KILLS / 2);
    expect(server.received.length).toBeLessThanOrEqual(straight + killed.count * IN_FLIGHT);
    expect(journal(out)).toEqual(journal(whole));
    expect(result(out).prompts).toEqual(result(whole).prompts);
    const lost = result(out).taskModelUse!.lost!;
    expect(lost).toBeGreaterThanOrEqual(server.received.length - straight);
    expect(lost).toBeLessThanOrEqual(killed.count * IN_FLIGHT);
    if (process.env.RLPROMPT_TEST_KILLS)
      console.log(`${killed.count} kills: ${server.received.length} requests for ${straight}, counted as lost ${lost}`);
  });

  it.each([
    ['a step', '"event":"step"'],
    ['the ranking', '"stage":"ranking"'],
    ['random search', '"event":"random"'],
    ['the test rows', '"stage":"test"'],
  ])('stops at Ctrl-C while it waits for scores of %s, and resumes with the same trace', async (_, line) => {
    const held = { now: false, waiting: (): void => undefined };
    const server = await fakeServer((request, response, count) => {
      if (held.now) held.waiting();
      else model(request, response, count);
    });
    const spec = task(server);
    const [out, whole] = [join(dirname(spec), 'run'), join(dirname(spec), 'whole')];
    const run = start('optimize', spec, '--out', out, '--random', '--threads', '1', '--yes');
    const waits = new Promise<void>((resolve) => (held.waiting = resolve));
    await untilJournal(run, out, (text) => text.includes(line));
    held.now = true;
    await waits;
    run.child.kill('SIGINT');
    const stopped = await run.finished;
    expect(stopped.status).toBe(130);
    expect(stopped.stderr).toContain(`npx rlprompt optimize --resume ${quote(out)}`);
    held.now = false;
    expect((await rlprompt('optimize', '--resume', out, '--threads', '1', '--yes')).status).toBe(0);
    // Its scores are all known by now, so that this one asks the server next to nothing.
    expect((await rlprompt('optimize', spec, '--out', whole, '--random', '--threads', '1', '--yes')).status).toBe(0);
    expect(journal(out)).toEqual(journal(whole));
    expect(result(out).prompts).toEqual(result(whole).prompts);
  });

  it('loses the rows that fail, and says how many', async () => {
    // Every seventh text, told by its own letters, is refused.
    const refused = (text: string): boolean => Array.from(text).reduce((sum, c) => sum + c.charCodeAt(0), 0) % 7 === 0;
    const server = await fakeServer((request, response, count) =>
      [request.body.prompt ?? ''].flat().some(refused) ? send(response, 400, { error: 'too long' }) : model(request, response, count),
    );
    const spec = task(server, {}, { steps: 3 });
    const out = join(dirname(spec), 'run');
    expect(await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes')).toMatchObject({ status: 0 });
    const problem = word('server.refused', { url: server.url, status: 400, says: 'too long' });
    expect(result(out).notes.map(noteText).join('\n')).toMatch(pattern(word('server.leftOut', { queries: SOME, problem })));
    expect(result(out).prompts.every(({ gap }) => Number.isFinite(gap))).toBe(true);
  });

  it('stops with the reason when most of it fails', async () => {
    const server = await fakeServer((request, response, count) =>
      count < 80 ? model(request, response, count) : send(response, 400, { error: 'no more' }),
    );
    const spec = task(server);
    const finished = await rlprompt('optimize', spec, '--threads', '1', '--yes');
    expect(finished.status).toBe(1);
    const problem = word('server.refused', { url: server.url, status: 400, says: 'no more' });
    const all = pattern(word('server.allFailed', { requests: 24, problem }));
    const most = pattern(word('server.mostFailed', { failed: SOME, texts: SOME, problem }));
    expect(finished.stderr).toSatisfy((text: string) => all.test(text) || most.test(text));
  });
});

describe('a spec that names a server', () => {
  const cases = [
    [
      'a key in the address',
      { taskModel: `openai:m@https://${KEY}@host.example/v1` },
      'taskModel',
      worded('server.userInAddress', { host: 'host.example' }),
    ],
    ['a key for a variable', { server: { apiKeyVariable: KEY } }, 'server.apiKeyVariable', worded('server.keyVariableName')],
    ['a key for a model', { taskModel: `openai:${KEY}@https://host.example/v1` }, 'taskModel', worded('server.modelIsKey')],
  ] as const;
  it.each(cases)('with %s is refused at that place, without showing it', async (_, more, field, message) => {
    const own = join(folder, `refused-${tasks++}`);
    mkdirSync(own);
    const spec = smallTask(own, {}, { taskModel: 'openai:m@http://127.0.0.1:9/v1', ...more });
    const finished = await rlprompt('optimize', spec);
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(problemAt(spec, field, message));
    expect(finished.stdout + finished.stderr).not.toContain(KEY);
  });

  it('with a field for a key is told that there is none', async () => {
    const own = join(folder, `refused-${tasks++}`);
    mkdirSync(own);
    const spec = smallTask(own, {}, { server: { apiKey: KEY } });
    const finished = await rlprompt('optimize', spec);
    expect(finished.status).toBe(1);
    const unknown = worded('spec.unknownField', { name: 'apiKey', close: undefined, known: [ANY] });
    const [, known] = pattern(problemAt(spec, 'server.apiKey', unknown)).exec(finished.stderr) ?? [];
    expect(known?.split(', ')).toContain('apiKeyVariable');
    expect(finished.stderr).not.toContain(KEY);
  });

  it('that is down says so', async () => {
    const server = await fakeServer(() => undefined);
    await server.close();
    const finished = await rlprompt('optimize', task(server));
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(`rlprompt: ${word('server.unreachable', { url: server.url, code: 'ECONNREFUSED' })}`);
  });

  it("and the editor's models are for the editor", async () => {
    const own = join(folder, `editor-${tasks++}`);
    mkdirSync(own);
    const finished = await rlprompt('optimize', smallTask(own, {}, { taskModel: 'vscode-lm:copilot/gpt-4o' }));
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(`rlprompt: ${word('server.outsideEditor', { reference: 'vscode-lm:copilot/gpt-4o' })}`);
  });

  it('for the policy is told that it cannot be', async () => {
    const own = join(folder, `policy-${tasks++}`);
    mkdirSync(own);
    const finished = await rlprompt('optimize', smallTask(own, {}, { policyModel: 'openai:m@http://localhost:1/v1' }));
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(`rlprompt: ${word('model.policyElsewhere', { scheme: 'openai' })}`);
  });
});
