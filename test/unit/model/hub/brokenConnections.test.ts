import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CachedRepository } from '../../../../src/model/hub/cacheLayout';
import { download, type DownloadProgress } from '../../../../src/model/hub/download';
import type { HubError } from '../../../../src/model/hub/hubError';
import { planDownload } from '../../../../src/model/hub/plan';
import {
  answer,
  arrived,
  dropAt,
  hang,
  ignoreRange,
  reset,
  sendInstead,
  sendRange,
  sha256,
  stallAt,
  truncateAt,
  type Fault,
} from './hubServer';
import { noise } from './onnxBytes';
import { COMMIT, GRAPH, hubErrorOf, makeWorld, MODEL, tinyBert, type World } from './world';

const ONNX = /model\.onnx/;
const whole = GRAPH.length;

/** A world whose storage has one fault per request; a number is the byte at which the connection breaks. `fetch` resolves to the graph's hash. */
async function worldWith(
  ...faults: (Fault | number)[]
): Promise<World & { part: string; fetch: (idleSeconds?: number) => Promise<string>; news: DownloadProgress[] }> {
  const world = await makeWorld();
  const part = new CachedRepository(world.cache, MODEL).incomplete(sha256(GRAPH));
  world.server.misbehave('storage', ONNX, ...faults.map((fault) => (typeof fault === 'number' ? dropAt(fault, part) : fault)));
  const news: DownloadProgress[] = [];
  const fetch = async (idleSeconds?: number): Promise<string> => {
    const options = { ...world.options, idleSeconds, onProgress: (progress: DownloadProgress) => void news.push(progress) };
    const { folder, graph } = await download(await planDownload(`hf:${MODEL}`, world.options), options);
    return sha256(await readFile(join(folder, graph)));
  };
  return { ...world, part, fetch, news };
}

describe('a connection that breaks', () => {
  it('continues where it broke: no byte is sent twice', async () => {
    const { server, fetch } = await worldWith(100_000, 180_000);
    expect(await fetch()).toBe(sha256(GRAPH));
    expect(server.served(ONNX)).toBe(whole);
    expect(server.seen.filter((s) => s.host === 'storage').map((s) => s.headers.range)).toEqual([
      undefined,
      'bytes=100000-',
      'bytes=180000-',
    ]);
  });

  it('is continued by a later download', async () => {
    const { server, fetch, part, options } = await worldWith(...Array<number>(6).fill(120_000));
    const error = await hubErrorOf(fetch);
    expect(error).toMatchObject({ code: 'hub.triedOften', args: [{ times: 6 }] });
    expect(['hub.brokenConnection', 'hub.endedEarly']).toContain(error.origin);
    expect((await stat(part)).size).toBe(120_000);
    expect(await planDownload(`hf:${MODEL}`, options)).toMatchObject({ bytesThere: 63 + 120_000, bytesToFetch: whole - 120_000 });
    server.seen.length = 0;
    expect(await fetch()).toBe(sha256(GRAPH));
    expect(server.served(ONNX)).toBe(whole - 120_000);
    expect(existsSync(part)).toBe(false);
  });

  it('is retried after ever longer waits', async () => {
    const { waits, fetch } = await worldWith(...Array<Fault>(6).fill(reset));
    expect((await hubErrorOf(fetch)).origin).toBe('hub.brokenConnection');
    expect(waits).toHaveLength(5);
    waits.forEach((seconds, i) => {
      expect(seconds).toBeGreaterThanOrEqual(2 ** i);
      expect(seconds).toBeLessThanOrEqual(2 ** i * 1.25);
    });
  });

  it('may break any number of times while it makes progress', async () => {
    const weights = noise(9_000_000, 3);
    const files = { ...tinyBert().files, 'onnx/model.onnx_data': weights };
    const world = await makeWorld({ [MODEL]: tinyBert({ files, large: ['onnx/model.onnx', 'onnx/model.onnx_data'] }) });
    const part = new CachedRepository(world.cache, MODEL).incomplete(sha256(weights));
    world.server.misbehave('storage', /onnx_data/, ...[1, 2, 3, 4, 5, 6, 7, 8].map((i) => dropAt(i * 1_100_000, part)));
    const { folder } = await download(await planDownload(`hf:${MODEL}`, world.options), world.options);
    expect(sha256(await readFile(join(folder, 'onnx', 'model.onnx_data')))).toBe(sha256(weights));
    expect(world.server.served(/onnx_data/)).toBe(weights.length);
  });

  it('counts as broken when it goes silent', async () => {
    const { fetch, news } = await worldWith(stallAt(50_000), hang);
    expect(await fetch(0.3)).toBe(sha256(GRAPH));
    expect(news.flatMap((n) => n.waiting ?? [])[0]).toMatch(/sent nothing for 0.3 s. Next try in \d s/);
  });

  it('continues when an answer ends early', async () => {
    const { server, fetch } = await worldWith(truncateAt(70_000));
    expect(await fetch()).toBe(sha256(GRAPH));
    expect(server.served(ONNX)).toBe(whole);
  });
});

