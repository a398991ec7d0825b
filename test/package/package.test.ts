import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listArchive, unpack, type ArchiveEntry } from '../../tools/package/archive.mjs';
import { contents, TARGETS } from '../../tools/package/contents.mjs';
import { dataWording } from '../../src/wording/data';

const HERE = `${process.platform}-${process.arch}`;
const MANIFEST = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** Every path that a package may hold, as vsce names them. */
const ALLOWED = [
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
  /^extension\/(package\.json|package\.nls(\.[\w-]+)?\.json|readme\.md|changelog\.md|LICENSE\.txt|THIRD_PARTY_NOTICES\.txt)$/,
  /^extension\/dist\/(extension|insertion|cli|engine|page)\.js$/,
  /^extension\/dist\/page\.css$/,
  /^extension\/l10n\/bundle\.l10n(\.[\w-]+)?\.json$/,
  /^extension\/dist\/node_modules\/onnxruntime-node\/(package\.json|dist\/\w+\.js)$/,
  /^extension\/dist\/node_modules\/onnxruntime-node\/bin\/napi-v6\/\w+\/\w+\/[\w.]+$/,
  /^extension\/dist\/node_modules\/onnxruntime-common\/(package\.json|dist\/cjs\/([\w-]+\.js|package\.json))$/,
  /^extension\/media\/([\w-]+\/)*[\w.-]+\.(json|svg|png|md)$/,
  /^extension\/models\/(causal|masked)\/(README\.md|(config|tokenizer|tokenizer_config)\.json|onnx\/model\.onnx)$/,
  /^extension\/examples\/(sentiment|topics|steering|extraction)\/[\w-]+\.(prompt-task\.json|csv|tsv|jsonl|md)$/,
];

