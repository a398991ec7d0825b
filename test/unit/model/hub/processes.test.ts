import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CachedRepository } from '../../../../src/model/hub/cacheLayout';
import { download } from '../../../../src/model/hub/download';
import { planDownload } from '../../../../src/model/hub/plan';
import { until } from '../../../until';
import { arrived, dropAt, sha256, stallAt } from './hubServer';
import { GRAPH, makeWorld, MODEL, type World } from './world';

const ONNX = /model\.onnx/;

interface Worker {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<unknown>;
  /** Resolves when its output has the text; rejects when it ends without it. */
  readonly says: (text: string) => Promise<unknown>;
}

/** Starts a process that downloads the model. */
async function startWorker({ home, options }: World): Promise<Worker> {
  const outfile = join(home, 'worker.cjs');
  const entryPoints = [join(import.meta.dirname, 'worker.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], logLevel: 'error' });
  const environment = { ...options.environment, PATH: process.env.PATH };
  const child = fork(outfile, [`hf:${MODEL}`], { env: environment, execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout!.on('data', (data: Buffer) => (text += data.toString()));
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const says = (what: string): Promise<unknown> =>
    until(`the process to say "${what}"`, () => {
      if (text.includes(what)) return true;
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The process ended before it said "${what}": ${text}`);
      return false;
    });
  return { child, output: () => text, ended, says };
}

describe('several processes', () => {
  it('fetch a blob once: one waits for the other', async () => {
    const world = await makeWorld();
    const part = new CachedRepository(world.cache, MODEL).incomplete(sha256(GRAPH));
    // The first request stops after half the file until the other process has said that it waits.
    let other: Worker | undefined;
    let waits: Promise<unknown> | undefined;
    world.server.misbehave('storage', ONNX, (request, response, content, seen) => {
      const start = dropAt(150_000, part);
      waits = (async () => {
        other = await startWorker(world);
        await other.says('Another program');
      })();
      // Either way this download goes on, and the test says below what the other one did.
      void waits.catch(() => undefined).then(() => start(request, response, content, seen));
    });
    const { folder } = await download(await planDownload(`hf:${MODEL}`, world.options), world.options);
    await waits;
    await other!.ended;
    expect(other!.output()).toContain('Another program is downloading onnx/model.onnx.');
    expect(other!.output()).toContain(`done ${folder}`);
    expect(world.server.served(ONNX)).toBe(GRAPH.length);
  });

  it('take over from one that was killed, and continue its part', async () => {
    const world = await makeWorld();
    const repository = new CachedRepository(world.cache, MODEL);
    world.server.misbehave('storage', ONNX, stallAt(110_000));
    const { child, ended } = await startWorker(world);
    await arrived(110_000, repository.incomplete(sha256(GRAPH)));
    child.kill('SIGKILL');
    await ended;
    expect((await stat(repository.lock(sha256(GRAPH)))).isDirectory()).toBe(true);
    world.server.seen.length = 0;
    const { folder, graph } = await download(await planDownload(`hf:${MODEL}`, world.options), world.options);
    expect(sha256(await readFile(join(folder, graph)))).toBe(sha256(GRAPH));
    expect(world.server.served(ONNX)).toBe(GRAPH.length - 110_000);
    expect(await readdir(dirname(repository.lock('x')))).toEqual([]);
  });
});
