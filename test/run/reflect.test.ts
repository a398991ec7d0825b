import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/run/result';
import type { CandidateRecord } from '../../src/search/reflect/record';
import { START, TRAIN, simulation } from '../simulator/grid';
import { simulatedServer, simulatedTask } from '../simulator/server';
import { fakeServer } from '../unit/model/server/fakeServer';
import { journal, rlprompt, temporaryFolder } from './commandLine';

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
      search: { method: ['rlprompt', 'reflect', 'random'], queryBudget: 2000 },
    });
    const out = join(path, 'run');
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
    expect(finished.stderr).toContain('Proposals by tiny on');
    expect(finished.status).toBe(0);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
    const origins = new Set(result.prompts.map(({ origin }) => origin));
    for (const origin of ['policy', 'reflect', 'random', 'manual', 'none'] as const) expect(origins).toContain(origin);
    for (const { queries } of result.searches!) expect(queries.computed).toBeLessThanOrEqual(2000);
    const [winner] = result.prompts;
    expect(winner!.origin).toBe('reflect');
    expect(winner!.test!.accuracy).toBeGreaterThan(0.8);
    // The tree: every candidate's parents are there, and what was kept has won against the first of them.
    const records = lines(join(out, 'candidates.jsonl'));
    const known = new Map([...records].reverse().map((record) => [record.id, record]));
    for (const { parents = [], state, gate, operator } of records)
      for (const parent of parents) {
        expect(known.get(parent)?.state).toBe('kept');
        if (state === 'kept' && operator !== 'start') expect(gate?.gain).toBeGreaterThan(0);
      }
    expect(records.some(({ text }) => text === winner!.prompt)).toBe(true);
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
