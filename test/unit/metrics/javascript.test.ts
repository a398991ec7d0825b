import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openMetrics, releaseMetrics } from '../../../src/metrics/open';
import { readScripts } from '../../../src/metrics/script/readScript';
import { permissionOption } from '../../../src/metrics/script/permission';
import type { Judgment, WeighedMetric } from '../../../src/metrics/metric';
import { metricSchema } from '../../../src/spec/generation';
import { TaskError } from '../../../src/spec/problem';
import { context } from './metricContext';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-scripts-'));
const permission = await permissionOption();
const opened: WeighedMetric[][] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const metrics of opened.splice(0)) await releaseMetrics(metrics);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the metric of a script that the user has agreed to. */
async function open(source: string, limits: object = {}, name = 'score.mjs'): Promise<WeighedMetric> {
  writeFileSync(join(folder, name), source);
  const entry = metricSchema.parse({ type: 'javascript', value: { file: name, ...limits } });
  const scripts = readScripts([entry], { folder, problemAt: context.problemAt });
  const metrics = await openMetrics([entry], { ...context, folder, scripts });
  opened.push(metrics);
  return metrics[0]!;
}

async function judge({ metric }: WeighedMetric, ...outputs: string[]): Promise<readonly Judgment[]> {
  return metric.score(outputs.map((output) => ({ output, row: { input: 'in', references: ['right'] } })));
}

async function problemsOf(work: () => unknown) {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(TaskError);
    return (error as TaskError).problems.map(({ code, field }) => [code, field]);
  }
  throw new Error('no problem');
}

