import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The platforms that onnxruntime-node has a library for, by VS Code's name: its folder under bin/napi-v6/. There is no darwin-x64. */
export const TARGETS = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
  'darwin-arm64': 'darwin/arm64',
};

const BUNDLES = ['extension.js', 'insertion.js', 'engine.js', 'cli.js', 'page.js', 'page.css'];
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
  const own = [
    'CHANGELOG.md',
    'LICENSE',
    ...list(root, '.', /^package\.nls(\.[\w-]+)?\.json$/),
    ...(existsSync(join(root, 'l10n')) ? list(root, 'l10n', /^bundle\.l10n(\.[\w-]+)?\.json$/) : []),
    ...BUNDLES.map((name) => `dist/${name}`),
    ...listAll(root, 'media', /\.(json|svg|png|md)$/),
    ...listAll(root, 'models', /^(README\.md|config\.json|tokenizer\.json|tokenizer_config\.json|model\.onnx)$/),
    ...listAll(root, 'examples', /\.(prompt-task\.json|csv|tsv|jsonl|md)$/),
  ];
  const runtime = [
    `${RUNTIME}/package.json`,
    ...list(root, `${RUNTIME}/dist`, /\.js$/),
    ...list(root, `${RUNTIME}/bin/napi-v6/${platform}`, /./).filter((file) => !SECOND_COPY.test(file.slice(file.lastIndexOf('/') + 1))),
    `${COMMON}/package.json`,
    ...list(root, `${COMMON}/dist/cjs`, /\.(js|json)$/),
  ];
  // The repository's README is for those who build: it has npm commands, and links that lead nowhere in a package. VS Code's page of
  // an extension shows pictures from the web only, neither files of the package nor data URLs: those are in the walkthrough.
  const readme = { from: 'tools/package/README.md', to: 'README.md' };
  const files = [readme, ...own.map((path) => ({ from: path, to: path })), ...runtime.map((path) => ({ from: path, to: `dist/${path}` }))];
  for (const { from } of files)
    if (!existsSync(join(root, from))) throw new Error(`${from} is missing. Run \`npm ci && npm run build\` first.`);
  return files;
}

/** The files of a folder whose names match, as paths under the root. */
function list(root, folder, pattern) {
  return entries(root, folder)
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map(({ name }) => posix.join(folder, name))
    .sort();
}

/** The same, with the folders in it; hidden ones (a run of an example, say) are left out. */
function listAll(root, folder, pattern) {
  const folders = entries(root, folder).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return [...list(root, folder, pattern), ...folders.flatMap(({ name }) => listAll(root, posix.join(folder, name), pattern))];
}

function entries(root, folder) {
  const path = join(root, folder);
  if (!existsSync(path)) throw new Error(`${folder}/ is missing. Run \`npm ci && npm run build\` first.`);
  return readdirSync(path, { withFileTypes: true });
}
