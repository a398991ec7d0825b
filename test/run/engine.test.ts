import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineProcess } from '../../src/engine/client';
import type { FromEngine, Job } from '../../src/messages/engine';
import { readRun } from '../../src/run/store/history';
import { fakeServer, send } from '../unit/model/server/fakeServer';
import { smallTask } from './commandLine';

const ENGINE = join(__dirname, '..', '..', 'dist', 'engine.js');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Watched {
  engine: EngineProcess;
  messages: FromEngine[];
  ended: Promise<{ clean: boolean; description: string; log: readonly string[] }>;
  /** Resolves when a message fits. */
  readonly until: (fits: (message: FromEngine) => boolean) => Promise<FromEngine>;
}

function start(job: Job): Watched {
  const messages: FromEngine[] = [];
  const waiting: { fits: (message: FromEngine) => boolean; resolve: (message: FromEngine) => void }[] = [];
  let engine!: EngineProcess;
  const ended = new Promise<Awaited<Watched['ended']>>((resolve) => {
    engine = new EngineProcess(ENGINE, job, {
      onMessage(message) {
        messages.push(message);
        for (const { fits, resolve: found } of waiting) if (fits(message)) found(message);
      },
      onLog: () => undefined,
      onEnd: resolve,
    });
  });
  return { engine, messages, ended, until: (fits) => new Promise((resolve) => waiting.push({ fits, resolve })) };
}

const isStep =
  (n: number) =>
  (message: FromEngine): boolean =>
    message.type === 'events' && message.events.some((event) => event.event === 'step' && event.step >= n);

function optimize(run: string, search = {}): Job {
  return { type: 'optimize', specFile: smallTask(folder, search), folder: run, seed: 0, random: true, threads: 1 };
}

function eventsOf(messages: readonly FromEngine[]): unknown[] {
  return messages.flatMap((message) => (message.type === 'events' ? message.events : []));
}

function journalOf(run: string): unknown[] {
  const lines = readFileSync(join(run, 'events.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe('the engine process', () => {
  it('trains, tells of every event of the journal, and ends with the result', async () => {
    const run = join(folder, 'run');
    const { messages, ended } = start(optimize(run, { steps: 10 }));
    expect(await ended).toMatchObject({ clean: true });
    expect(messages.slice(0, 2).map(({ type }) => type)).toEqual(['notes', 'opened']);
    expect(messages.at(-1)?.type).toBe('finished');
    expect(eventsOf(messages)).toEqual(journalOf(run));
    const { view } = await readRun(run);
    expect(view.head).toMatchObject({ state: 'finished', step: 10, resumable: false });
    expect(view.curves.steps.mean).toHaveLength(10);
    expect(view.rows[0]?.test?.examples.length).toBeGreaterThan(0);
  });

  it('pauses between steps, goes on, and stops with a checkpoint that a second process takes up', async () => {
    const run = join(folder, 'run');
    const first = start(optimize(run, { steps: 30 }));
    await first.until(isStep(3));
    first.engine.send({ type: 'pause' });
    await first.until(({ type }) => type === 'paused');
    // The step in progress ends; then there is silence.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const before = first.messages.length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(first.messages.length).toBe(before);
    first.engine.send({ type: 'continue' });
    await first.until(isStep(5));
    const beside = start({ type: 'resume', folder: run, threads: 1 });
    await beside.ended;
    expect(beside.messages.at(-1)).toMatchObject({
      type: 'failed',
      message: expect.stringContaining(`(pid ${first.engine.pid})`) as string,
    });
    first.engine.send({ type: 'stop' });
    expect(await first.ended).toMatchObject({ clean: true });
    const stopped = first.messages.at(-1);
    expect(stopped?.type).toBe('stopped');
    expect((await readRun(run)).head).toMatchObject({ state: 'interrupted', resumable: true });
    expect(existsSync(join(run, 'lock'))).toBe(false);

    const second = start({ type: 'resume', folder: run, threads: 1 });
    expect(await second.ended).toMatchObject({ clean: true });
    expect(second.messages.at(-1)?.type).toBe('finished');
    expect((await readRun(run)).head).toMatchObject({ state: 'finished', step: 30 });
    // The steps from before the stop are told first, all at once, and nothing twice.
    expect(eventsOf(second.messages)).toEqual(journalOf(run));
    const [retold] = second.messages.flatMap((message) => (message.type === 'events' ? [message.events] : []));
    expect(retold!.filter(({ event }) => event === 'step').length).toBeGreaterThanOrEqual(5);
  });

  it('is killed without harm, and what it had found is there', async () => {
    const run = join(folder, 'run');
    const { engine, ended, until } = start(optimize(run, { steps: 200 }));
    await until(isStep(2));
    engine.kill();
    expect(await ended).toMatchObject({ clean: false, description: 'The engine was ended by SIGKILL.' });
    const { head, rows } = await readRun(run);
    expect(head.state).toBe('interrupted');
    expect(head.step).toBeGreaterThanOrEqual(2);
    expect(rows.map(({ prompt }) => prompt)).toEqual(expect.arrayContaining(['', 'Overall']));
  });

  it('scores a prompt for the table of a run', async () => {
    const run = join(folder, 'run');
    await start(optimize(run, { steps: 5 })).ended;
    const { ended, messages } = start({ type: 'evaluate', task: { folder: run }, prompts: ['It was'], threads: 1 });
    expect(await ended).toMatchObject({ clean: true });
    expect(messages.at(-1)).toMatchObject({ type: 'evaluated' });
    const { rows } = await readRun(run);
    expect(rows.find(({ prompt }) => prompt === 'It was')).toMatchObject({ origin: 'evaluated' });
    expect(rows.map(({ rank }) => rank)).toEqual(rows.map((_, i) => i + 1));
  });

  it('transfers to the models that are to be had; one that is missing on the hub is told of', async () => {
    const run = join(folder, 'run');
    await start(optimize(run, { steps: 5 })).ended;
    const hub = await fakeServer((_, response) => send(response, 404, {}));
    vi.stubEnv('HF_ENDPOINT', hub.url.replace('/v1', ''));
    vi.stubEnv('HF_HOME', folder);
    const { ended, messages } = start({ type: 'transfer', folder: run, models: ['hf:no/such', 'bundled:masked'], threads: 1 });
    expect(await ended).toMatchObject({ clean: true });
    vi.unstubAllEnvs();
    expect(messages).toContainEqual(
      expect.objectContaining({
        type: 'notes',
        notes: expect.arrayContaining(['scoring the prompts on bundled:masked']) as string[],
      }),
    );
    expect(messages.at(-1)).toEqual({ type: 'transferred', errors: [expect.stringMatching(/^hf:no\/such: /)] });
    const { rows } = await readRun(run);
    expect(Object.keys(rows[0]!.transfer!)).toEqual(['bundled:masked']);
  });

  it('says what is wrong with a spec', async () => {
    const { ended, messages } = start({
      type: 'optimize',
      specFile: join(folder, 'none.prompt-task.json'),
      folder: join(folder, 'run'),
      seed: 0,
      random: true,
      threads: 1,
    });
    expect(await ended).toMatchObject({ clean: true });
    expect(messages.at(-1)).toMatchObject({ type: 'failed', problems: [{ message: 'there is no such task spec' }] });
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });
});
