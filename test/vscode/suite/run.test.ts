import * as assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { extension } from './extension';
import { until, workspaceFile } from './workspace';

/** A run of the sentiment task that takes a few seconds. */
function smallSpec(name: string, search: object): vscode.Uri {
  const file = workspaceFile(`${name}.prompt-task.json`);
  const spec = {
    data: { train: 'train.csv', validation: 'validation.csv', test: 'test.csv', rowsPerClass: { train: 8, validation: 8 }, testRows: 40 },
    labels: { negative: 'terrible', positive: 'great' },
    template: '{input} {prompt}',
    prompt: { length: 2 },
    policy: { hiddenSize: 64 },
    search: { promptsPerStep: 4, validateEvery: 5, ...search },
  };
  writeFileSync(file.fsPath, JSON.stringify(spec, null, 2));
  return file;
}

const runsFolder = (): string => workspaceFile('.rlprompt/runs').fsPath;

function runsOf(name: string): string[] {
  try {
    return readdirSync(runsFolder())
      .filter((run) => run.includes(`-${name}-seed`))
      .map((run) => join(runsFolder(), run));
  } catch {
    return [];
  }
}

interface Result {
  status: string;
  steps: number;
  prompts: { prompt: string; origin: string; test?: { accuracy: number } }[];
}

function readResult(folder: string): Result | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Result;
  } catch {
    return undefined;
  }
}

function steps(folder: string): number {
  try {
    return readFileSync(join(folder, 'events.jsonl'), 'utf8').split('"event":"step"').length - 1;
  } catch {
    return 0;
  }
}

/** Milliseconds that the host's bundle takes to load, in a second copy, and that its activation took. */
function activation(): { load: number; activate: number } {
  const { exports, extensionPath } = extension() as vscode.Extension<{ milliseconds: number }>;
  const bundle = join(extensionPath, 'dist', 'extension.js');
  const load = createRequire(bundle);
  Reflect.deleteProperty(load.cache, bundle);
  const began = performance.now();
  load(bundle);
  return { load: performance.now() - began, activate: exports.milliseconds };
}

describe('a run in the editor', () => {
  after(() => rmSync(workspaceFile('.rlprompt').fsPath, { recursive: true, force: true }));

  it('trains in a process of its own, and leaves a ranked result; the editor stays smooth', async function () {
    this.timeout(240_000);
    const spec = smallSpec('smooth', { steps: 60 });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await vscode.commands.executeCommand('rlprompt.optimize', spec);
    delay.enable();
    const folder = await until('the run', () => runsOf('smooth')[0], 60_000);
    const result = await until('its result', () => readResult(folder), 200_000);
    delay.disable();
    assert.equal(result.status, 'finished');
    assert.equal(result.steps, 60);
    assert.ok(result.prompts.some(({ origin }) => origin === 'policy'));
    assert.ok(result.prompts.every(({ test }) => test !== undefined));
    const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e4) / 100;
    const measured = { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
    const file = process.env.RLPROMPT_EDITOR_RESULT;
    if (file !== undefined) writeFileSync(file, JSON.stringify({ eventLoopDelay: measured, ...activation() }));
  });

  it('waits for the run before it', async function () {
    this.timeout(240_000);
    await vscode.commands.executeCommand('rlprompt.optimize', smallSpec('first', { steps: 12 }));
    await vscode.commands.executeCommand('rlprompt.optimize', smallSpec('second', { steps: 3 }));
    const second = await until('the second run', () => runsOf('second')[0], 200_000);
    assert.ok(readResult(runsOf('first')[0]!), 'the second run began before the first had ended');
    await until('its result', () => readResult(second), 120_000);
  });

  it('stops with a checkpoint and resumes from it', async function () {
    this.timeout(240_000);
    await vscode.commands.executeCommand('rlprompt.optimize', smallSpec('stopped', { steps: 80 }));
    const folder = await until('the run', () => runsOf('stopped')[0], 60_000);
    await until('its third step', () => (steps(folder) >= 3 ? true : undefined), 60_000);
    await vscode.commands.executeCommand('rlprompt.stopRun', folder);
    await until('the engine to release the run', () => (existsSync(join(folder, 'lock')) ? undefined : true), 60_000);
    const stoppedAt = steps(folder);
    assert.ok(stoppedAt < 80);
    assert.equal(readResult(folder), undefined);
    await vscode.commands.executeCommand('rlprompt.resumeRun', folder);
    const result = await until('its result', () => readResult(folder), 200_000);
    assert.equal(result.steps, 80);
    assert.equal(steps(folder), 80);
  });
});
