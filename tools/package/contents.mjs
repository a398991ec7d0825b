import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The platforms that onnxruntime-node has a library for, by VS Code's name: its folder under bin/napi-v6/. There is no darwin-x64. */
export const TARGETS = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
  'darwin-arm64': 'darwin/arm64',
};

const REQUIRED_BUNDLES = ['extension.js', 'cli.js'];
const OTHER_BUNDLES = ['engine.js', 'page.js', 'page.css'];
const RUNTIME = 'node_modules/onnxruntime-node';
const COMMON = 'node_modules/onnxruntime-common';

/** npm keeps no links, so the macOS library is there twice; the binding asks for `libonnxruntime.1.dylib`. */
const SECOND_COPY = /^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/;

/**
 * The files of the package for one platform, as { from, to }: paths under the repository's root and under the package's.
 * vsce skips a node_modules folder at the root, so the runtime stands beside the bundles that load it, in dist/node_modules.
 */
export function contents(root, target) {
  const platform = TARGETS[target];
  if (!platform) throw new Error(`There is no package for ${target}. Choose one of ${Object.keys(TARGETS).join(', ')}.`);
  const bundles = [...REQUIRED_BUNDLES, ...OTHER_BUNDLES.filter((name) => existsSync(join(root, 'dist', name)))];
  const own = [
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'package.nls.json',
    ...bundles.map((name) => `dist/${name}`),
    ...list(root, 'media', /\.(json|svg|png|md)$/),
    ...list(root, 'media/walkthrough', /\.md$/),
    ...['causal', 'masked'].flatMap((model) => modelFiles(root, `models/${model}`)),
    ...['sentiment', 'topics'].flatMap((example) => list(root, `examples/${example}`, /\.(prompt-task\.json|csv|tsv|jsonl|md)$/)),
  ];
  const runtime = [
    `${RUNTIME}/package.json`,
    ...list(root, `${RUNTIME}/dist`, /\.js$/),
    ...list(root, `${RUNTIME}/bin/napi-v6/${platform}`, /./).filter((file) => !SECOND_COPY.test(file.slice(file.lastIndexOf('/') + 1))),
    `${COMMON}/package.json`,
    ...list(root, `${COMMON}/dist/cjs`, /\.(js|json)$/),
  ];
  const files = [...own.map((path) => ({ from: path, to: path })), ...runtime.map((path) => ({ from: path, to: `dist/${path}` }))];
  for (const { from } of files)
    if (!existsSync(join(root, from))) throw new Error(`${from} is missing. Run \`npm ci && npm run build\` first.`);
  return files;
}

function modelFiles(root, folder) {
  return [...list(root, folder, /\.(json|md)$/), ...list(root, `${folder}/onnx`, /\.onnx$/)];
}

function list(root, folder, pattern) {
  const path = join(root, folder);
  if (!existsSync(path)) throw new Error(`${folder}/ is missing. Run \`npm ci && npm run build\` first.`);
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}
