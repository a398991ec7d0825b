import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { download } from '../../../../src/model/hub/download';
import { planDownload } from '../../../../src/model/hub/plan';
import { answer, HubServer, type Fault } from './hubServer';
import { noise } from './onnxBytes';
import { COMMIT, GRAPH, hubErrorOf, makeWorld, MODEL, tinyBert } from './world';

const TOKEN = 'hf_abcdefSECRETghijkl';
const BOTH_WAYS = /in VS Code by the command "RLPrompt: Set Hugging Face Token", on the command line by HF_TOKEN/;

describe('what the hub refuses', () => {
  it('a model that is not there, or is private', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ private: true, readers: [TOKEN] }) });
    for (const name of ['acme/tiny-bart', MODEL]) {
      const error = await hubErrorOf(() => planDownload(`hf:${name}`, options));
      expect(error.kind).toBe('noModel');
      expect(error.message).toContain(`no model ${name}`);
      expect(error.message).toMatch(/private.*Check the spelling/);
      expect(error.message).toMatch(BOTH_WAYS);
    }
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, { ...options, token: 'hf_other' }));
    expect(error.kind).toBe('noModel');
    expect(error.message).toContain('this one is from the settings');
  });

  it('a revision that is not there', async () => {
    const { options } = await makeWorld();
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}@v9`, options));
    expect(error.kind).toBe('noRevision');
    expect(error.message).toContain('no revision "v9"');
  });

  it('a gated model without a token, before anyone is asked for consent', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ gated: 'auto', readers: [TOKEN] }) });
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error.kind).toBe('gated');
    expect(error.message).toContain(`accept its terms on ${options.environment.HF_ENDPOINT}/${MODEL}`);
    expect(error.message).toMatch(BOTH_WAYS);
  });

  it('a gated model to an account that has not accepted its terms', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ gated: 'manual', readers: [TOKEN] }) });
    const environment = { ...options.environment, HF_TOKEN: 'hf_other' };
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, { ...options, environment }));
    expect(error.kind).toBe('gated');
    expect(error.message).toMatch(/token from HF_TOKEN may not read the gated model.*accept its terms on/);
  });

  it('a token that has expired', async () => {
    const { home, options } = await makeWorld();
    await writeFile(join(home, 'token'), 'hf_expired\n');
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error.kind).toBe('token');
    expect(error.message).toContain(`refuses the token from ${join(home, 'token')} (401)`);
  });

  it('a token whose rights do not suffice', async () => {
    const { server, options } = await makeWorld();
    server.misbehave('hub', /revision/, answer(403, { 'x-error-message': 'Your token lacks the permission' }));
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error.kind).toBe('token');
    expect(error.message).toContain('The hub says: "Your token lacks the permission".');
  });

  it('nothing to the right token', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ gated: 'auto', private: true, readers: [TOKEN] }) });
    const own = { ...options, token: TOKEN };
    expect((await download(await planDownload(`hf:${MODEL}`, own), own)).folder).toContain(COMMIT);
  });
});

describe('a repository that is no model for us', () => {
  const without = (...names: string[]): ReturnType<typeof tinyBert> =>
    tinyBert({ files: Object.fromEntries(Object.entries(tinyBert().files).filter(([path]) => !names.includes(path))) });

  it('lacks ONNX files, a tokenizer or a configuration', async () => {
    const { server, options } = await makeWorld();
    const messageWithout = async (name: string): Promise<string> => {
      server.repositories[MODEL] = without(name);
      const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
      expect(error.kind).toBe('files');
      return error.message;
    };
    expect(await messageWithout('onnx/model.onnx')).toMatch(/has no ONNX file.*onnx-community.*optimum-cli export onnx.*folder:/);
    expect(await messageWithout('tokenizer.json')).toMatch(/has no tokenizer\.json.*save_pretrained/);
    expect(await messageWithout('config.json')).toMatch(/has no config\.json/);
  });

  it('has a file of that name which is no ONNX file', async () => {
    const { options } = await makeWorld({ [MODEL]: tinyBert({ files: { ...tinyBert().files, 'onnx/model.onnx': noise(2000, 5) } }) });
    const plan = await planDownload(`hf:${MODEL}`, options);
    expect((await hubErrorOf(() => download(plan, options))).message).toContain('is no ONNX file');
  });
});

describe('an answer that is no hub’s', () => {
  const html: Fault = (_q, response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in to the network</html>');
  const listing =
    (entry: object): Fault =>
    (_q, response) =>
      void response.end(JSON.stringify([{ type: 'file', oid: '0'.repeat(40), size: 1, path: 'config.json', ...entry }]));

  it('is said to be that', async () => {
    const { server, options } = await makeWorld();
    server.misbehave('hub', /revision/, html);
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error.kind).toBe('answer');
    expect(error.message).toMatch(/does not answer as a Hugging Face hub does.*HF_ENDPOINT/);
  });

  it.each([
    ['a path that leads out of the folder', { path: '../../.ssh/config' }],
    ['a hash that is a path', { lfs: { oid: '../../../evil', size: 1, pointerSize: 1 } }],
    ['a negative size', { size: -1 }],
  ])('with %s is refused', async (_what, entry) => {
    const { server, options } = await makeWorld();
    server.misbehave('hub', /tree/, listing(entry));
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).kind).toBe('answer');
  });

  it('that redirects in a circle, or without end, is left', async () => {
    const { server, options } = await makeWorld();
    const to =
      (path: string): Fault =>
      (_q, response) =>
        void response.writeHead(302, { location: path }).end();
    server.misbehave('hub', /revision/, to('/a'));
    server.misbehave('hub', /^\/a$/, to('/b'));
    server.misbehave('hub', /^\/b$/, to('/a'));
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).message).toContain('redirects in a circle');
    server.misbehave('hub', /revision/, to('/0'));
    for (let i = 0; i < 30; i++) server.misbehave('hub', new RegExp(`^/${i}$`), to(`/${i + 1}`));
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).message).toContain('redirects in a circle');
    server.misbehave('hub', /revision/, to('ftp://127.0.0.1/x'));
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, options))).message).toContain('not safe');
  });

  it('that sends us on to the new name of the model is followed', async () => {
    const { server, options } = await makeWorld();
    const renamed: Fault = (request, response) =>
      void response.writeHead(307, { location: request.url!.replace('acme/old-bert', MODEL) }).end();
    server.misbehave('hub', /old-bert/, ...Array<Fault>(20).fill(renamed));
    const { folder } = await download(await planDownload('hf:acme/old-bert', options), options);
    expect(folder).toContain('models--acme--old-bert');
  });
});

describe('no network', () => {
  it('is said to be that, at once', async () => {
    const { server, options, cache } = await makeWorld();
    server.stop();
    const error = await hubErrorOf(() => planDownload(`hf:${MODEL}`, options));
    expect(error.kind).toBe('unreachable');
    expect(error.message).toContain('cannot be reached (ECONNREFUSED)');
    expect(error.message).toContain(`The cache ${cache} does not hold the whole model`);
  });

  it('is not asked for by HF_HUB_OFFLINE=1', async () => {
    const { server, options } = await makeWorld();
    const offline = { ...options, environment: { ...options.environment, HF_HUB_OFFLINE: '1' } };
    expect((await hubErrorOf(() => planDownload(`hf:${MODEL}`, offline))).kind).toBe('offline');
    expect(server.seen).toEqual([]);
    await download(await planDownload(`hf:${MODEL}`, options), options);
    server.seen.length = 0;
    expect(await planDownload(`hf:${MODEL}`, offline)).toMatchObject({ cached: true, bytesToFetch: 0 });
    expect(server.seen).toEqual([]);
  });

  it('does with a less precise version from the cache, and says so', async () => {
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
    expect(plan.notes.join(' ')).toMatch(/cannot be reached.*not asked whether it has a more precise version/);
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

  it('may be one that a mirror gave out', async () => {
    const { server, options } = await makeWorld();
    await planDownload(`hf:${MODEL}`, { ...options, token: 'mirror-token-1' });
    expect(server.seen[0]!.headers.authorization).toBe('Bearer mirror-token-1');
  });

  it('and the signature of an address are in no message, even where a server repeats them', async () => {
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
