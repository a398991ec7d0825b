import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import vsce from '@vscode/vsce';
import { listArchive } from './archive.mjs';
import { contents, TARGETS } from './contents.mjs';
import { notices } from './notices.mjs';

const USAGE = `node tools/package/package.mjs [--target ${Object.keys(TARGETS).join('|')}]… [--all] [--out FOLDER]`;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Most bytes that the package for linux-x64 may have. */
const LIMIT = 45e6;

/** Packs the extension for one platform: its files, copied into a folder of their own, which vsce then packs whole. */
async function pack(target, out) {
  const staging = mkdtempSync(join(tmpdir(), 'rlprompt-package-'));
  try {
    const files = contents(root, target);
    for (const { from, to } of files) {
      mkdirSync(dirname(join(staging, to)), { recursive: true });
      copyFileSync(join(root, from), join(staging, to));
    }
    const manifest = shippedManifest();
    const bundles = files.map(({ to }) => to).filter((path) => /^dist\/[^/]+\.js$/.test(path));
    writeFileSync(join(staging, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    writeFileSync(join(staging, 'THIRD_PARTY_NOTICES.txt'), notices(root, bundles));
    writeFileSync(join(staging, '.vscodeignore'), '# Everything here is packed.\n');
    const file = join(out, `${manifest.name}-${target}-${manifest.version}.vsix`);
    mkdirSync(out, { recursive: true });
    await vsce.createVSIX({
      cwd: staging,
      target,
      dependencies: false,
      packagePath: file,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
    return file;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** package.json without what is of use in the repository only. */
function shippedManifest() {
  const {
    dependencies: _d,
    devDependencies: _v,
    scripts: _s,
    private: _p,
    ...manifest
  } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return manifest;
}

const PARTS = [
  ['ONNX Runtime', /^extension\/dist\/node_modules\//],
  ['bundles', /^extension\/dist\//],
  ['models', /^extension\/models\//],
  ['examples', /^extension\/examples\//],
  ['media', /^extension\/media\//],
  ['the rest', /./],
];

/** The archive's size and that of each part, in MB (10⁶ bytes) as compressed. */
async function sizes(file) {
  const parts = new Map(PARTS.map(([name]) => [name, 0]));
  for (const { name, compressed } of await listArchive(file)) {
    const [part] = PARTS.find(([, pattern]) => pattern.test(name));
    parts.set(part, parts.get(part) + compressed);
  }
  const total = statSync(file).size;
  const lines = [...parts].map(([name, bytes]) => `  ${name.padEnd(14)}${megabytes(bytes).padStart(7)} MB`);
  return { total, text: `${file}\n${lines.join('\n')}\n  ${'total'.padEnd(14)}${megabytes(total).padStart(7)} MB` };
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(2);
}

async function main() {
  let options;
  try {
    options = parseArgs({
      options: { target: { type: 'string', multiple: true }, all: { type: 'boolean' }, out: { type: 'string' } },
    }).values;
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    return 2;
  }
  const targets = options.all ? Object.keys(TARGETS) : (options.target ?? [`${process.platform}-${process.arch}`]);
  let status = 0;
  for (const target of targets) {
    const { total, text } = await sizes(await pack(target, resolve(options.out ?? root)));
    console.log(text);
    if (target === 'linux-x64' && total > LIMIT) {
      console.error(`The package for ${target} has ${megabytes(total)} MB; the most it may have is ${megabytes(LIMIT)} MB.`);
      status = 1;
    }
  }
  return status;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
