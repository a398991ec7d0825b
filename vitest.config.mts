import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/vscode/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The oracles load ONNX Runtime by themselves: without its telemetry too.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // The tests share two cores with ONNX Runtime's own threads.
    maxWorkers: 2,
    // TensorFlow.js keeps its gradients out of the file that Node loads, in ES modules that Node does not load by itself.
    server: { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } },
  },
});
