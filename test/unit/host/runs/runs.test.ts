import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogOutputChannel } from 'vscode';
import { Runs } from '../../../../src/host/runs/runs';
import { RunsTree } from '../../../../src/host/runs/runsTree';
import * as editor from '../editor';
import { engineDoubles, type EngineDouble } from './engineDouble';

vi.mock('vscode', () => import('../editor'));

const log = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as LogOutputChannel;

let folder: string;
let runs: Runs;
let started: EngineDouble[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-runs-'));
  const doubles = engineDoubles();
  started = doubles.started;
  runs = new Runs(doubles.engines, log);
});
afterEach(() => {
  runs.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A run starts once the keys are read, which is never in the same tick. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const specFile = (): string => join(folder, 'small.prompt-task.json');

/** A run on disk that was interrupted in its first step, with a prompt that was evaluated. */
function interrupted(name: string): string {
  const id = join(folder, '.rlprompt', 'runs', name);
  mkdirSync(id, { recursive: true });
  const spec = { taskModel: 'bundled:causal', policyModel: 'bundled:causal', template: '{input} {prompt}', prompt: { length: 2 } };
  const settings = { steps: 100, queryBudget: 1000 };
  const task = { format: 1, specFile: specFile(), spec, seed: 0, random: true, threads: 1, settings, created: '2026-01-01T00:00:00.000Z' };
  writeFileSync(join(id, 'task.json'), JSON.stringify(task));
  const score = { reward: 1, gap: 0.1, accuracy: 0.5 };
  const prompt = { prompt: '', pieces: [], gap: 0.1, train: score, validation: score };
  writeFileSync(join(id, 'events.jsonl'), `${JSON.stringify({ event: 'baseline', ...prompt })}\n`);
  writeFileSync(join(id, 'evaluated.json'), JSON.stringify([{ ...prompt, prompt: 'mine', rank: 1 }]));
  return id;
}

const prompts = async (id: string): Promise<string[]> => (await runs.get(id)).rows.map(({ prompt }) => prompt).sort();

describe('the runs of a window', () => {
  it('trains one at a time, the next when the process of the one before is gone', async () => {
    const first = runs.optimize(specFile(), 0);
    const second = runs.optimize(specFile(), 0);
    await settled();
    expect(second).not.toBe(first);
    expect(started).toHaveLength(1);
    started[0]!.tell({ type: 'stopped', step: 0 });
    await settled();
    expect(started).toHaveLength(1);
    started[0]!.end(true);
    await settled();
    expect(started.map(({ job }) => 'folder' in job && job.folder)).toEqual([first, second]);
    expect(runs.current?.id).toBe(second);
  });

  it('takes a run up once, however often it is asked to, with the table that it had', async () => {
    const id = interrupted('a');
    await Promise.all([runs.resume(id), runs.resume(id)]);
    await runs.resume(id);
    expect(started.map(({ job }) => job.type)).toEqual(['resume']);
    expect(await prompts(id)).toEqual(['', 'mine']);
    started[0]!.end(false);
    await settled();
    expect(started).toHaveLength(1);
  });

  it('takes no run up that another process trains, nor deletes it, and says where it trains', async () => {
    const id = interrupted('a');
    writeFileSync(join(id, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    await expect(runs.resume(id)).rejects.toThrow(`trains in another process (pid ${process.ppid})`);
    expect(started).toHaveLength(0);
    await expect(runs.delete(id)).rejects.toThrow(`trains in another process (pid ${process.ppid})`);
    expect((await runs.get(id)).head).toMatchObject({ state: 'elsewhere', resumable: false });
    rmSync(join(id, 'lock'));
    expect((await runs.get(id)).head).toMatchObject({ state: 'interrupted', resumable: true });
    await runs.resume(id);
    expect(started).toHaveLength(1);
  });

  it('has those look again who see a run that another process trains, until it trains no more', async () => {
    const id = interrupted('a');
    writeFileSync(join(id, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const changed: string[] = [];
      runs.onDidChange((run) => changed.push(run));
      await runs.get(id);
      await runs.get(id);
      vi.advanceTimersByTime(60_000);
      expect(changed).toEqual([id]);
      await runs.get(id);
      vi.advanceTimersByTime(60_000);
      expect(changed).toEqual([id, id]);
      rmSync(join(id, 'lock'));
      await runs.get(id);
      vi.advanceTimersByTime(60_000);
      expect(changed).toEqual([id, id]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes a run up once that waits for another', async () => {
    runs.optimize(specFile(), 0);
    const id = interrupted('a');
    await runs.resume(id);
    await runs.resume(id);
    runs.reload(id);
    await runs.resume(id);
    expect((await runs.get(id)).head.state).toBe('queued');
    started[0]!.end(false);
    await settled();
    started[1]!.end(false);
    await settled();
    expect(started).toHaveLength(2);
  });

  it('never starts a run that was deleted while it waited', async () => {
    runs.optimize(specFile(), 0);
    const id = interrupted('a');
    await runs.resume(id);
    await runs.delete(id);
    started[0]!.end(false);
    await settled();
    expect(started).toHaveLength(1);
    expect(existsSync(id)).toBe(false);
    await expect(runs.get(id)).rejects.toThrow('is not the folder of a run');
  });

  it('deletes a run that trains once its process is gone', async () => {
    const id = interrupted('a');
    await runs.resume(id);
    const deleted = runs.delete(id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(started[0]!.killed).toBe(true);
    expect(existsSync(id)).toBe(true);
    started[0]!.end(false);
    await settled();
    await deleted;
    expect(existsSync(id)).toBe(false);
    expect(runs.current).toBeUndefined();
  });

  it('keeps a run that was stopped while it waited: a new one has nothing to go on from, one to be taken up has', async () => {
    runs.optimize(specFile(), 0);
    const fresh = runs.optimize(specFile(), 1);
    const old = interrupted('a');
    await runs.resume(old);
    const changed: string[] = [];
    runs.onDidChange((id) => changed.push(id));
    runs.stop(fresh);
    runs.stop(old);
    expect((await runs.get(fresh)).head).toMatchObject({ state: 'interrupted', resumable: false, step: 0 });
    expect((await runs.get(old)).head).toMatchObject({ state: 'interrupted', resumable: true });
    expect(changed).toEqual([fresh, old]);
    expect((await runs.list()).map(({ id }) => id)).toContain(fresh);
    started[0]!.end(false);
    await settled();
    expect(started).toHaveLength(1);
    await runs.resume(old);
    await settled();
    expect(started.map(({ job }) => job.type)).toEqual(['optimize', 'resume']);
  });

  it('shows the last lines of the log with a crash that the engine could still tell of', async () => {
    const id = runs.optimize(specFile(), 0);
    await settled();
    started[0]!.tell({ type: 'failed', message: 'x is not a function', problems: [] });
    started[0]!.end(true, ['TypeError: x is not a function', '    at train']);
    await settled();
    expect((await runs.get(id)).head).toMatchObject({
      state: 'failed',
      error: 'x is not a function',
      log: ['TypeError: x is not a function', '    at train'],
    });
  });

  it('no longer says why a run ended once it is taken up', async () => {
    const id = interrupted('a');
    await runs.resume(id);
    started[0]!.end(false, ['terminate called']);
    await settled();
    expect((await runs.get(id)).head).toMatchObject({ state: 'failed', resumable: true, log: ['terminate called'] });
    await runs.resume(id);
    const { head } = await runs.get(id);
    expect(head).toMatchObject({ state: 'starting', resumable: true });
    expect(head).not.toHaveProperty('error');
    expect(head).not.toHaveProperty('log');
  });

  it('keeps to the pause that the engine was asked for before its first step', async () => {
    const id = runs.optimize(specFile(), 0);
    await settled();
    const state = async (): Promise<string> => (await runs.get(id)).head.state;
    const events = [{ event: 'stage', stage: 'policy' }] as const;
    started[0]!.tell({ type: 'paused' });
    expect(await state()).toBe('starting');
    started[0]!.tell({ type: 'events', events });
    expect(await state()).toBe('paused');
    started[0]!.tell({ type: 'continued' });
    expect(await state()).toBe('running');
  });

  it('searches the workspace for runs once, and again when a file has come or a person asks', async () => {
    const id = interrupted('a');
    editor.found['**/*.prompt-task.json'] = [specFile()];
    const searches = async (): Promise<number> => {
      const before = editor.workspace.searches;
      expect((await runs.list()).map((head) => head.id)).toEqual([id]);
      return editor.workspace.searches - before;
    };
    expect(await searches()).toBe(2);
    expect(await searches()).toBe(0);
    editor.workspace.created.fire(undefined);
    expect(await searches()).toBe(2);
    new RunsTree(runs).refresh();
    expect(await searches()).toBe(2);
  });

  it('lists the other runs when one was deleted meanwhile', async () => {
    const [one, other] = [interrupted('a'), interrupted('b')];
    const heads = [one, other].map(async (id) => (await runs.get(id)).head);
    vi.spyOn(runs, 'list').mockResolvedValue(await Promise.all(heads));
    rmSync(one, { recursive: true });
    expect((await new RunsTree(runs).getChildren()).map(({ id }) => id)).toEqual([other]);
  });
});
