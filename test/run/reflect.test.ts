import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { candidate, candidates } from '../../src/run/view/candidates';
import type { RunResult } from '../../src/run/result/result';
import { RunFolder } from '../../src/run/store/storage';
import type { CandidateRecord } from '../../src/search/reflect/record';
import { START, TRAIN, simulation } from '../simulator/grid';
import { simulatedServer, simulatedTask } from '../simulator/server';
import { word } from '../../src/wording/wording';
import { fakeServer, send } from '../unit/model/server/fakeServer';
import { journal, rlprompt, temporaryFolder } from './commandLine';
import { Kills } from './kills';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let runs = 0;
function own(): string {
  const path = join(folder, `task-${runs++}`);
  mkdirSync(path);
  return path;
}

function lines(file: string): CandidateRecord[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CandidateRecord);
}

describe('a run of three searches on a server', () => {
  it('compares them in one table, each on an equal budget', { timeout: 300_000 }, async () => {
    const world = simulation(0.9, 0, 3);
    const server = await fakeServer(simulatedServer(world));
    const path = own();
    const spec = simulatedTask(path, server.url, world, {
      prompt: { start: START, length: 3 },
      search: { method: ['rlprompt', 'reflect', 'random'], queryBudget: 900 },
      price: { taskModel: 20 },
    });
    const out = join(path, 'run');
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
    expect(finished.stderr).toContain('Proposals by tiny on');
    expect(finished.status).toBe(0);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
    const origins = new Set(result.prompts.map(({ origin }) => origin));
    for (const origin of ['policy', 'reflect', 'random', 'manual', 'none'] as const) expect(origins).toContain(origin);
    for (const { queries } of result.searches!) expect(queries.computed).toBeLessThanOrEqual(900);
    const [winner] = result.prompts;
    expect(winner!.origin).toBe('reflect');
    expect(winner!.test!.accuracy).toBeGreaterThan(0.6);
    // The tree: every candidate's parents are there, and what was kept has won against the first of them.
    const records = lines(join(out, 'candidates.jsonl'));
    const known = new Map([...records].reverse().map((record) => [record.id, record]));
    for (const { parents = [], state, gate, operator } of records)
      for (const parent of parents) {
        expect(known.get(parent)?.state).toBe('kept');
        if (state === 'kept' && operator !== 'start') expect(gate?.gain).toBeGreaterThan(0);
      }
    expect(records.some(({ text }) => text === winner!.prompt)).toBe(true);
    // As the panel reads it, with the rows that the winner fixes against the prompt that the search improved.
    const tree = candidates(new RunFolder(out));
    expect(tree.map(({ id }) => id)).toEqual([...known.keys()].sort((a, b) => a - b));
    const best = tree.find(({ id }) => candidate(new RunFolder(out), id).text === winner!.prompt)!;
    expect(best.gate!.higher).toBeGreaterThan(best.gate!.lower);
    expect(result.prompts.find(({ origin }) => origin === 'manual')?.versusWinner?.onlyFirst).toBeGreaterThan(10);
    // What each search took of the task model, the given prompts and held-out rows apart.
    const tokens = [...result.searches!.map(({ taskModel }) => taskModel!), result.randomTaskModel!];
    for (const one of tokens) expect(one).toMatchObject({ counted: true, cost: expect.stringMatching(/^\$0\.\d\d$/) as string });
    const [ofPolicy, ofReflect] = tokens.map((one) => one.tokens);
    // Instructions are longer than three tokens.
    expect(ofReflect).toBeGreaterThan(ofPolicy!);
    expect(result.taskModelUse!.tokens).toBeGreaterThan(tokens.reduce((sum, one) => sum + one.tokens, 0));
    expect(finished.stdout).toContain(
      `${result.taskModelUse!.tokens.toLocaleString('en-US')} tokens, ${result.taskModelUse!.cost} at the price`,
    );
    expect(finished.stdout).toContain(`together: ${result.cost}`);
    // Every row is paid for once, and every proposal.
    const use = result.searches!.find(({ origin }) => origin === 'reflect')!.proposer!;
    const asked = server.received.map(({ body }) => JSON.stringify(body.messages)).filter((text) => text.includes('three backticks'));
    expect(asked).toHaveLength(use.calls);
    expect(use.lost).toBe(0);
    // No request shows a row that steers the choice alone, nor a held-out one.
    const numbers = asked.flatMap((text) => Array.from(text.matchAll(/Input: Message (\d{4})/g), ([, row]) => Number(row)));
    expect(numbers.length).toBeGreaterThan(0);
    expect(Math.max(...numbers)).toBeLessThan(TRAIN);
    expect(journal(out).filter((event) => 'event' in event && event.event === 'reflect').length).toBeGreaterThan(5);
  });
});

