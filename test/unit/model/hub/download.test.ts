import { lstat, readdir, readFile, readlink, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CachedRepository } from '../../../../src/model/hub/cacheLayout';
import { download, type DownloadProgress } from '../../../../src/model/hub/download';
import { planDownload } from '../../../../src/model/hub/plan';
import { cachedModel } from '../../../../src/model/hub/snapshot';
import { readModel } from '../../../../src/model/local/modelFolder';
import { gitSha1, sha256 } from './hubServer';
import { externalTensor, noise, onnxModel } from './onnxBytes';
import { COMMIT, GRAPH, hubErrorOf, makeWorld, MODEL, stubHome, tinyBert } from './world';

describe('a download', () => {
  it('names size, license, commit and files before any file is fetched', async () => {
    const { server, options, cache } = await makeWorld();
    const plan = await planDownload(`hf:${MODEL}`, options);
    expect(plan).toMatchObject({
      model: MODEL,
      commit: COMMIT,
      license: 'apache-2.0',
      graph: 'onnx/model.onnx',
      cached: false,
      bytesThere: 0,
    });
    expect(plan.folder).toBe(join(cache, 'models--acme--tiny-bert', 'snapshots', COMMIT));
    expect(plan.files.map((file) => file.path)).toEqual([
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'special_tokens_map.json',
      'onnx/model.onnx',
    ]);
    expect(plan.bytesToFetch).toBe(21 + 17 + 23 + 2 + GRAPH.length);
    expect(plan.files.at(-1)!.hash).toEqual({ algorithm: 'sha256', hex: sha256(GRAPH) });
    expect(server.seen.filter((s) => s.url.includes('/resolve/'))).toEqual([]);
  });

  it("lays the files out as Python's huggingface_hub does", async () => {
    const { options, cache } = await makeWorld();
    const model = await download(await planDownload(`hf:${MODEL}`, options), options);
    const repository = join(cache, 'models--acme--tiny-bert');
    expect(model).toEqual({ folder: join(repository, 'snapshots', COMMIT), graph: 'onnx/model.onnx' });
    expect(await readFile(join(repository, 'refs', 'main'), 'utf8')).toBe(COMMIT);
    expect(await readlink(join(model.folder, 'onnx', 'model.onnx'))).toBe(join('..', '..', '..', 'blobs', sha256(GRAPH)));
    expect(await readlink(join(model.folder, 'config.json'))).toBe(join('..', '..', 'blobs', gitSha1('{"model_type":"bert"}')));
    expect(GRAPH.equals(await readFile(join(model.folder, 'onnx', 'model.onnx')))).toBe(true);
    expect((await readdir(join(repository, 'blobs'))).sort()).toEqual(
      [GRAPH, '{"model_type":"bert"}', '{"version":"1.0"}', '{"mask_token":"[MASK]"}', '{}']
        .map((content) => (typeof content === 'string' ? gitSha1(content) : sha256(content)))
        .sort(),
    );
    expect(await readdir(join(cache, '.locks', 'models--acme--tiny-bert'))).toEqual([]);
    expect((await stat(join(repository, '.no_exist', COMMIT, 'generation_config.json'))).size).toBe(0);
  });

  it('reports bytes up to the last one', async () => {
    const { options } = await makeWorld();
    const plan = await planDownload(`hf:${MODEL}`, options);
    const news: DownloadProgress[] = [];
    await download(plan, { ...options, onProgress: (progress) => news.push(progress) });
    expect(news[0]).toMatchObject({ file: 'config.json', bytesTotal: plan.bytesTotal });
    expect(news.at(-1)).toEqual({ file: 'onnx/model.onnx', bytesDone: plan.bytesTotal, bytesTotal: plan.bytesTotal });
    expect(news.map((n) => n.bytesDone)).toEqual(news.map((n) => n.bytesDone).sort((a, b) => a - b));
  });

  it('uses no network once the model is there', async () => {
    const { server, options } = await makeWorld();
    const { folder } = await download(await planDownload(`hf:${MODEL}`, options), options);
    server.seen.length = 0;
    server.stop();
    const plan = await planDownload(`hf:${MODEL}`, options);
    expect(plan).toMatchObject({ cached: true, commit: COMMIT, bytesToFetch: 0, folder, notes: [] });
    expect(plan.bytesTotal).toBe(21 + 17 + 23 + 2 + GRAPH.length);
    expect(await download(plan, options)).toEqual({ folder, graph: 'onnx/model.onnx' });
    expect((await cachedModel(`hf:${MODEL}`, options))?.folder).toBe(folder);
    expect((await cachedModel(`hf:${MODEL}@${COMMIT}`, options))?.folder).toBe(folder);
    expect(await cachedModel(`hf:${MODEL}@other`, options)).toBeUndefined();
    expect(server.seen).toEqual([]);
  });

  it('resolves a branch with a slash in its name, and keeps it as a reference', async () => {
    const { options, cache } = await makeWorld({ [MODEL]: tinyBert({ branches: ['refs/pr/7'] }) });
    await download(await planDownload(`hf:${MODEL}@refs/pr/7`, options), options);
    expect(await readFile(join(cache, 'models--acme--tiny-bert', 'refs', 'refs', 'pr', '7'), 'utf8')).toBe(COMMIT);
    expect(await cachedModel(`hf:${MODEL}@refs/pr/7`, options)).toBeDefined();
    expect(await cachedModel(`hf:${MODEL}`, options)).toBeUndefined();
  });

  it('fetches only what a cache filled by Python lacks', async () => {
    const { server, options, cache } = await makeWorld();
    const repository = new CachedRepository(cache, MODEL);
    await mkdir(join(repository.path, 'blobs'), { recursive: true });
    await writeFile(repository.blob(sha256(GRAPH)), GRAPH);
    await repository.place(COMMIT, 'onnx/model.onnx', sha256(GRAPH), true);
    await repository.setCommitOf('main', COMMIT);
    const plan = await planDownload(`hf:${MODEL}`, options);
    expect(plan).toMatchObject({ bytesThere: GRAPH.length, bytesToFetch: 63 });
    await download(plan, options);
    expect(server.seen.filter((s) => s.host === 'storage')).toEqual([]);
  });

  it('fetches a blob of the wrong size again', async () => {
    const { options, cache } = await makeWorld();
    const repository = new CachedRepository(cache, MODEL);
    await mkdir(join(repository.path, 'blobs'), { recursive: true });
    await writeFile(repository.blob(sha256(GRAPH)), 'short');
    const { folder } = await download(await planDownload(`hf:${MODEL}`, options), options);
    expect(GRAPH.equals(await readFile(join(folder, 'onnx', 'model.onnx')))).toBe(true);
  });

  it('fetches external data with its graph, and misses it when it is gone', async () => {
    const graph = onnxModel({ initializers: [externalTensor('model.onnx_data')] });
    const files = { ...tinyBert().files, 'onnx/model.onnx': graph, 'onnx/model.onnx_data': noise(5000) };
    const { options } = await makeWorld({ [MODEL]: tinyBert({ files, large: ['onnx/model.onnx_data'] }) });
    const plan = await planDownload(`hf:${MODEL}`, options);
    expect(plan.files.slice(-2).map((file) => file.path)).toEqual(['onnx/model.onnx', 'onnx/model.onnx_data']);
    const { folder } = await download(plan, options);
    expect((await cachedModel(`hf:${MODEL}`, options))?.folder).toBe(folder);
    expect((await lstat(join(folder, 'onnx', 'model.onnx_data'))).isSymbolicLink()).toBe(true);
    await rm(join(folder, 'onnx', 'model.onnx_data'));
    expect(await cachedModel(`hf:${MODEL}`, options)).toBeUndefined();
  });

  it('names weights that it cannot place, before they are fetched', async () => {
    const graph = onnxModel({ initializers: [externalTensor('transformer.wte.weight')] });
    const files = { ...tinyBert().files, 'onnx/model.onnx': graph, 'onnx/transformer.wte.weight': noise(50) };
    const { options } = await makeWorld({ [MODEL]: tinyBert({ files, large: [] }) });
    const plan = await planDownload(`hf:${MODEL}`, options);
    const error = await hubErrorOf(() => download(plan, options));
    expect(error).toMatchObject({ code: 'hub.strangeWeights', args: [{ model: MODEL, names: ['transformer.wte.weight'] }] });
  });

  it('uses the graph that the reference names', async () => {
    const half = onnxModel({ initializers: [] });
    const { options } = await makeWorld({ [MODEL]: tinyBert({ files: { ...tinyBert().files, 'onnx/model_fp16.onnx': half } }) });
    await download(await planDownload(`hf:${MODEL}`, options), options);
    const named = await planDownload(`hf:${MODEL}#onnx/model_fp16.onnx`, options);
    expect(named).toMatchObject({ graph: 'onnx/model_fp16.onnx', bytesToFetch: half.length, cached: false });
    await download(named, options);
    expect(await cachedModel(`hf:${MODEL}#onnx/model_fp16.onnx`, options)).toMatchObject({ graph: 'onnx/model_fp16.onnx' });
    expect(await cachedModel(`hf:${MODEL}`, options)).toMatchObject({ graph: 'onnx/model.onnx' });
  });

  it('fetches both halves of a split decoder, which then uses its KV cache', async () => {
    const names = [
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'onnx/decoder_model.onnx',
      'onnx/decoder_with_past_model.onnx',
    ];
    const read = async (name: string) => [name, await readFile(join('test/models/gpt2-merged', name))] as const;
    const files = Object.fromEntries(await Promise.all(names.map(read)));
    const { options, home } = await makeWorld({ [MODEL]: tinyBert({ files, large: names.slice(3) }) });
    const plan = await planDownload(`hf:${MODEL}`, options);
    expect(plan.graph).toBe('onnx/decoder_model.onnx');
    expect(plan.files.map((file) => file.path).sort()).toEqual([...names].sort());
    expect(plan.alternatives).toEqual([]);
    const { folder } = await download(plan, options);
    expect((await planDownload(`hf:${MODEL}`, options)).bytesTotal).toBe(plan.bytesTotal);
    stubHome(home);
    expect((await readModel(`hf:${MODEL}`, '/')).withPast!.file.path).toBe(join(folder, names[4]!));

    // A cache without the second half, as filled before: it works, and the hub is asked for what is missing.
    await rm(join(folder, names[4]!));
    expect(await cachedModel(`hf:${MODEL}`, options)).toEqual({ folder, graph: 'onnx/decoder_model.onnx' });
    expect((await readModel(`hf:${MODEL}`, '/')).withPast).toBeUndefined();
    const offline = { ...options, environment: { ...options.environment, HF_HUB_OFFLINE: '1' } };
    expect(await planDownload(`hf:${MODEL}`, offline)).toMatchObject({ cached: true });
    expect(await planDownload(`hf:${MODEL}`, options)).toMatchObject({ cached: false, bytesToFetch: 0 });
  });

  it('does not ask again for the second half of a decoder that has none on the hub', async () => {
    const files = { ...tinyBert().files, 'onnx/decoder_model.onnx': GRAPH };
    delete (files as Record<string, unknown>)['onnx/model.onnx'];
    const { options } = await makeWorld({ [MODEL]: tinyBert({ files, large: [] }) });
    await download(await planDownload(`hf:${MODEL}`, options), options);
    expect(await planDownload(`hf:${MODEL}`, options)).toMatchObject({ cached: true });
  });

  it('offers smaller versions', async () => {
    const files = { ...tinyBert().files, 'onnx/model_q4.onnx': noise(10), 'onnx/model_q4.onnx_data': noise(200) };
    const { options } = await makeWorld({ [MODEL]: tinyBert({ files }) });
    expect((await planDownload(`hf:${MODEL}`, options)).alternatives).toEqual([{ file: 'onnx/model_q4.onnx', size: 210 }]);
  });
});

