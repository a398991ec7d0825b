import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

const common = { outdir: 'dist', bundle: true, sourcemap: true, logLevel: 'warning' };
const node = { ...common, platform: 'node', target: 'node20', format: 'cjs', mainFields: ['module', 'main'] };

/** One bundle for each entry; ONNX Runtime stays outside, since it loads a native library from its own folder. */
await build({
  ...node,
  entryPoints: {
    cli: 'src/cli/bin.ts',
    engine: 'src/engine/process.ts',
    docs: 'tools/docs/write.ts',
    bench: 'tools/bench/bench.ts',
    labels: 'tools/bench/labels.ts',
  },
  external: ['onnxruntime-node'],
  banner: { js: '#!/usr/bin/env node' },
});
// npm makes it executable only where it links it for the first time, and remembers links of folders that were removed.
chmodSync('dist/cli.js', 0o755);

/** Messages that only the engine makes; it sends their texts. A test of the package holds that the host makes none of them. */
const engineOnly = {
  name: 'messages of the engine',
  setup: ({ onLoad }) =>
    onLoad({ filter: /src[\\/]wording[\\/](data|hub|model|method|metrics|consent|report|progress)\.ts$/ }, ({ path }) => ({
      contents: `export const ${/(\w+)\.ts$/.exec(path)[1]}Wording = {};`,
    })),
};

/** What the extension host loads only when it is needed. */
const loadLater = {
  name: 'load later',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/code$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './insertion.js', external: true } : undefined)),
};

/** The extension host's own bundles hold neither models nor parsers: those are the engine's. */
await build({
  ...node,
  entryPoints: { extension: 'src/extension.ts', insertion: 'src/host/insertion/code.ts' },
  external: ['vscode'],
  plugins: [engineOnly, loadLater],
  minify: true,
});

/** The panel's page. */
await build({
  ...common,
  entryPoints: { page: 'webview/main.tsx' },
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  minify: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
});
