import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateJob, optimizeJob, resumeJob } from '../../../src/run/jobs';
import { reproduceCommand } from '../../../src/run/start';
import type { RunResult } from '../../../src/run/result/result';
import { RunFolder } from '../../../src/run/store/storage';
import { word } from '../../../src/wording/wording';
import { noteText } from '../../../src/wording/note';
import { readSpec } from '../../../src/spec/spec';
import { fakeFrontEnd } from './fakeFrontEnd';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-script-run-'));
const file = join(folder, 'a.prompt-task.json');
const script = join(folder, 'score.mjs');
const FAIR = `export function score(output, { input }) {
  if (input.startsWith('The day was')) throw new Error('no score today');
  return { score: Math.min(1, output.length / 100), reason: output.length + ' characters' };
}`;

beforeAll(() => {
  const rows = ['The film was', 'The book was', 'The meal was', 'The day was', 'The trip was', 'The talk was'];
  for (const [name, more] of [
    ['rows', ''],
    ['test', ' really'],
  ])
    writeFileSync(join(folder, `${name}.jsonl`), rows.map((text) => JSON.stringify({ text: text + more! })).join('\n'));
  writeFileSync(script, FAIR);
  const spec = {
    kind: 'generation',
    data: { train: 'rows.jsonl', test: 'test.jsonl', rowsPerClass: { train: 6 } },
    template: '{input} {prompt}',
    generation: { maxTokens: 4, samples: 1 },
    metrics: [{ type: 'javascript', value: 'score.mjs' }],
    prompt: { length: 2 },
    search: { generationBudget: 150, promptsPerStep: 4, steps: 2, random: false },
  };
  writeFileSync(file, JSON.stringify(spec));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a run with a script', () => {
  const run = join(folder, 'run');

  it('asks first, and runs nothing without consent', async () => {
    const spec = await readSpec(file);
    const asked: unknown[] = [];
    const refusing = fakeFrontEnd({ allowScript: (name, lines) => Promise.resolve(asked.push([name, ...lines]) === 0) });
    const runs = [{ seed: 0, folder: join(folder, 'none') }];
    await expect(optimizeJob({ spec, runs, random: undefined, threads: 1 }, refusing, () => undefined)).rejects.toMatchObject({
      code: 'run.declined',
    });
    await expect(evaluateJob({ task: spec, prompts: ['a'], threads: 1 }, refusing)).rejects.toMatchObject({ code: 'run.declined' });
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual(['score.mjs', expect.stringContaining(script), expect.any(String)]);
  });

  it('counts the texts that the script fails on, and keeps its hash', async () => {
    const spec = await readSpec(file);
    const results: RunResult[] = [];
    const frontEnd = fakeFrontEnd();
    await optimizeJob({ spec, runs: [{ seed: 0, folder: run }], random: undefined, threads: 1 }, frontEnd, (result) =>
      results.push(result),
    );
    const [result] = results;
    expect(result!.status).not.toBe('failed');
    expect(result!.prompts[0]!.test).toMatchObject({ n: 5 });
    expect(result!.notes.map(noteText).join()).toContain('no score today');
    const task = new RunFolder(run).readTask();
    expect(Object.entries(task.scripts!)).toEqual([['score.mjs', expect.stringMatching(/^[0-9a-f]{64}$/)]]);
    expect(reproduceCommand(task)).toContain('--allow-scripts');
  });

  it('is not resumed with another script, and asks again before it is resumed', async () => {
    unlinkSync(join(run, 'result.json'));
    const before = readFileSync(join(run, 'checkpoint'));
    writeFileSync(script, `${FAIR}\n`);
    await expect(resumeJob({ folder: run }, fakeFrontEnd())).rejects.toMatchObject({ code: 'run.changed' });
    const shown: string[] = [];
    const reading = fakeFrontEnd({ allowScript: (_, lines) => Promise.resolve(shown.push(...lines) < 0) });
    await expect(evaluateJob({ task: run, prompts: ['a'], threads: 1 }, reading)).rejects.toMatchObject({ code: 'run.declined' });
    expect(shown).toContain(word('run.scriptChanged'));
    writeFileSync(script, FAIR);
    await expect(resumeJob({ folder: run }, fakeFrontEnd({ allowScript: () => Promise.resolve(false) }))).rejects.toMatchObject({
      code: 'run.declined',
    });
    expect(readFileSync(join(run, 'checkpoint'))).toEqual(before);
    expect((await resumeJob({ folder: run }, fakeFrontEnd())).prompts[0]!.test).toMatchObject({ n: 5 });
  });

  it('ends where the script fails on everything', async () => {
    writeFileSync(script, 'export function score() { throw new Error("always"); }');
    const spec = await readSpec(file);
    const runs = [{ seed: 1, folder: join(folder, 'failing') }];
    await expect(optimizeJob({ spec, runs, random: undefined, threads: 1 }, fakeFrontEnd(), () => undefined)).rejects.toMatchObject({
      code: 'method.noRowScored',
      args: [{ rows: 6, reason: `javascript: ${word('metric.scriptThrew', { problem: 'Error: always' })}` }],
    });
  });
});
