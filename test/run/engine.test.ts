import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineEnded, EngineProcess } from '../../src/engine/client';
import type { RunEnd } from '../../src/messages/engine';
import type { RunEvent } from '../../src/run/events';
import type { RunResult } from '../../src/run/result/result';
import { readRun } from '../../src/run/store/history';
import { word } from '../../src/wording/wording';
import { fakeServer, send } from '../unit/model/server/fakeServer';
import { within } from '../until';
import { smallTask } from './commandLine';

const ENGINE = join(__dirname, '..', '..', 'dist', 'engine.js');

let folder: string;
const open: EngineProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-engine-'));
});
afterEach(async () => {
  for (const engine of open.splice(0)) {
    engine.kill();
    await engine.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Engine {
  readonly process: EngineProcess;
  readonly channel: EngineProcess['channel'];
  /** What the engine reported, by method. */
  readonly told: (readonly ['opened' | 'notes' | 'events' | 'paused', unknown])[];
  /** Those of the journal. */
  readonly events: RunEvent[];
  /** Resolves when the run has done a step. */
  readonly step: (n: number) => Promise<void>;
  /** Resolves when the run has paused. */
  readonly paused: () => Promise<void>;
}

function start(): Engine {
  const told: [Engine['told'][number][0], unknown][] = [];
  const events: RunEvent[] = [];
  const steps = new EventEmitter();
  const handlers = {
    paused: () => {
      told.push(['paused', undefined]);
      steps.emit('events');
    },
    opened: (task: unknown) => void told.push(['opened', task]),
    notes: (notes: unknown) => void told.push(['notes', notes]),
    events: (more: readonly RunEvent[]) => {
      told.push(['events', more]);
      events.push(...more.filter(({ event }) => event !== 'progress'));
      steps.emit('events');
    },
  };
  const engine = new EngineProcess(ENGINE, handlers, () => undefined);
  open.push(engine);
  const reported = (what: string, there: () => boolean): Promise<void> => {
    const ended = engine.ended.then(() => Promise.reject(new Error(`The engine ended before ${what}: ${engine.log.join('\n')}`)));
    const report = async (): Promise<void> => {
      while (!there()) await Promise.race([once(steps, 'events'), ended]);
      ended.catch(() => undefined);
    };
    return within(what, report());
  };
  const step = (n: number): Promise<void> => reported(`step ${n}`, () => events.some((event) => event.event === 'step' && event.step >= n));
  const paused = (): Promise<void> => reported('its pause', () => told.some(([method]) => method === 'paused'));
  return { process: engine, channel: engine.channel, told, events, step, paused };
}

function optimize({ channel }: Engine, run: string, search = {}): Promise<RunEnd> {
  return channel.request('optimize', { specFile: smallTask(folder, search), folder: run, seed: 0, random: true, threads: 1 });
}

function journalOf(run: string): unknown[] {
  const lines = readFileSync(join(run, 'events.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe('the engine process', () => {
  it('trains, reports every event of the journal, and replies with the result', async () => {
    const run = join(folder, 'run');
    const engine = start();
    expect(await optimize(engine, run, { steps: 10 })).toMatchObject({ result: { steps: 10 } });
    expect([...new Set(engine.told.map(([method]) => method))]).toEqual(['notes', 'opened', 'events']);
    expect(engine.events).toEqual(journalOf(run));
    const { view } = await readRun(run);
    expect(view.head).toMatchObject({ state: 'finished', step: 10, resumable: false });
    expect(view.curves.steps.mean).toHaveLength(10);
    expect(view.rows[0]?.test?.examples?.length).toBeGreaterThan(0);
  });

  it('pauses between steps, continues, and stops with a checkpoint from which a second process resumes', async () => {
    const run = join(folder, 'run');
    const first = start();
    const end = optimize(first, run, { steps: 30 });
    await first.step(3);
    first.channel.notify('pause');
    await first.paused();
    const before = first.events.length;
    for (let i = 0; i < 200; i++) await first.channel.request('ping');
    expect(first.events).toHaveLength(before);
    first.channel.notify('continue');
    await first.step(5);
    const beside = start().channel.request('resume', { folder: run });
    await expect(beside).rejects.toThrow(word('run.locked', { trainer: `pid ${first.process.pid}`, lock: join(run, 'lock') }));
    first.channel.notify('stop');
    expect(await end).toEqual({ stoppedAt: expect.any(Number) as number });
    expect((await readRun(run)).head).toMatchObject({ state: 'interrupted', resumable: true });
    expect(existsSync(join(run, 'lock'))).toBe(false);

    const second = start();
    expect(await second.channel.request('resume', { folder: run })).toHaveProperty('result');
    expect((await readRun(run)).head).toMatchObject({ state: 'finished', step: 30 });
    // The steps from before the stop come first, all at once, and nothing twice.
    expect(second.events).toEqual(journalOf(run));
    const [, replayed] = second.told.find(([method]) => method === 'events')!;
    expect((replayed as RunEvent[]).filter(({ event }) => event === 'step').length).toBeGreaterThanOrEqual(5);
  });

  it('ends the search on request, ranks what it found and scores it on the held-out rows, without random search', async () => {
    const run = join(folder, 'run');
    const engine = start();
    const end = optimize(engine, run, { steps: 100_000, queryBudget: 10_000_000, maxMinutes: 10 });
    await engine.step(3);
    engine.channel.notify('rankNow');
    const { result } = (await end) as { result: RunResult };
    expect(result).toMatchObject({ status: 'finished', stopped: 'request', randomQueries: null });
    expect(result.prompts.every(({ test }) => test !== undefined)).toBe(true);
    expect(result.prompts.some(({ origin }) => origin === 'policy')).toBe(true);
    expect(result.notes).toContain(word('run.noControl'));
    const stages = engine.events.flatMap((event) => (event.event === 'stage' ? event.stage : []));
    expect(stages).toEqual(['policy', 'ranking', 'test', 'finished']);
    const { head } = await readRun(run);
    expect(head).toMatchObject({ state: 'finished', reason: 'request', resumable: false, rankable: false });
  });

  it('leaves what it had found when it is killed', async () => {
    const run = join(folder, 'run');
    const engine = start();
    const end = expect(optimize(engine, run, { steps: 200 })).rejects.toSatisfy(
      (error) => error instanceof EngineEnded && error.message.includes('SIGKILL'),
    );
    await engine.step(2);
    engine.process.kill();
    await end;
    const { head, rows } = await readRun(run);
    expect(head.state).toBe('interrupted');
    expect(head.step).toBeGreaterThanOrEqual(2);
    expect(rows.map(({ prompt }) => prompt)).toEqual(expect.arrayContaining(['', 'Overall']));
  });

  it('scores a prompt for the table of a run', async () => {
    const run = join(folder, 'run');
    await optimize(start(), run, { steps: 5 });
    const scored = await start().channel.request('evaluate', { folder: run, prompts: ['It was'], threads: 1 });
    expect(scored[0]).toMatchObject({ prompt: 'It was' });
    const { rows } = await readRun(run);
    expect(rows.find(({ prompt }) => prompt === 'It was')).toMatchObject({ origin: 'evaluated' });
    expect(rows.map(({ rank }) => rank)).toEqual(rows.map((_, i) => i + 1));
  });

  it('scores prompts on the models that exist, and reports the one that is missing on the hub', async () => {
    const run = join(folder, 'run');
    await optimize(start(), run, { steps: 5 });
    const hub = await fakeServer((_, response) => send(response, 404, {}));
    vi.stubEnv('HF_ENDPOINT', hub.url.replace('/v1', ''));
    vi.stubEnv('HF_HOME', folder);
    const engine = start();
    vi.unstubAllEnvs();
    const errors = await engine.channel.request('transfer', { folder: run, models: ['hf:no/such', 'bundled:masked'], threads: 1 });
    expect(errors).toEqual([expect.stringMatching(/^hf:no\/such: /)]);
    expect(engine.told).toContainEqual(['notes', expect.objectContaining({ notes: [expect.stringContaining('bundled:masked')] })]);
    const { rows } = await readRun(run);
    expect(Object.keys(rows[0]!.transfer!)).toEqual(['bundled:masked']);
  });

  it('rejects a spec that does not exist, and makes no folder', async () => {
    const run = join(folder, 'run');
    const job = { specFile: join(folder, 'none.prompt-task.json'), folder: run, seed: 0, random: true, threads: 1 };
    await expect(start().channel.request('optimize', job)).rejects.toMatchObject({ problems: [{ file: job.specFile }] });
    expect(existsSync(run)).toBe(false);
  });
});
