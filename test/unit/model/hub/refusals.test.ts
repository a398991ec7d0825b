import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { download } from '../../../../src/model/hub/download';
import { planDownload } from '../../../../src/model/hub/plan';
import type { HubError } from '../../../../src/model/hub/hubError';
import { word } from '../../../../src/wording/wording';
import { answer, HubServer, type Fault } from './hubServer';
import { noise } from './onnxBytes';
import { COMMIT, GRAPH, hubErrorOf, makeWorld, MODEL, tinyBert } from './world';

const TOKEN = 'hf_abcdefSECRETghijkl';

describe('what the hub refuses', () => {
  it('a model that is not there, or is private', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ private: true, readers: [TOKEN] }) });
    for (const name of ['acme/tiny-bart', MODEL]) {
      const error = await hubErrorOf(() => planDownload(`hf:${name}`, options));
      expect(error).toMatchObject({ code: 'hub.noModel', args: [{ model: name, source: undefined }] });
    }
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, { ...options, token: 'hf_other' }));
    expect(error).toMatchObject({ code: 'hub.noModel', args: [{ source: 'the settings' }] });
  });

  it('a revision that is not there', async () => {
    const { options } = await makeWorld();
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}@v9`, options));
    expect(error).toMatchObject({ code: 'hub.noRevision', args: [{ revision: 'v9' }] });
  });

  it('a gated model without a token, before anyone is asked for consent', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ gated: 'auto', readers: [TOKEN] }) });
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error).toMatchObject({ code: 'hub.gated', args: [{ page: `${options.environment.HF_ENDPOINT}/${MODEL}` }] });
  });

  it('a gated model to an account that has not accepted its terms', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ gated: 'manual', readers: [TOKEN] }) });
    const environment = { ...options.environment, HF_TOKEN: 'hf_other' };
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, { ...options, environment }));
    expect(error).toMatchObject({ code: 'hub.gatedAccount', args: [{ model: MODEL, source: 'HF_TOKEN' }] });
  });

  it('a token that has expired', async () => {
    const { home, options } = await makeWorld();
    await writeFile(join(home, 'token'), 'hf_expired\n');
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error).toMatchObject({ code: 'hub.tokenRefused', args: [{ source: join(home, 'token') }] });
  });

  it('a token without permission', async () => {
    const { server, options } = await makeWorld();
    server.misbehave('hub', /revision/, answer(403, { 'x-error-message': 'Your token lacks the permission' }));
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error).toMatchObject({ code: 'hub.denied', args: [{ says: 'Your token lacks the permission' }] });
  });

  it('nothing with the right token', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ gated: 'auto', private: true, readers: [TOKEN] }) });
    const own = { ...options, token: TOKEN };
    expect((await download(await planDownload(`hf:${MODEL}`, own), own)).folder).toContain(COMMIT);
  });
});

describe('a repository without a usable model', () => {
  const without = (...names: string[]): ReturnType<typeof tinyBert> =>
    tinyBert({ files: Object.fromEntries(Object.entries(tinyBert().files).filter(([path]) => !names.includes(path))) });

  it('lacks ONNX files, a tokenizer or a configuration', async () => {
    const { server, options } = await makeWorld();
    for (const [name, code] of [
      ['onnx/model.onnx', 'hub.noGraph'],
      ['tokenizer.json', 'hub.noTokenizer'],
      ['config.json', 'hub.noConfiguration'],
    ] as const) {
      server.repositories[MODEL] = without(name);
      expect(await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).toMatchObject({ code, args: [{ model: MODEL }] });
    }
  });

  it('has a file of that name that is not an ONNX file', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ files: { ...tinyBert().files, 'onnx/model.onnx': noise(2000, 5) } }) });
    const plan = await planDownload(`hf:${MODEL}`, options);
    expect((await hubErrorOf(() => download(plan, options))).code).toBe('hub.notOnnx');
  });
});

describe('an answer that is not from a hub', () => {
  const html: Fault = (_q, response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in to the network</html>');
  const listing =
    (entry: object): Fault =>
    (_q, response) =>
      void response.end(JSON.stringify([{ type: 'file', oid: '0'.repeat(40), size: 1, path: 'config.json', ...entry }]));

  it('is reported', async () => {
    const { server, options } = await makeWorld();
    server.misbehave('hub', /revision/, html);
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error).toMatchObject({ code: 'hub.notAHub', args: [{ endpoint: server.endpoint }] });
  });

  it.each([
    ['a path that leads out of the folder', { path: '../../.ssh/config' }, 'path'],
    ['a hash that is a path', { lfs: { oid: '../../../evil', size: 1, pointerSize: 1 } }, 'hash'],
    ['a negative size', { size: -1 }, 'size'],
  ])('with %s is refused', async (_what, entry, wrong) => {
    const { server, options } = await makeWorld();
    server.misbehave('hub', /tree/, listing(entry));
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).args).toMatchObject([{ wrong }]);
  });

  it('that redirects in a circle, or without end, is not followed', async () => {
    const { server, options } = await makeWorld();
    const to =
      (path: string): Fault =>
      (_q, response) =>
        void response.writeHead(302, { location: path }).end();
    server.misbehave('hub', /revision/, to('/a'));
    server.misbehave('hub', /^\/a$/, to('/b'));
    server.misbehave('hub', /^\/b$/, to('/a'));
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).code).toBe('hub.redirectLoop');
    server.misbehave('hub', /revision/, to('/0'));
    for (let i = 0; i < 30; i++) server.misbehave('hub', new RegExp(`^/${i}$`), to(`/${i + 1}`));
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).code).toBe('hub.redirectLoop');
    server.misbehave('hub', /revision/, to('ftp://127.0.0.1/x'));
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).code).toBe('hub.redirectUnsafe');
  });

  it('that redirects to the new name of the model is followed', async () => {
    const { server, options } = await makeWorld();
    const renamed: Fault = (request, response) =>
      void response.writeHead(307, { location: request.url!.replace('acme/old-bert', MODEL) }).end();
    server.misbehave('hub', /old-bert/, ...Array<Fault>(20).fill(renamed));
    const { folder } = await download(await planDownload('hf:acme/old-bert', options), options);
    expect(folder).toContain('models--acme--old-bert');
  });
});

describe('no network', () => {
  it('is reported at once', async () => {
    const { server, options, cache } = await makeWorld();
    server.stop();
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error).toMatchObject({ code: 'hub.away', origin: 'hub.unreachable', args: [{ model: MODEL, cache }] });
    expect((error.cause as HubError).args).toMatchObject([{ code: 'ECONNREFUSED' }]);
  });

  it('is not needed with HF_HUB_OFFLINE=1', async () => {
    const { server, options } = await makeWorld();
    const offline = { ...options, environment: { ...options.environment, HF_HUB_OFFLINE: '1' } };
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, offline))).code).toBe('hub.offline');
    expect(server.seen).toEqual([]);
    await download(await planDownload(`hf:${MODEL}`, options), options);
    server.seen.length = 0;
    expect(await planDownload(`hf:${MODEL}`, offline)).toMatchObject({ cached: true, bytesToFetch: 0 });
    expect(server.seen).toEqual([]);
  });

  it('makes do with a less precise version from the cache, and says so', async () => {
    const { server, options, cache } = await makeWorld();
    const snapshot = join(cache, 'models--acme--tiny-bert', 'snapshots', COMMIT);
    await mkdir(join(snapshot, 'onnx'), { recursive: true });
    await mkdir(join(snapshot, '..', '..', 'refs'));
    await writeFile(join(snapshot, '..', '..', 'refs', 'main'), COMMIT);
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) await writeFile(join(snapshot, name), '{}');
    await writeFile(join(snapshot, 'onnx', 'model_quantized.onnx'), GRAPH);
    expect(await planDownload(`hf:${MODEL}`, options)).toMatchObject({ graph: 'onnx/model.onnx', cached: false });
    expect(await planDownload(`hf:${MODEL}#onnx/model_quantized.onnx`, options)).toMatchObject({ cached: true });
    server.stop();
    const plan = await planDownload(`hf:${MODEL}`, options);
    expect(plan).toMatchObject({ graph: 'onnx/model_quantized.onnx', cached: true });
    expect(plan.notes).toEqual([expect.stringContaining('ECONNREFUSED'), word('hub.mayBeBetter')]);
  });
});