describe.runIf(HERE in TARGETS)('the package for this platform', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-package-test-'));
  const file = join(folder, `rlprompt-${HERE}-${MANIFEST.version}.vsix`);
  const installed = join(folder, 'unpacked', 'extension');
  let printed = '';
  let entries: ArchiveEntry[] = [];
  const names = (): string[] => entries.map(({ name }) => name);

  beforeAll(async () => {
    printed = execFileSync(process.execPath, ['tools/package/package.mjs', '--out', folder], { encoding: 'utf8' });
    entries = await listArchive(file);
    await unpack(file, join(folder, 'unpacked'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds nothing but what is allowed', () => {
    expect(names().filter((name) => !ALLOWED.some((pattern) => pattern.test(name)))).toEqual([]);
    expect(new Set(names()).size).toBe(entries.length);
  });

  it('holds the bundles, the models, the examples, the schema and the licenses', () => {
    expect(names()).toEqual(
      expect.arrayContaining([
        'extension/dist/extension.js',
        'extension/dist/cli.js',
        'extension/dist/engine.js',
        'extension/dist/page.js',
        'extension/dist/page.css',
        'extension/package.nls.json',
        'extension/media/icon.png',
        'extension/media/runs.svg',
        'extension/models/causal/onnx/model.onnx',
        'extension/models/causal/tokenizer.json',
        'extension/models/masked/onnx/model.onnx',
        'extension/models/masked/tokenizer.json',
        'extension/examples/sentiment/sentiment.prompt-task.json',
        'extension/examples/sentiment/train.csv',
        'extension/examples/topics/topics.prompt-task.json',
        'extension/media/prompt-task.schema.json',
        'extension/LICENSE.txt',
      ]),
    );
    const notices = readFileSync(join(installed, 'THIRD_PARTY_NOTICES.txt'), 'utf8');
    for (const library of ['onnxruntime-node', '@huggingface/tokenizers', 'zod', 'protobufjs'])
      expect(notices).toMatch(new RegExp(`^${library} \\d`, 'm'));
  });

  it('has a README of its own, whose links lead out of the package, and pictures of the walkthrough that are there', () => {
    const readme = readFileSync(join(installed, 'readme.md'), 'utf8');
    expect(readme).not.toMatch(/\bnp[mx] /);
    const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]!);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !target.startsWith('https://'))).toEqual([]);
    const steps = join(installed, 'media/walkthrough');
    const pictures = ['read.md', 'insert.md'].flatMap((step) =>
      [...readFileSync(join(steps, step), 'utf8').matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map((match) => match[1]!),
    );
    expect(pictures).toHaveLength(2);
    for (const picture of pictures) expect(statSync(join(steps, picture)).size).toBeGreaterThan(10_000);
  });

  it('has its files in full: those of the repository, byte for byte', () => {
    for (const path of ['dist/cli.js', 'models/causal/onnx/model.onnx', 'media/prompt-task.schema.json'])
      expect(readFileSync(join(installed, path)).equals(readFileSync(path)), path).toBe(true);
  });

  it("holds this platform's runtime and no other", () => {
    const runtime = names().filter((name) => name.includes('/bin/'));
    const folders = new Set(runtime.map((name) => /napi-v6\/(\w+\/\w+)\//.exec(name)?.[1]));
    expect([...folders]).toEqual([`${process.platform}/${process.arch}`]);
    expect(runtime.some((name) => name.endsWith('/onnxruntime_binding.node'))).toBe(true);
  });

  it('is for this platform alone', () => {
    expect(readFileSync(join(folder, 'unpacked', 'extension.vsixmanifest'), 'utf8')).toContain(`TargetPlatform="${HERE}"`);
  });

  it('has every file that its manifest names', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as object;
    // A path, as in "./dist/extension.js" or "media/icon.png"; menus and the like name none of these folders.
    const paths = [...JSON.stringify(manifest).matchAll(/"((?:\.\/)?(?:dist|media|models|examples)\/[^"]+)"/g)].map((match) => match[1]!);
    expect(paths).toContain('./dist/extension.js');
    expect(paths.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
    expect(Object.keys(manifest)).not.toContain('devDependencies');
  });

  it('has a host bundle under 164 kB and a page under 200 kB', () => {
    const size = (name: string): number => statSync(join(installed, 'dist', name)).size;
    expect(size('extension.js')).toBeLessThan(164e3);
    expect(size('page.js') + size('page.css')).toBeLessThan(200e3);
  });

  it('has a host bundle that makes no message whose text is left to the engine', () => {
    const bundle = readFileSync(join(installed, 'dist', 'extension.js'), 'utf8');
    expect(bundle).toContain('"run.notARun"');
    expect(bundle.match(/"(hub|model|method|metrics|consent|report|progress)\.[a-z]\w*"/gi)).toBeNull();
    // The one that the host compares with; the fields of a spec's data are named in much the same way.
    expect(Object.keys(dataWording).filter((code) => bundle.includes(`"${code}"`))).toEqual(['data.labelWithoutWord']);
  });

  it('is at most 45 MB, and its sizes are printed', () => {
    expect(statSync(file).size).toBeLessThan(45e6);
    expect(printed).toContain(`${(statSync(file).size / 1e6).toFixed(2)} MB`);
    expect(printed).toMatch(/ONNX Runtime +\d+\.\d\d MB/);
  });

  it('runs from where it was unpacked: the command line scores a prompt with a bundled model', { timeout: 120_000 }, () => {
    const spec = JSON.parse(
      readFileSync(join(installed, 'examples/sentiment/sentiment.prompt-task.json'), 'utf8').replace(/^ *\/\/.*$/gm, ''),
    ) as { data: object };
    spec.data = { ...spec.data, rowsPerClass: { train: 2, validation: 2 }, testRows: 4 };
    const small = join(installed, 'examples/sentiment/small.prompt-task.json');
    writeFileSync(small, JSON.stringify(spec));
    const output = execFileSync(
      process.execPath,
      [join(installed, 'dist/cli.js'), 'evaluate', small, '--prompt', 'It was', '--threads', '1', '--json'],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_PATH: '' } },
    );
    const { prompts } = JSON.parse(output) as { prompts: { prompt: string; test: { n: number } }[] };
    const scored = prompts.find(({ prompt }) => prompt.trim() === 'It was');
    expect(scored?.test.n).toBe(4);
  });
});

describe.each(Object.entries(TARGETS))('the package for %s', (target, platform) => {
  it('has one runtime, its own, and each library once', () => {
    const binaries = contents(resolve('.'), target).filter(({ from }) => from.includes('/bin/'));
    expect(binaries.every(({ from }) => from.startsWith(`node_modules/onnxruntime-node/bin/napi-v6/${platform}/`))).toBe(true);
    const sizes = binaries.map(({ from }) => statSync(from).size);
    expect(new Set(sizes).size).toBe(sizes.length);
    expect(binaries.some(({ from }) => from.endsWith('onnxruntime_binding.node'))).toBe(true);
    expect(binaries.length).toBeGreaterThanOrEqual(2);
  });
});

it('a platform without a runtime is refused by name, with those that there are', () => {
  expect(() => contents(resolve('.'), 'darwin-x64')).toThrow(/no package for darwin-x64.*linux-x64.*darwin-arm64/);
});
