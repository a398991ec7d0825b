import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/method/random';
import type { RunResult } from '../../src/run/result/result';
import { reproduceCommand } from '../../src/run/start';
import { RunFolder } from '../../src/run/store/storage';
import { journal, killAt, rlprompt, smallTask, start, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The model continues openings; a classifier, the length and a pattern score what it writes. */
const TEXTS = {
  kind: 'generation',
  labels: undefined,
  data: {
    ...Object.fromEntries(['train', 'validation', 'test'].map((name) => [name, resolve(`examples/steering/${name}.csv`)])),
    rowsPerClass: { train: 12, validation: 12 },
    testRows: 16,
  },
  template: '{prompt} {input}',
  generation: { maxTokens: 8, samples: 2, temperature: 1, topK: 50 },
  metrics: [
    {
      type: 'classifier',
      value: { template: '{input} It was {mask} .', labels: { bad: 'terrible', good: 'great' }, class: 'good' },
      weight: 2,
    },
    { type: 'word-count', value: { min: 4, max: 8 } },
    { type: 'not-regex', value: '\\d' },
  ],
  compare: ['A wonderful day:'],
};
const SEARCH = { queryBudget: undefined, generationBudget: 900, steps: 400 };

function results(path: string): unknown {
  const { seconds: _seconds, peakMemory: _memory, ...rest } = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8')) as RunResult;
  return rest;
}

describe.each([
  ['default', SEARCH],
  ['paper', { preset: 'paper', queryBudget: undefined, steps: 12, promptsPerStep: 8, bestOf: 4, bootstraps: 2, validateEvery: 3 }],
])('a generation run of the preset %s that is killed', (preset, search) => {
  const [whole, killed] = [join(folder, `${preset} whole`), join(folder, `${preset} killed`)];
  let spec: string;
  beforeAll(async () => {
    spec = smallTask(folder, search, TEXTS);
    const finished = await rlprompt('optimize', spec, '--out', whole, '--threads', '1');
    expect(finished.stderr).toContain(reproduceCommand(new RunFolder(whole).readTask()));
    expect(finished.status).toBe(0);
  }, 300_000);

  it('gives the same journal, the same table and the same stored scores', async () => {
    const random = new Random(7);
    let kills = 0;
    for (let over = false; !over;) {
      const resume = existsSync(join(killed, 'task.json'));
      const before = resume ? journal(killed).length : 0;
      const run = start('optimize', ...(resume ? ['--resume', killed] : [spec, '--out', killed]), '--threads', '1');
      // Into the middle of a step, too: its texts and their scores are stored as they come.
      if (kills < 6 && (await killAt(run, killed, { lines: before + random.below(4), changes: random.below(12) }))) kills++;
      const { signal, status } = await run.finished;
      over = signal === null;
      if (over) expect(status).toBe(0);
    }
    expect(kills).toBeGreaterThan(2);
    expect(journal(killed)).toEqual(journal(whole));
    expect(results(killed)).toEqual(results(whole));
    expect(readFileSync(join(killed, 'rows.bin')).equals(readFileSync(join(whole, 'rows.bin')))).toBe(true);
    const { prompts } = results(killed) as RunResult;
    expect(prompts[0]!.test!.texts!.length).toBeGreaterThan(0);
  });
});
