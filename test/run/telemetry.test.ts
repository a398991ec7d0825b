import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { smallTask, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a person has: a home, and none of the variables that switch ONNX Runtime's telemetry off, as CI does. */
function asAPerson(home: string, ...args: string[]): { status: number | null } {
  const { ORT_DISABLE_TELEMETRY: _o, ORT_RUNNING_UNIT_TESTS: _u, CI: _c, GITHUB_ACTIONS: _g, ...env } = process.env;
  return spawnSync(process.execPath, args, { env: { ...env, HOME: home, XDG_CACHE_HOME: '' }, encoding: 'utf8' });
}

const filesIn = (home: string): string[] => readdirSync(home, { recursive: true, encoding: 'utf8' });

describe('telemetry', () => {
  const runtime = `require('onnxruntime-node').InferenceSession.create(${JSON.stringify(resolve('models/causal/onnx/model.onnx'))})`;

  it.runIf(process.platform === 'linux')('is what ONNX Runtime has by itself: a device id in the home folder', () => {
    const home = temporaryFolder();
    const { status } = asAPerson(home, '-e', runtime);
    expect(status).toBe(0);
    expect(filesIn(home).join()).toContain('deviceid');
    rmSync(home, { recursive: true });
  });

  it('is off: nothing is written into the home folder', () => {
    const home = temporaryFolder();
    const { status } = asAPerson(home, resolve('dist/cli.js'), 'evaluate', smallTask(folder), '--prompt', 'It was');
    expect(status).toBe(0);
    expect(filesIn(home)).toEqual([]);
    rmSync(home, { recursive: true });
  });

  it.each(['cli', 'engine', 'bench'])('is off in %s before ONNX Runtime is loaded', (bundle) => {
    const code = readFileSync(`dist/${bundle}.js`, 'utf8');
    const [off, loaded] = [code.indexOf('process.env.ORT_DISABLE_TELEMETRY = "1"'), code.search(/require\("onnxruntime-node"\)/)];
    expect(off).toBeGreaterThan(0);
    expect(loaded).toBeGreaterThan(off);
  });
});
