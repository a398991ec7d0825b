import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogOutputChannel } from 'vscode';
import { Runs } from '../../../../src/host/runs/runs';
import { RunsOnDisk } from '../../../../src/host/runs/runsOnDisk';
import { RunsTree } from '../../../../src/host/runs/runsTree';
import * as editor from '../editor';
import { engineDoubles, type EngineDouble } from './engineDouble';

vi.mock('vscode', () => import('../editor'));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, stat: vi.fn(real.stat) };
});

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

const { signal } = new AbortController();

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
    started[0]!.finish({ stoppedAt: 0 });
    await settled();
    expect(started).toHaveLength(1);
    started[0]!.gone();
    await settled();
    expect(started.map(({ folder }) => folder)).toEqual([first, second]);
    expect(runs.current?.id).toBe(second);
  });

  it('shows how far the search for label words is, before the run has a folder to resume', async () => {
    const id = runs.optimize(specFile(), 0);
    await settled();
    const stop = new AbortController().signal;
    void started[0]!.tell.events([{ event: 'progress', stage: 'labels', done: 8, total: 32, seconds: 1 }], stop);
    const head = runs.current!;
    expect(head).toMatchObject({ id, state: 'starting', stage: 'labels', progress: 0.25, resumable: false });
    expect(head.stages[0]).toBe('labels');
    started[0]!.gone();
    await settled();
  });

  it('tells that a run ended, once its process is gone', async () => {
    const ended: unknown[] = [];
    runs.onDidEnd(({ id, state }) => ended.push([id, state]));
    const id = runs.optimize(specFile(), 0);
    await settled();
    started[0]!.finish({ stoppedAt: 0 });
    await settled();
    expect(ended).toEqual([]);
    started[0]!.gone();
    await settled();
    expect(ended).toEqual([[id, 'interrupted']]);
  });

  it('keeps a name and a pin in the folder of the run, and lists pinned runs first', async () => {
    const [old, latest] = [interrupted('a'), interrupted('b')];
    editor.found['**/*.prompt-task.json'] = [specFile()];
    runs.lookAgain();
    const changed: string[] = [];
    runs.onDidChange((id) => changed.push(id));
    await runs.label(old, { name: 'the good one', pinned: true });
    expect(JSON.parse(readFileSync(join(old, 'label.json'), 'utf8'))).toEqual({ name: 'the good one', pinned: true });
    expect(changed).toEqual([old]);
    writeFileSync(join(latest, 'label.json'), 'not JSON');
    const heads = await runs.list();
    expect(heads.map(({ id, name, pinned }) => [id, name, pinned])).toEqual([
      [old, 'the good one', true],
      [latest, 'small', undefined],
    ]);
    await runs.label(old, {});
    expect((await runs.get(old)).head).toMatchObject({ name: 'small' });
    delete editor.found['**/*.prompt-task.json'];
  });

  it('keeps the name of a run while it trains and after', async () => {
    const id = runs.optimize(specFile(), 0);
    await expect(runs.label(id, { name: 'x' })).rejects.toThrow(/^small /);
    expect(existsSync(id)).toBe(false);
    mkdirSync(id, { recursive: true });
    await runs.label(id, { name: 'x' });
    expect((await runs.get(id)).head.name).toBe('x');
  });

  it('tells that a run was deleted', async () => {
    const id = interrupted('a');
    const deleted: string[] = [];
    runs.onDidDelete((run) => deleted.push(run));
    await runs.delete(id);
    expect(deleted).toEqual([id]);
    expect(existsSync(id)).toBe(false);
  });

  it('resumes a run once, however often it is asked to, with the table that it had', async () => {
    const id = interrupted('a');
    await Promise.all([runs.resume(id), runs.resume(id)]);
    await runs.resume(id);
    expect(started.map(({ called }) => called[0])).toEqual(['resume']);
    expect(await prompts(id)).toEqual(['', 'mine']);
    started[0]!.gone();
    await settled();
    expect(started).toHaveLength(1);
  });

  it('neither resumes nor deletes a run that another process trains, and names that process', async () => {
    const id = interrupted('a');
    writeFileSync(join(id, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    const locked = { code: 'run.locked', args: [{ trainer: `pid ${process.ppid}`, lock: join(id, 'lock') }] };
    await expect(runs.resume(id)).rejects.toMatchObject(locked);
    expect(started).toHaveLength(0);
    await expect(runs.delete(id)).rejects.toMatchObject(locked);
    expect((await runs.get(id)).head).toMatchObject({ state: 'elsewhere', resumable: false });
    rmSync(join(id, 'lock'));
    expect((await runs.get(id)).head).toMatchObject({ state: 'interrupted', resumable: true });
    await runs.resume(id);
    expect(started).toHaveLength(1);
  });

  it('reports changes of a run while another process trains it, to those that read it', async () => {
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

  it('resumes a run once while it waits for another', async () => {
    runs.optimize(specFile(), 0);
    const id = interrupted('a');
    await runs.resume(id);
    await runs.resume(id);
    runs.reload(id);
    await runs.resume(id);
    expect((await runs.get(id)).head.state).toBe('queued');
    started[0]!.gone();
    await settled();
    started[1]!.gone();
    await settled();
    expect(started).toHaveLength(2);
  });

  it('never starts a run that was deleted while it waited', async () => {
    runs.optimize(specFile(), 0);
    const id = interrupted('a');
    await runs.resume(id);
    await runs.delete(id);
    started[0]!.gone();
    await settled();
    expect(started).toHaveLength(1);
    expect(existsSync(id)).toBe(false);
    await expect(runs.get(id)).rejects.toMatchObject({ code: 'run.notARun', args: [{ folder: id }] });
  });

  it('deletes a run that trains once its process is gone', async () => {
    const id = interrupted('a');
    await runs.resume(id);
    const deleted = runs.delete(id);
    await settled();
    expect(started[0]!.killed).toBe(true);
    expect(existsSync(id)).toBe(true);
    started[0]!.gone();
    await settled();
    await deleted;
    expect(existsSync(id)).toBe(false);
    expect(runs.current).toBeUndefined();
  });

  it('keeps a run that was stopped while it waited: it is resumable if it has trained before', async () => {
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
    started[0]!.gone();
    await settled();
    expect(started).toHaveLength(1);
    await runs.resume(old);
    await settled();
    expect(started.map(({ called }) => called[0])).toEqual(['optimize', 'resume']);
  });

  it('shows the last lines of the log with a crash that the engine could still report', async () => {
    const id = runs.optimize(specFile(), 0);
    await settled();
    started[0]!.fail(new Error('x is not a function'));
    started[0]!.gone('TypeError: x is not a function', '    at train');
    await settled();
    expect((await runs.get(id)).head).toMatchObject({
      state: 'failed',
      error: 'x is not a function',
      log: ['TypeError: x is not a function', '    at train'],
    });
  });

  it('says of a run that fails on the way that it can be resumed', async () => {
    const id = interrupted('a');
    await runs.resume(id);
    await settled();
    started[0]!.fail(new Error('The server does not answer.'));
    await settled();
    const { resumable, error } = (await runs.get(id)).head;
    expect(resumable).toBe(true);
    expect(error).toMatch(/^The server does not answer\. .+/);
  });

  it('resumes a run whose engine has stopped but is not gone yet, once it is gone', async () => {
    const id = interrupted('a');
    await runs.resume(id);
    runs.stop(id);
    started[0]!.finish({ stoppedAt: 3 });
    await settled();
    const resumed = runs.resume(id);
    await settled();
    expect(started).toHaveLength(1);
    started[0]!.gone();
    await resumed;
    await settled();
    expect(started.map(({ called }) => called[0])).toEqual(['resume', 'resume']);
  });

  it('no longer shows why a run ended once it is resumed', async () => {
    const id = interrupted('a');
    await runs.resume(id);
    started[0]!.gone('terminate called');
    await settled();
    expect((await runs.get(id)).head).toMatchObject({ state: 'failed', resumable: true, log: ['terminate called'] });
    await runs.resume(id);
    const { head } = await runs.get(id);
    expect(head).toMatchObject({ state: 'starting', resumable: true });
    expect(head).not.toHaveProperty('error');
    expect(head).not.toHaveProperty('log');
  });

  it('is paused at its first step if Pause came before it', async () => {
    const id = runs.optimize(specFile(), 0);
    await settled();
    const state = async (): Promise<string> => (await runs.get(id)).head.state;
    const events = [{ event: 'stage', stage: 'policy' }] as const;
    runs.pause(id);
    expect(await state()).toBe('starting');
    void started[0]!.tell.events(events, signal);
    expect(await state()).toBe('pausing');
    void started[0]!.tell.paused(undefined, signal);
    expect(await state()).toBe('paused');
    runs.continue(id);
    expect(await state()).toBe('running');
    expect(started[0]!.called).toEqual(['optimize', 'pause', 'continue']);
  });

  it('searches the workspace for runs once, and again after a new file or on request', async () => {
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
    vi.spyOn(RunsOnDisk.prototype, 'list').mockResolvedValue([one, other]);
    rmSync(one, { recursive: true });
    expect(await new RunsTree(runs).getChildren()).toEqual([other]);
  });

  it('stats each run once per refresh of its view, and not at all for a step of the run that trains', async () => {
    const [trains] = ['a', 'b', 'c'].map(interrupted);
    editor.found['**/*.prompt-task.json'] = [specFile()];
    const tree = new RunsTree(runs);
    const stats = async (refresh: () => unknown): Promise<number> => {
      vi.mocked(stat).mockClear();
      await refresh();
      return vi.mocked(stat).mock.calls.length;
    };
    await runs.resume(trains!);
    await settled();
    const refresh = async (): Promise<unknown> => (await tree.getChildren()).map((id) => tree.getTreeItem(id));
    // Six files of each of the two runs on disk.
    expect(await stats(refresh)).toBe(2 * 6);
    const refreshed: unknown[] = [];
    tree.onDidChangeTreeData((id) => refreshed.push(id));
    const step = (): void => void started[0]!.tell.events([{ event: 'stage', stage: 'random' }], signal);
    step();
    refreshed.length = 0;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });
    expect(await stats(step)).toBe(0);
    vi.useRealTimers();
    expect(refreshed).toEqual([trains]);
    tree.dispose();
  });
});

