import { build } from 'esbuild';

/** One bundle for each entry; ONNX Runtime stays outside, since it loads a native library from its own folder. */
await build({
  entryPoints: { cli: 'src/cli/bin.ts', extension: 'src/extension.ts', docs: 'tools/docs/write.ts', bench: 'tools/bench/bench.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  external: ['vscode', 'onnxruntime-node'],
  banner: { js: '#!/usr/bin/env node' },
  sourcemap: true,
  logLevel: 'warning',
});
