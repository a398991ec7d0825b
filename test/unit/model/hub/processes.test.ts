import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CachedRepository } from '../../../../src/model/hub/cacheLayout';
import { download } from '../../../../src/model/hub/download';
import { acquireLock } from '../../../../src/model/hub/lock';
import { planDownload } from '../../../../src/model/hub/plan';
import { hubSettings } from '../../../../src/model/hub/settings';
import { arrived, dropAt, sha256, stallAt } from './hubServer';
import { GRAPH, makeWorld, MODEL, type World } from './world';

const ONNX = /model\.onnx/;

/** Starts a process that downloads the model. */
async function startWorker({ home, options }: World): Promise<{ child: ChildProcess; output: () => string }> {
  const outfile = join(home, 'worker.cjs');
  const entryPoints = [join(import.meta.dirname, 'worker.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], logLevel: 'error' });
  const environment = { ...options.environment, PATH: process.env.PATH };
  const child = fork(outfile, [`hf:${MODEL}`], { env: environment, execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout!.on('data', (data: Buffer) => (text += data.toString()));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, output: () => text };
}

describe('several processes', () => {
  it('fetch a blob once: one waits for the other', async () => {
    const world = await makeWorld();
    const part = new CachedRepository(world.cache, MODEL).incomplete(sha256(GRAPH));
    // The first request is held after half the file until the other process has said that it waits.
    let other: { child: ChildProcess; output: () => string } | undefined;
    world.server.misbehave('storage', ONNX, (request, response, content, seen) => {
      const start = dropAt(150_000, part);
      void (async () => {
        other = await startWorker(world);
        while (!other.output().includes('Another program')) await new Promise((resolve) => setTimeout(resolve, 20));
        start(request, response, content, seen);
      })();
    });
    const { folder } = await download(await planDownload(`hf:${MODEL}`, world.options), world.options);
    await once(other!.child, 'exit');
    expect(other!.output()).toContain('Another program is downloading onnx/model.onnx.');
    expect(other!.output()).toContain(`done ${folder}`);
    expect(world.server.served(ONNX)).toBe(GRAPH.length);
  });

  it('take over from one that was killed, and go on from its part', async () => {
    const world = await makeWorld();
    const repository = new CachedRepository(world.cache, MODEL);
    world.server.misbehave('storage', ONNX, stallAt(110_000));
    const { child } = await startWorker(world);
    await arrived(110_000, repository.incomplete(sha256(GRAPH)));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await stat(repository.lock(sha256(GRAPH)))).isFile()).toBe(true);
    world.server.seen.length = 0;
    const { folder, graph } = await download(await planDownload(`hf:${MODEL}`, world.options), world.options);
    expect(sha256(await readFile(join(folder, graph)))).toBe(sha256(GRAPH));
    expect(world.server.served(ONNX)).toBe(GRAPH.length - 110_000);
    expect(await readdir(dirname(repository.lock('x')))).toEqual([]);
  });
});

describe('a lock', () => {
  async function lockFile(holder?: object): Promise<World & { file: string }> {
    const world = await makeWorld({});
    const file = join(world.home, 'locks', 'x.lock');
    await mkdir(dirname(file), { recursive: true });
    if (holder) await writeFile(file, JSON.stringify(holder));
    return { ...world, file };
  }

  it('is held by one at a time, and goes with its holder', async () => {
    const { file, options } = await lockFile();
    const settings = hubSettings(options);
    const order: string[] = [];
    const work = async (name: string): Promise<void> => {
      const lock = await acquireLock(file, settings);
      order.push(`${name} begins`);
      // A few turns of the event loop: the others look at the lock at most once in each.
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      await lock.release();
    };
    await Promise.all([work('a'), work('b'), work('c')]);
    expect(order.map((entry) => entry.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends', 'begins', 'ends']);
    expect(await readdir(dirname(file))).toEqual([]);
  });

  it('of another machine is taken over after half a minute without a touch', async () => {
    const { file, options, waits } = await lockFile({ id: 'x', pid: 1, host: 'elsewhere' });
    await (await acquireLock(file, hubSettings(options))).release();
    expect(waits.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThanOrEqual(30);
  });

  it('of another machine that is touched is waited for', async () => {
    const { file, options, waits } = await lockFile({ id: 'x', pid: 1, host: 'elsewhere' });
    const stop = new AbortController();
    const sleep = async (milliseconds: number, signal: AbortSignal | undefined): Promise<void> => {
      await options.sleep!(milliseconds, signal);
      await utimes(file, waits.length, waits.length);
      if (waits.length === 200) stop.abort(new Error('100 s have gone by'));
    };
    await expect(acquireLock(file, hubSettings({ ...options, sleep }), stop.signal)).rejects.toThrow('100 s have gone by');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ host: 'elsewhere' });
  });

  it('of a process that is gone is taken over at once', async () => {
    const { file, options, waits } = await lockFile({ id: 'x', pid: 2 ** 22 + 1, host: hostname() });
    await (await acquireLock(file, hubSettings(options))).release();
    expect(waits).toEqual([]);
  });
});