describe('Stop', () => {
  const state = async (id: string): Promise<unknown> => (await runs.get(id)).head;
  const begun = async (): Promise<string> => {
    const id = runs.optimize(specFile(), 0);
    await settled();
    void started[0]!.tell.events([{ event: 'stage', stage: 'policy' }], signal);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    return id;
  };
  afterEach(() => vi.useRealTimers());

  it('waits for an engine that answers, however long the step in progress takes', async () => {
    const id = await begun();
    runs.stop(id);
    expect(await state(id)).toMatchObject({ state: 'stopping' });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(started[0]!.called.slice(1, 3)).toEqual(['stop', 'ping']);
    expect(started[0]!.killed).toBe(false);
    started[0]!.finish({ stoppedAt: 3 });
    await vi.advanceTimersByTimeAsync(0);
    expect(await state(id)).toMatchObject({ state: 'interrupted' });
    expect(await state(id)).not.toHaveProperty('error');
  });

  it('ends the process of an engine that no longer answers, and says so', async () => {
    const id = await begun();
    started[0]!.alive = false;
    runs.stop(id);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(started[0]!.killed).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(started[0]!.killed).toBe(true);
    started[0]!.gone();
    await vi.advanceTimersByTimeAsync(0);
    expect(await state(id)).toMatchObject({
      state: 'interrupted',
      resumable: true,
      error: expect.stringContaining('responding') as string,
    });
  });

  it('asked twice ends the process at once', async () => {
    const id = await begun();
    runs.stop(id);
    runs.stop(id);
    expect(started[0]!.killed).toBe(true);
    started[0]!.gone();
    await vi.advanceTimersByTimeAsync(0);
    expect(await state(id)).toMatchObject({ state: 'interrupted', resumable: true, error: expect.any(String) as string });
  });
});