describe('a model from the hub', () => {
  it('is read from its snapshot like any folder', async () => {
    const bundled = join(import.meta.dirname, '..', '..', '..', '..', 'models', 'masked');
    const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'];
    const files = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(bundled, name))] as const)));
    const { options } = await makeWorld({ [MODEL]: tinyBert({ files, large: ['onnx/model.onnx', 'tokenizer.json'] }) });
    const { folder } = await download(await planDownload(`hf:${MODEL}`, options), options);
    const [ours, original] = [await readModel(`folder:${folder}`, '/'), await readModel(`folder:${bundled}`, '/')];
    expect(ours.hash).toBe(original.hash);
  });
});

describe('where links are not allowed', () => {
  const refuse = (): Promise<never> => Promise.reject(Object.assign(new Error('no privilege'), { code: 'EPERM' }));

  it('moves a new blob into the snapshot, and copies one that others may use', async () => {
    const { cache } = await makeWorld();
    const repository = new CachedRepository(cache, MODEL);
    await mkdir(join(repository.path, 'blobs'), { recursive: true });
    await writeFile(repository.blob('a'), 'new');
    await writeFile(repository.blob('b'), 'old');
    await repository.place(COMMIT, 'onnx/a', 'a', true, refuse);
    await repository.place(COMMIT, 'b', 'b', false, refuse);
    expect(await readFile(join(repository.snapshot(COMMIT), 'onnx', 'a'), 'utf8')).toBe('new');
    expect(await readFile(join(repository.snapshot(COMMIT), 'b'), 'utf8')).toBe('old');
    expect((await lstat(join(repository.snapshot(COMMIT), 'b'))).isSymbolicLink()).toBe(false);
    expect(await readdir(join(repository.path, 'blobs'))).toEqual(['b']);
  });
});