describe('a server that ignores ranges', () => {
  it('is read from the beginning', async () => {
    const { server, fetch, news } = await worldWith(100_000, ignoreRange);
    expect(await fetch()).toBe(sha256(GRAPH));
    expect(server.served(ONNX)).toBe(100_000 + whole);
    expect(news.at(-1)!.bytesDone).toBe(news.at(-1)!.bytesTotal);
  });

  it('cannot keep us forever', async () => {
    const truncated = Array<Fault>(6).fill(truncateAt(200_000));
    const { server, fetch } = await worldWith(...truncated);
    const error = await hubErrorOf(fetch);
    expect(error.origin).toBe('hub.endedEarly');
    expect((error.cause as HubError).args).toMatchObject([{ done: 200_000, size: whole }]);
    expect(server.seen.filter((s) => s.host === 'storage')).toHaveLength(6);
  });
});

describe('wrong bytes', () => {
  const flip = (content: Buffer): Buffer => {
    const changed = Buffer.from(content);
    changed[1234]! ^= 1;
    return changed;
  };

  it('are fetched once more', async () => {
    const { server, fetch } = await worldWith(sendInstead(flip));
    expect(await fetch()).toBe(sha256(GRAPH));
    expect(server.served(ONNX)).toBe(2 * whole);
  });

  it('are deleted and reported when they come twice', async () => {
    const { fetch, part, cache } = await worldWith(sendInstead(flip), sendInstead(flip));
    const error = await hubErrorOf(fetch);
    expect(error).toMatchObject({ code: 'hub.wrongHash', args: [{ path: 'onnx/model.onnx', hash: `sha256 ${sha256(GRAPH)}` }] });
    expect(existsSync(part)).toBe(false);
    expect(existsSync(new CachedRepository(cache, MODEL).blob(sha256(GRAPH)))).toBe(false);
    expect(existsSync(join(new CachedRepository(cache, MODEL).snapshot(COMMIT), 'onnx', 'model.onnx'))).toBe(false);
  });

  it('are noticed in a small file by its git hash', async () => {
    const { server, fetch } = await worldWith();
    server.misbehave('hub', /config\.json/, sendInstead(flipFirst), sendInstead(flipFirst));
    const error = await hubErrorOf(fetch);
    expect(error).toMatchObject({ code: 'hub.wrongHash', args: [{ path: 'config.json' }] });
  });
  const flipFirst = (content: Buffer): Buffer => Buffer.from([content[0]! ^ 1, ...content.subarray(1)]);

  it('are noticed when there are too many of them', async () => {
    const longer = sendInstead((content) => Buffer.concat([content, noise(10)]));
    const { fetch } = await worldWith(longer, longer);
    expect((await hubErrorOf(fetch)).code).toBe('hub.wrongHash');
  });

  it('are noticed when there are fewer than the hub lists', async () => {
    const world = await makeWorld({ [MODEL]: tinyBert({ listed: { 'onnx/model.onnx': { size: whole + 5 } } }) });
    const plan = await planDownload(`hf:${MODEL}`, world.options);
    expect((await hubErrorOf(() => download(plan, world.options))).code).toBe('hub.wrongHash');
  });

  it('left by another program are replaced', async () => {
    const { fetch, part } = await worldWith();
    await mkdir(join(part, '..'), { recursive: true });
    await writeFile(part, noise(5000, 99));
    expect(await fetch()).toBe(sha256(GRAPH));
  });

  it('that another program adds while we write are noticed', async () => {
    const { server, fetch, part } = await worldWith();
    server.misbehave('storage', ONNX, (request, response, content, seen) =>
      sendRange(request, response, content!, seen, 100_000, async () => {
        await arrived(100_000, part);
        await appendFile(part, noise(400_000, 5));
      }),
    );
    expect(await fetch()).toBe(sha256(GRAPH));
    expect(server.served(ONNX)).toBe(2 * whole);
  });

  it('of a part that is too long are discarded', async () => {
    const { server, fetch, part } = await worldWith();
    await mkdir(join(part, '..'), { recursive: true });
    await writeFile(part, Buffer.concat([GRAPH, GRAPH]));
    expect(await fetch()).toBe(sha256(GRAPH));
    expect(server.served(ONNX)).toBe(whole);
  });
});