describe('a token', () => {
  it('goes to the hub alone: never to the host that keeps large files', async () => {
    const { server, options } = await makeWorld();
    const own = { ...options, token: TOKEN };
    await download(await planDownload(`hf:${MODEL}`, own), own);
    const [hub, storage] = (['hub', 'storage'] as const).map((host) => server.seen.filter((s) => s.host === host));
    expect(hub!.length).toBeGreaterThan(5);
    expect(new Set(hub!.map((s) => s.headers.authorization))).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(storage!.length).toBe(1);
    expect(storage!.map((s) => s.headers.authorization)).toEqual([undefined]);
    expect(JSON.stringify(server.seen.map((s) => s.url))).not.toContain(TOKEN);
  });

  it('does not come back once a redirect has left the hub', async () => {
    const [{ server, options }, other] = await Promise.all([makeWorld(), HubServer.start()]);
    const back: Fault = (_q, response) =>
      void response.writeHead(302, { location: `${server.endpoint}/api/models/${MODEL}/tree/${COMMIT}` }).end();
    server.misbehave('hub', /tree/, (_q, response) => void response.writeHead(302, { location: `${other.endpoint}/elsewhere` }).end());
    other.misbehave('hub', /elsewhere/, back);
    server.pageSize = 100;
    await planDownload(`hf:${MODEL}`, { ...options, token: TOKEN });
    expect(other.seen[0]!.headers.authorization).toBeUndefined();
    expect(server.seen.at(-1)!.headers.authorization).toBeUndefined();
  });

  it('may come from a mirror', async () => {
    const { server, options } = await makeWorld();
    await planDownload(`hf:${MODEL}`, { ...options, token: 'mirror-token-1' });
    expect(server.seen[0]!.headers.authorization).toBe('Bearer mirror-token-1');
  });

  it('appears in no message, nor does the signature of an address, even when a server repeats them', async () => {
    const { server, options } = await makeWorld();
    const echo: Fault = (request, response) =>
      void response
        .writeHead(403, { 'x-error-message': `bad header ${request.headers.authorization} \u009bhere`, 'content-type': 'application/json' })
        .end(JSON.stringify({ error: request.headers.authorization }));
    const own = { ...options, token: TOKEN };
    const told: string[] = [];
    const tell = (error: unknown): void => {
      for (let e = error as Error | undefined; e; e = e.cause as Error | undefined) told.push(e.message, e.stack ?? '', JSON.stringify(e));
    };
    server.misbehave('hub', /revision/, echo);
    tell(await hubErrorOf(() => planDownload(`hf:${MODEL}`, own)));
    const plan = await planDownload(`hf:${MODEL}`, own);
    told.push(JSON.stringify(plan));
    server.misbehave('storage', /./, ...Array<Fault>(6).fill(answer(404)));
    tell(await hubErrorOf(() => download(plan, { ...own, onProgress: (progress) => void told.push(JSON.stringify(progress)) })));
    expect(told.join('\n')).toContain('bad header Bearer *** here');
    expect(told.join('\n')).not.toContain(TOKEN);
    expect(told.join('\n')).not.toContain('secret-signature');
  });
});
