import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCommand, USAGE, UsageError } from '../../src/cli/arguments';
import { quote } from '../../src/run/report/shell';
import type { SeedsResult } from '../../src/run/result/result';
import { word, worded } from '../../src/wording/wording';
import { rlprompt, smallTask, start, temporaryFolder, untilJournal } from './commandLine';
import { ANY, pattern, problemAt, SOME } from './messages';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Mounts a small file system, where the machine lets us. */
function mountSmall(path: string, size: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('where a run cannot be written', () => {
  const small = join(folder, 'small-disk');
  const mounted = mountSmall(small, '6m');
  afterAll(() => {
    if (mounted) execFileSync('umount', [small]);
  });

  it.skipIf(!mounted)('a full disk is one clear error, with the results so far still printed', async () => {
    // A checkpoint of this policy takes about 4 MB: the first fits, the second beside it does not.
    const spec = smallTask(folder, { steps: 200 }, { policy: { hiddenSize: 512 } });
    const finished = await rlprompt('optimize', spec, '--out', join(small, 'run'));
    expect(finished.status).toBe(1);
    const run = join(small, 'run');
    expect(finished.stderr).toContain(word('run.cannotWrite', { folder: run, code: 'ENOSPC', reason: '' }));
    const once = pattern(word('run.cannotWrite', { folder: run, code: '', reason: ANY }));
    expect(finished.stderr.match(new RegExp(once, 'gm'))).toHaveLength(1);
    expect(finished.stdout).toMatch(/rank +prompt/);
    expect(finished.stdout).toContain('policy');
    expect(finished.stdout).toContain('(no prompt)');
  });

  it('a folder below a file is one clear error before any work', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const finished = await rlprompt('optimize', smallTask(folder), '--out', join(file, 'run'));
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(`rlprompt: ${word('run.cannotWrite', { folder: join(file, 'run'), code: 'ENOTDIR', reason: '' })}`);
    expect(finished.stdout).toBe('');
  });
});

