import { defineConfig } from 'vitest/config';

/**
 * `unit` needs no build and is the inner loop; `run` starts the built command line and engine, and packs the extension;
 * `page` drives the panel's built page in Chromium.
 */
const projects = {
  unit: { include: ['test/unit/**/*.test.ts'] },
  run: { include: ['test/run/**/*.test.ts', 'test/package/**/*.test.ts'] },
  page: { include: ['test/page/**/*.test.ts'], globalSetup: ['test/page/setup.mjs'], expect: { poll: { timeout: 20_000 } } },
};

export default defineConfig({
  test: {
    // The tests share two cores with ONNX Runtime's own threads.
    maxWorkers: 2,
    projects: Object.entries(projects).map(([name, files]) => ({
      test: {
        name,
        ...files,
        // These end what hangs, however busy the machine is; no test asserts a time.
        testTimeout: 600_000,
        hookTimeout: 600_000,
        // The oracles load ONNX Runtime by themselves: without its telemetry too.
        env: { ORT_DISABLE_TELEMETRY: '1' },
        // TensorFlow.js keeps its gradients out of the file that Node loads, in ES modules that Node does not load by itself.
        server: { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } },
      },
    })),
  },
});
