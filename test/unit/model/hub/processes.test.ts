import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CachedRepository } from '../../../../src/model/hub/cacheLayout';
import { download } from '../../../../src/model/hub/download';
import { planDownload } from '../../../../src/model/hub/plan';
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
    // The first request stops after half the file until the other process has said that it waits.
    let other: { child: ChildProcess; output: () => string } | undefined;
    world.server.misbehave('storage', ONNX, (request, response, content, seen) => {
      const start = dropAt(150_000, part);
      void (async () => {
        other = await startWorker(world);
        while (!other.output().includes('Another program')) await once(other.child.stdout!, 'data');
        start(request, response, content, seen);
      })();
    });
    const { folder } = await download(await planDownload(`hf:${MODEL}`, world.options), world.options);
    await once(other!.child, 'exit');
    expect(other!.output()).toContain('Another program is downloading onnx/model.onnx.');
    expect(other!.output()).toContain(`done ${folder}`);
    expect(world.server.served(ONNX)).toBe(GRAPH.length);
  });

  it('take over from one that was killed, and continue its part', async () => {
    const world = await makeWorld();
    const repository = new CachedRepository(world.cache, MODEL);
    world.server.misbehave('storage', ONNX, stallAt(110_000));
    const { child } = await startWorker(world);
    await arrived(110_000, repository.incomplete(sha256(GRAPH)));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await stat(repository.lock(sha256(GRAPH)))).isDirectory()).toBe(true);
    world.server.seen.length = 0;
    const { folder, graph } = await download(await planDownload(`hf:${MODEL}`, world.options), world.options);
    expect(sha256(await readFile(join(folder, graph)))).toBe(sha256(GRAPH));
    expect(world.server.served(ONNX)).toBe(GRAPH.length - 110_000);
    expect(await readdir(dirname(repository.lock('x')))).toEqual([]);
  });
});