describe('the command line', () => {
  it('says what is wrong with a spec at its place, and exits 1', async () => {
    const spec = join(folder, 'bad.prompt-task.json');
    writeFileSync(spec, '{\n  "data": { "train": "x.csv" },\n  "templte": "{input} {prompt}"\n}\n');
    const finished = await rlprompt('optimize', spec);
    expect(finished.status).toBe(1);
    const unknown = worded('spec.unknownField', { name: 'templte', close: 'template', known: [ANY] });
    const error = problemAt(spec, 'templte', unknown);
    expect(error).toContain(`${spec}:3:3: `);
    expect(finished.stderr).toMatch(pattern(error));
  });

  it('exits 2 on wrong usage, with the usage', async () => {
    const finished = await rlprompt('optimise', 'x');
    expect(finished.status).toBe(2);
    let wrong: unknown;
    try {
      parseCommand(['optimise', 'x']);
    } catch (error) {
      wrong = error;
    }
    expect(wrong).toBeInstanceOf(UsageError);
    const { message } = wrong as UsageError;
    expect(message).toContain('"optimise"');
    expect(finished.stderr).toBe(`rlprompt: ${message}\n\n${USAGE}`);
  });

  it('says so when the model is missing or the template does not suit it', async () => {
    const missing = await rlprompt('optimize', smallTask(folder, {}, { taskModel: 'bundled:gpt5' }));
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain(`rlprompt: ${word('model.unknownBundled', { name: 'gpt5' })}`);
    const spec = smallTask(folder, {}, { template: '{mask} {prompt} {input}' });
    const early = await rlprompt('optimize', spec);
    expect(early.status).toBe(1);
    expect(early.stderr).toContain(problemAt(spec, 'template', { ...worded('spec.maskNotLast'), found: '"{mask} {prompt} {input}"' }));
    const none = await rlprompt('optimize', smallTask(folder, {}, { taskModel: 'bundled:masked' }));
    expect(none.status).toBe(1);
    const needed = worded('model.templateNeedsMask', { model: 'bundled:masked', template: '{input} {prompt}' });
    expect(none.stderr).toContain(problemAt(spec, 'template', needed));
  });

  it('says so when the budget is too small for one step', async () => {
    const spec = smallTask(folder, { queryBudget: 100 });
    const finished = await rlprompt('optimize', spec);
    expect(finished.status).toBe(1);
    const needed = Number(/expected: \D+(\d+)/.exec(finished.stderr)?.[1]);
    expect(needed).toBeGreaterThan(100);
    // No prompt and "Overall", on 32 rows each.
    const tooSmall = worded('search.budgetTooSmallForRace', { budget: 100, given: 64, needed });
    expect(finished.stderr).toContain(problemAt(spec, 'search.queryBudget', tooSmall));
  });

  it('makes no folder for a run whose budget is too small', async () => {
    const out = join(folder, 'too-small');
    expect((await rlprompt('optimize', smallTask(folder, { queryBudget: 100 }), '--out', out)).status).toBe(1);
    expect(existsSync(out)).toBe(false);
  });

  it('evaluates prompts in the same table, as text and as JSON', async () => {
    const spec = smallTask(folder);
    const text = await rlprompt('evaluate', spec, '--prompt', 'Overall', '--prompt', 'It was');
    expect(text.status).toBe(0);
    expect(text.stdout).toContain('(no prompt)');
    const json = JSON.parse((await rlprompt('evaluate', spec, '--prompt', 'Overall', '--json')).stdout) as {
      prompts: { prompt: string; test: { n: number } }[];
    };
    expect(json.prompts.map(({ prompt }) => prompt).sort()).toEqual(['', 'Overall']);
    expect(json.prompts[0]!.test.n).toBe(20);
  });

  it('evaluates a prompt that is longer than those of a run beside texts that fill the context', async () => {
    const splits = ['train', 'validation', 'test'].map((name): [string, string] => {
      const rows = ['good', 'bad'].map((label) => `"${`a ${label} film `.repeat(120)}${name}",${label}`);
      writeFileSync(join(folder, `long-${name}.csv`), ['text,label', ...rows].join('\n'));
      return [name, `long-${name}.csv`];
    });
    for (const taskModel of ['bundled:causal', 'bundled:masked']) {
      const template = '{input} {prompt} {mask} .';
      const spec = smallTask(
        folder,
        {},
        { data: Object.fromEntries(splits), labels: { good: 'great', bad: 'terrible' }, template, taskModel },
      );
      const prompt = 'all in all and in the end of the day it was';
      const { status, stdout, stderr } = await rlprompt('evaluate', spec, '--prompt', prompt, '--json');
      expect(stderr).toMatch(pattern(`${word('model.textsCut', { split: 'train', cut: 2, of: 2, context: SOME })}.`));
      expect(status).toBe(0);
      const { prompts } = JSON.parse(stdout) as { prompts: { prompt: string; roundTrip: boolean }[] };
      expect(prompts.map(({ roundTrip }) => roundTrip)).toEqual([true, true]);
    }
  });

  it('names the seeds that have not begun when one is interrupted, which can be resumed', async () => {
    const out = join(folder, 'interrupted');
    const run = start('optimize', smallTask(folder, { steps: 200, seeds: [3, 4, 5] }), '--out', out, '--no-random', '--threads', '1');
    const first = join(out, 'seed-3');
    await untilJournal(run, first, (text) => text.includes('"event":"step"'));
    run.child.kill('SIGINT');
    const { stderr, status } = await run.finished;
    expect(status).toBe(130);
    expect(stderr).toContain(`--resume ${quote(first)}`);
    expect(stderr).toContain(word('run.seedsLeft', { seeds: [4, 5] }));
  });

  it('runs several seeds and reports mean and spread; report prints a finished run', async () => {
    const out = join(folder, 'seeds');
    const finished = await rlprompt('optimize', smallTask(folder, { steps: 4, seeds: [3, 4] }), '--out', out, '--json', '--no-random');
    expect(finished.status).toBe(0);
    const result = JSON.parse(finished.stdout) as SeedsResult;
    expect(result.seeds.map((run) => run.seed)).toEqual([3, 4]);
    const [a, b] = result.seeds.map((run) => run.prompts[0]!.test!.accuracy) as [number, number];
    expect(result.winner.mean).toBeCloseTo((a + b) / 2, 12);
    expect(result.winner.deviation).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12);
    const csv = await rlprompt('report', join(out, 'seed-3'), '--csv');
    expect(csv.stdout.split('\r\n')[0]).toContain('test_accuracy');
    const markdown = await rlprompt('report', join(out, 'seed-3'), '--markdown');
    expect(markdown.stdout).toContain('| rank | prompt |');
    const none = join(folder, 'none');
    const stderr = `rlprompt: ${word('run.notARun', { folder: none })}\n`;
    expect(await rlprompt('report', none)).toMatchObject({ status: 1, stdout: '', stderr });
  });
});
