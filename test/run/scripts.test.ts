import { existsSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rlprompt, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
const spec = join(folder, 'a.prompt-task.json');
const run = join(folder, 'run');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  const rows = ['The film was', 'The book was', 'The meal was', 'The day was'];
  for (const [name, more] of [
    ['rows', ''],
    ['test', ' really'],
  ] as const)
    writeFileSync(join(folder, `${name}.jsonl`), rows.map((text) => JSON.stringify({ text: text + more })).join('\n'));
  writeFileSync(join(folder, 'score.mjs'), 'export const score = (output) => Math.min(1, output.length / 50);');
  const task = {
    kind: 'generation',
    data: { train: 'rows.jsonl', test: 'test.jsonl', rowsPerClass: { train: 4 } },
    template: '{input} {prompt}',
    generation: { maxTokens: 4, samples: 1 },
    metrics: [{ type: 'javascript', value: 'score.mjs' }],
    prompt: { length: 2 },
    search: { generationBudget: 100, promptsPerStep: 4, steps: 2, random: false },
  };
  writeFileSync(spec, JSON.stringify(task));
});

describe('a script on the command line', () => {
  it('does not run unless --allow-scripts is given', async () => {
    const { status, stderr } = await rlprompt('optimize', spec, '--out', run, '--yes');
    expect([status, existsSync(run)]).toEqual([1, false]);
    expect(stderr).toContain('--allow-scripts');
    expect(stderr).toContain(join(folder, 'score.mjs'));
  });

  it('scores the texts of a run, and runs again when the run is resumed only if it is allowed to', async () => {
    const first = await rlprompt('optimize', spec, '--out', run, '--allow-scripts', '--json');
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('--allow-scripts --threads')]);
    const before = readFileSync(join(run, 'result.json'), 'utf8');
    unlinkSync(join(run, 'result.json'));
    expect((await rlprompt('optimize', '--resume', run, '--yes')).status).toBe(1);
    expect(existsSync(join(run, 'result.json'))).toBe(false);
    expect((await rlprompt('optimize', '--resume', run, '--allow-scripts')).status).toBe(0);
    const prompts = (text: string): unknown => (JSON.parse(text) as { prompts: unknown }).prompts;
    expect(prompts(readFileSync(join(run, 'result.json'), 'utf8'))).toEqual(prompts(before));
  });
});