describe('a script as a metric', () => {
  it('gives a number, or a score with a reason, at once or later', async () => {
    const metric = await open(`export function score(output, { input, references }) {
      if (output === 'object') return { score: 0.25, reason: input + references[0] };
      if (output === 'later') return new Promise((done) => setTimeout(() => done(0.5), 20));
      if (output === 'yes') return true;
      return output.length / 10;
    }`);
    const judgments = await judge(metric, 'object', 'later', 'yes', 'abc');
    expect(judgments.map(({ score }) => score)).toEqual([0.25, 0.5, 1, 0.3]);
    expect(judgments[0]!.reason).toBe('inright');
  });

  it('may be CommonJS, and loads modules of Node only', async () => {
    const metric = await open(
      `const { createHash } = require('node:crypto'); exports.score = (output) => Number(createHash('md5').update(output).digest('hex') === '900150983cd24fb0d6963f7d28e17f72');`,
      {},
      'score.cjs',
    );
    expect((await judge(metric, 'abc', 'abd')).map(({ score }) => score)).toEqual([1, 0]);
    expect(await problemsOf(() => open(`exports.score = require('./score.mjs').score;`, {}, 'other.cjs'))).toEqual([
      ['metric.scriptNotLoaded', 'metrics.0.value'],
    ]);
    expect(await problemsOf(() => open(`export { score } from './score.cjs';`, {}, 'other.mjs'))).toEqual([
      ['metric.scriptNotLoaded', 'metrics.0.value'],
    ]);
  });

  it('sees no variable of the environment', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'secret');
    const metric = await open(
      `export const score = () => ({ score: Object.keys(process.env).length === 0 ? 1 : 0, reason: Object.keys(process.env).join() });`,
    );
    expect((await judge(metric, 'a'))[0]).toMatchObject({ score: 1 });
  });

  it.runIf(permission)('reads its own folder only, starts no process and writes no file', async () => {
    writeFileSync(join(folder, 'words.txt'), 'good');
    const metric = await open(`import { readFileSync, writeFileSync } from 'node:fs';
      import { execFileSync } from 'node:child_process';
      export function score(output) {
        if (output === 'own') return Number(readFileSync('words.txt', 'utf8') === 'good');
        if (output === 'write') writeFileSync('words.txt', 'bad');
        if (output === 'start') execFileSync(process.execPath, ['-v']);
        return readFileSync(${JSON.stringify(import.meta.filename)}, 'utf8').length > 0;
      }`);
    expect((await judge(metric, 'own', 'write', 'start', 'other')).map(({ score }) => score)).toEqual([1, NaN, NaN, NaN]);
  });

  it('fails a text, and goes on with the next one, if it throws, hangs, ends, or returns no score', async () => {
    const metric = await open(
      `export async function score(output) {
        switch (output) {
          case 'throw': throw new TypeError('no such thing');
          case 'odd': throw { toString() { throw 1; } };
          case 'NaN': return NaN;
          case 'two': return 2;
          case 'text': return { score: 'high' };
          case 'nothing': return undefined;
          case 'exit': process.exit(3);
          case 'loop': for (;;);
          case 'late loop': await null; for (;;);
          case 'never': return new Promise(() => undefined);
          case 'later error': setTimeout(() => { throw new Error('too late'); }, 0); return new Promise(() => undefined);
          case 'mute': process.disconnect(); return new Promise(() => undefined);
        }
        return 0.5;
      }`,
      { timeoutSeconds: 1 },
    );
    const bad = ['throw', 'odd', 'NaN', 'two', 'text', 'nothing', 'exit', 'loop', 'late loop', 'never', 'later error', 'mute'];
    for (const output of bad) {
      const [failed, next] = await judge(metric, output, 'fine');
      expect([output, failed!.score, next!.score]).toEqual([output, NaN, 0.5]);
      expect(failed!.reason).not.toBe('');
    }
    const [thrown, , , , , ended] = await judge(metric, 'throw', 'fine', 'NaN', 'fine', 'loop', 'later error');
    expect(thrown!.reason).toContain('TypeError: no such thing');
    expect(ended!.reason).toContain('too late');
  });

  it('fails a text if it takes too much memory, inside of its heap or outside', async () => {
    const metric = await open(
      `const kept = [];
      export async function score(output) {
        if (output === 'heap') for (;;) kept.push(Array.from({ length: 1e5 }, (_, i) => ({ i })));
        if (output === 'buffers') for (let i = 0; i < 400; i++) { kept.push(Buffer.alloc(4e6, 1)); await new Promise((done) => setTimeout(done, 5)); }
        return 1;
      }`,
      { timeoutSeconds: 30, memoryMegabytes: 32 },
    );
    const [heap, next] = await judge(metric, 'heap', 'fine');
    expect([heap!.score, next!.score]).toEqual([NaN, 1]);
    expect(heap!.reason).toContain('32 MB');
    if (process.platform !== 'linux') return;
    const [buffers] = await judge(metric, 'buffers');
    expect(buffers).toMatchObject({ score: NaN, reason: heap!.reason });
  });

  it('cannot pass messages of its own for scores', async () => {
    const metric = await open(`process.send(null); export const score = () => { process.send({ id: 1, score: 7 }); return 1; };`);
    expect((await judge(metric, 'a'))[0]!.score).toBe(NaN);
  });

  it('is not started for ever', async () => {
    const metric = await open(`export const score = () => process.exit();`);
    const texts = Array.from({ length: 20 }, () => 'a');
    await expect(judge(metric, ...texts)).rejects.toMatchObject({ code: 'metric.scriptKeepsEnding' });
  });

  it('stops with the run that asks it', async () => {
    const metric = await open(`export const score = () => new Promise(() => undefined);`, { timeoutSeconds: 60 });
    const stop = new AbortController();
    const scores = metric.metric.score([{ output: 'a', row: { input: '', references: [] } }], stop.signal);
    stop.abort();
    await expect(scores).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('has a key that depends on what it is', async () => {
    const keys = [
      await open('export const score = () => 1;'),
      await open('export const score = () => 1 ;'),
      await open('export const score = () => 1;'),
    ].map(({ metric }) => metric.key);
    expect(keys[0]).toBe(keys[2]);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('runs only as it was agreed to, and only if it was', async () => {
    writeFileSync(join(folder, 'agreed.mjs'), 'export const score = () => 1;');
    const entry = metricSchema.parse({ type: 'javascript', value: 'agreed.mjs' });
    const scripts = readScripts([entry], { folder, problemAt: context.problemAt });
    writeFileSync(join(folder, 'agreed.mjs'), 'export const score = () => 0;');
    opened.push(await openMetrics([entry], { ...context, folder, scripts }));
    expect((await judge(opened.at(-1)![0]!, 'a'))[0]!.score).toBe(1);
    expect(await problemsOf(() => openMetrics([entry], { ...context, folder }))).toEqual([['metric.scriptNotAllowed', 'metrics.0.value']]);
  });

  it('is refused at its place if it cannot be used', async () => {
    const at = ['metrics.0.value'];
    for (const source of ['export const score = ', 'export const scores = () => 1;', 'throw new Error("no");', 'module.exports = {};'])
      expect(await problemsOf(() => open(source))).toEqual([['metric.scriptNotLoaded', ...at]]);
    const read = (value: unknown) =>
      problemsOf(() => readScripts([metricSchema.parse({ type: 'not-javascript', value })], { folder, problemAt: context.problemAt }));
    mkdirSync(join(folder, 'below'), { recursive: true });
    const outside = mkdtempSync(join(tmpdir(), 'rlprompt-outside-'));
    writeFileSync(join(outside, 'score.mjs'), '');
    symlinkSync(join(outside, 'score.mjs'), join(folder, 'link.mjs'));
    writeFileSync(join(folder, 'long.mjs'), ' '.repeat(1_000_001));
    for (const value of [undefined, 'output.length', { file: 'score.mjs', timeoutSeconds: 0 }])
      expect(await problemsOf(() => openMetrics([metricSchema.parse({ type: 'javascript', value })], context))).toEqual([
        ['metric.noScript', ...at],
      ]);
    for (const [value, code] of [
      ['none.mjs', 'metric.scriptUnreadable'],
      [join(outside, 'score.mjs'), 'metric.scriptElsewhere'],
      ['link.mjs', 'metric.scriptElsewhere'],
      ['long.mjs', 'metric.scriptTooLong'],
    ] as const)
      expect(await read(value)).toEqual([[code, ...at]]);
    rmSync(outside, { recursive: true });
  });
});