describe('a proposer that has nothing to say', () => {
  it('ends the search early, and the run says so', { timeout: 120_000 }, async () => {
    const world = simulation(0.9, 0, 3);
    const answer = simulatedServer(world);
    const silent = { choices: [{ index: 0, message: { role: 'assistant', content: 'I cannot.' } }], usage: { total_tokens: 30 } };
    const server = await fakeServer((request, response, count) => {
      if (JSON.stringify(request.body).includes('three backticks')) send(response, 200, silent);
      else answer(request, response, count);
    });
    const path = own();
    const spec = simulatedTask(path, server.url, world, { prompt: { start: START }, search: { method: ['reflect'], queryBudget: 3000 } });
    const out = join(path, 'run');
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
    expect(finished.status).toBe(0);
    const { searches, queries } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
    expect(searches![0]).toMatchObject({ stopped: 'idle', proposer: { tokens: 30 * searches![0]!.proposer!.calls } });
    expect(queries.computed).toBeLessThan(1500);
    expect(finished.stdout).toContain(word('run.ended', { reason: 'idle' }));
  });
});

/** Requests of a run at once: the default of `server.concurrency`. */
const IN_FLIGHT = 8;
/** How often the run below is killed; the environment may ask for more. */
const KILLS = Number(process.env.RLPROMPT_TEST_KILLS ?? 5);

describe('a search by reflection that is killed', () => {
  it('asks again for what was on its way, counts it, and ends with the same table', { timeout: 3_600_000 }, async () => {
    const world = simulation(0.6, 0.1, 4);
    const answer = simulatedServer(world);
    const path = own();
    const killed = join(path, 'killed');
    const kills = new Kills(killed);
    const server = await fakeServer((request, response, count) => {
      kills.heard();
      answer(request, response, count);
    });
    const search = { method: ['reflect'], queryBudget: 700 };
    const spec = simulatedTask(path, server.url, world, { prompt: { start: START }, search });
    const whole = join(path, 'whole');
    expect((await rlprompt('optimize', spec, '--out', whole, '--threads', '1', '--yes')).status).toBe(0);
    const straight = server.received.splice(0).map(({ body }) => JSON.stringify(body.messages));
    // What another run has asked must not help.
    rmSync(join(path, '.rlprompt'), { recursive: true });

    // Each resumption may send again what was in flight, so kills that lie closer together would leave no progress between them.
    await kills.run(spec, KILLS, Math.ceil((1.5 * straight.length) / KILLS) + IN_FLIGHT);
    expect(kills.count).toBeGreaterThan(KILLS / 2);
    const result = (folder: string): RunResult => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as RunResult;
    const [one, other] = [result(whole), result(killed)];
    expect(other.prompts).toEqual(one.prompts);
    expect(readFileSync(join(killed, 'candidates.jsonl'), 'utf8')).toBe(readFileSync(join(whole, 'candidates.jsonl'), 'utf8'));
    expect(journal(killed)).toEqual(journal(whole));

    // The same requests, and again at most those in flight: a resumed run measures nothing anew.
    const again = server.received.map(({ body }) => JSON.stringify(body.messages));
    expect(new Set(again)).toEqual(new Set(straight));
    expect(again.length).toBeLessThanOrEqual(straight.length + kills.count * IN_FLIGHT);
    // The proposer's that the kills cut off are counted.
    const isProposal = (text: string): boolean => text.includes('three backticks');
    const use = other.searches![0]!.proposer!;
    expect(use.calls).toBe(one.searches![0]!.proposer!.calls);
    expect(again.filter(isProposal).length).toBeLessThanOrEqual(use.calls + use.lost);
    expect(use.lost).toBeLessThanOrEqual(kills.count);
    // So are the task model's, and no token of an answer is lost.
    const repeated = again.filter((text) => !isProposal(text)).length - straight.filter((text) => !isProposal(text)).length;
    const { lost = NaN, tokens } = other.taskModelUse!;
    expect(lost).toBeGreaterThanOrEqual(repeated);
    expect(lost).toBeLessThanOrEqual(kills.count * IN_FLIGHT);
    expect(tokens).toBeGreaterThanOrEqual(one.taskModelUse!.tokens);
    expect(one.taskModelUse!.lost).toBe(0);
    if (process.env.RLPROMPT_TEST_KILLS)
      console.log(
        `${kills.count} kills: ${again.length} requests for ${straight.length}; proposals ${use.calls}, counted as lost ${use.lost}; to the task model ${repeated} more, counted as lost ${lost}; tokens ${tokens} for ${one.taskModelUse!.tokens}`,
      );
  });
});