describe('a busy server', () => {
  it('is given the time that it asks for', async () => {
    const soon = new Date(Date.now() + 60_000).toUTCString();
    const { server, waits, fetch, news } = await worldWith(answer(503), answer(429, { 'retry-after': soon }));
    server.misbehave('hub', /tree/, answer(429, { 'retry-after': '7' }), answer(429, { ratelimit: '"api";r=0;t=55' }));
    expect(await fetch()).toBe(sha256(GRAPH));
    expect(waits.slice(0, 2)).toEqual([7, 55]);
    expect(waits[2]).toBeLessThan(2);
    expect(waits[3]).toBeGreaterThan(50);
    expect(waits[3]).toBeLessThanOrEqual(60);
    expect(news.some((n) => n.waiting?.includes('503'))).toBe(true);
  });

  it('is not waited for longer than five minutes', async () => {
    const { server, waits, fetch } = await worldWith();
    server.misbehave('hub', /revision/, answer(429, { 'retry-after': '1800' }));
    const error = await hubErrorOf(fetch);
    expect(error).toMatchObject({ origin: 'hub.busy', code: 'hub.away' });
    expect((error.cause as HubError).args).toMatchObject([{ minutes: 30 }]);
    expect(waits).toEqual([]);
  });

  it('is given up after six answers', async () => {
    const { server, fetch } = await worldWith();
    server.misbehave('hub', /revision/, ...Array<Fault>(7).fill(answer(503)));
    const error = await hubErrorOf(fetch);
    expect(error.origin).toBe('hub.busy');
    expect((error.cause as HubError).args).toMatchObject([{ times: 6, problem: expect.stringContaining('503') as string }]);
    expect(server.seen).toHaveLength(6);
  });

  it('whose signed address has expired gets a new one from the hub', async () => {
    const { fetch } = await worldWith(answer(403));
    expect(await fetch()).toBe(sha256(GRAPH));
  });
});

describe('a download that is stopped', () => {
  it('keeps its part, and continues from it later', async () => {
    const { server, options, part } = await worldWith(stallAt(90_000));
    const stop = new AbortController();
    const plan = await planDownload(`hf:${MODEL}`, options);
    const running = download(plan, {
      ...options,
      signal: stop.signal,
    });
    void arrived(90_000, part).then(() => stop.abort(new Error('stopped by the user')));
    await expect(running).rejects.toThrow('stopped by the user');
    expect((await stat(part)).size).toBe(90_000);
    server.seen.length = 0;
    await download(await planDownload(`hf:${MODEL}`, options), options);
    expect(server.served(ONNX)).toBe(whole - 90_000);
  });

  it('stops while it waits too', async () => {
    const { options } = await worldWith(answer(503));
    const stop = new AbortController();
    const plan = await planDownload(`hf:${MODEL}`, options);
    const running = download(plan, {
      environment: options.environment,
      signal: stop.signal,
      onProgress: ({ waiting }) => {
        if (waiting !== undefined) stop.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
  });
});

describe('a full disk', () => {
  it('is noticed before the first byte', async () => {
    const world = await makeWorld({ [MODEL]: tinyBert({ listed: { 'onnx/model.onnx': { size: 9e15 } } }) });
    const plan = await planDownload(`hf:${MODEL}`, world.options);
    const error = await hubErrorOf(() => download(plan, world.options));
    expect(error).toMatchObject({ code: 'hub.diskSpace', args: [{ cache: world.cache }] });
    expect(error.message).toContain('9.0 PB');
    expect(world.server.seen.filter((s) => s.url.includes('/resolve/'))).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('is named when it fills up during a download', async () => {
    const { fetch, part } = await worldWith();
    await mkdir(join(part, '..'), { recursive: true });
    await symlink('/dev/full', part); // every write to it fails with ENOSPC
    const error = await hubErrorOf(fetch);
    expect(error.code).toBe('hub.diskFull');
  });

  it('is not confused with a cache that cannot be written', async () => {
    const { home, options } = await worldWith();
    await writeFile(join(home, 'hub'), 'a file, not a folder');
    const plan = await planDownload(`hf:${MODEL}`, options);
    const error = await hubErrorOf(() => download(plan, options));
    expect(error.code).toBe('hub.unwritable');
  });
});
