import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resumeJob, specOf } from '../../../src/run/jobs';
import { readRun } from '../../../src/run/store/history';
import { RunFolder } from '../../../src/run/store/storage';
import { wilson } from '../../../src/run/report/statistics';
import { fakeFrontEnd } from './fakeFrontEnd';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-old-'));
  cpSync(join(__dirname, 'version-0.1.0'), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a run made by version 0.1.0', () => {
  it('opens and shows its table and curves', async () => {
    const { view } = await readRun(folder);
    expect(view.head).toMatchObject({ name: 'tiny', state: 'finished', step: 3, taskModel: 'bundled:causal', promptLength: 2 });
    expect(view.rows.map(({ rank, origin }) => [rank, origin])).toEqual([
      [1, 'policy'],
      [2, 'policy'],
      [3, 'none'],
    ]);
    expect(view.curves.steps).toMatchObject({ queries: [16, 48, 64], mean: [expect.any(Number), expect.any(Number), expect.any(Number)] });
    expect(view.curves.greedy.queries).toEqual([48]);
    // Train and validation rows, pooled: 8 of 8 and 7 of 8.
    expect(view.rows.at(-1)!.estimate).toEqual({ accuracy: 15 / 16, interval: wilson(15, 16), n: 16 });
    expect(new RunFolder(folder).readResult().prompts.map(({ estimate }) => estimate)).toEqual(view.rows.map(({ estimate }) => estimate));
  });

  it('has a spec that this version reads', () => {
    const spec = specOf(new RunFolder(folder).readTask());
    expect(spec).toMatchObject({ template: '{input} {prompt}', prompt: { length: 2 } });
  });

  it('gives its result again when it is resumed', async () => {
    const result = await resumeJob({ folder }, fakeFrontEnd());
    expect(result).toMatchObject({ status: 'finished', steps: 3 });
  });

  it('that did not finish says to start again', async () => {
    rmSync(join(folder, 'result.json'));
    writeFileSync(join(folder, 'checkpoint'), serialize({ stage: 'policy', rewards: [1, 2], journalOffset: 10 }));
    expect((await readRun(folder)).head.state).toBe('interrupted');
    await expect(resumeJob({ folder }, fakeFrontEnd())).rejects.toMatchObject({ code: 'run.olderCheckpoint' });
  });
});
