import { appendFileSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/method/random';
import { quote } from '../../src/run/report/shell';
import type { RunResult } from '../../src/run/result/result';
import { reproduceCommand } from '../../src/run/start';
import { RunFolder } from '../../src/run/store/storage';
import { changesSince } from '../../src/run/store/task';
import { word } from '../../src/wording/wording';
import { journal, killAt, rlprompt, smallTask, start, temporaryFolder, untilJournal } from './commandLine';

const STEPS = 60;
const folder = temporaryFolder();
const whole = join(folder, 'whole');
let spec: string;

beforeAll(async () => {
  spec = smallTask(folder, { steps: STEPS });
  const finished = await rlprompt('optimize', spec, '--out', whole, '--threads', '1');
  expect(finished.stderr).toContain(reproduceCommand(new RunFolder(whole).readTask()));
  expect(finished.status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether a journal has so many lines. */
const hasLines =
  (count: number) =>
  (text: string): boolean =>
    text.split('\n').length > count;

function results(path: string): unknown {
  const { seconds: _seconds, peakMemory: _memory, ...rest } = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8')) as RunResult;
  return rest;
}

describe('a run that is cut short', () => {
  it('gives the same journal and result after twenty kills', async () => {
    const random = new Random(42);
    let kills = 0;
    for (let n = 0; kills < 20; n++) {
      const out = join(folder, `killed-${n}`);
      for (let over = false; !over;) {
        const resume = existsSync(join(out, 'task.json'));
        const before = resume ? journal(out).length : 0;
        const run = start('optimize', ...(resume ? ['--resume', out] : [spec, '--out', out]), '--threads', '1');
        // A resumed run that ends first is done: the next one is killed.
        if (kills < 20 && (await killAt(run, out, { lines: before + random.below(14), changes: random.below(8) }))) kills++;
        const { signal, status } = await run.finished;
        over = signal === null;
        if (over) expect(status).toBe(0);
      }
      expect(journal(out)).toEqual(journal(whole));
      expect(results(out)).toEqual(results(whole));
      // Nothing stored twice, nothing lost.
      expect(readFileSync(join(out, 'rows.bin')).equals(readFileSync(join(whole, 'rows.bin')))).toBe(true);
    }
  });

  it('resumes the same on a masked model, whose rows are scored in batches', async () => {
    const own = temporaryFolder();
    try {
      const masked = smallTask(own, { steps: 14 }, { taskModel: 'bundled:masked', template: '{input} {prompt} {mask} .' });
      const [one, other] = [join(own, 'one'), join(own, 'other')];
      expect((await rlprompt('optimize', masked, '--out', one, '--threads', '1')).status).toBe(0);
      const run = start('optimize', masked, '--out', other, '--threads', '1');
      await untilJournal(run, other, hasLines(10));
      run.child.kill('SIGKILL');
      await run.finished;
      expect((await rlprompt('optimize', '--resume', other)).status).toBe(0);
      expect(journal(other)).toEqual(journal(one));
      expect(results(other)).toEqual(results(one));
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });

  it('stops at Ctrl-C with its checkpoint written, exits 130, and resumes where it was', async () => {
    const out = join(folder, 'interrupted');
    const run = start('optimize', spec, '--out', out, '--threads', '1');
    await untilJournal(run, out, hasLines(18));
    run.child.kill('SIGINT');
    const stopped = await run.finished;
    expect(stopped.status).toBe(130);
    const step = journal(out).filter((event) => 'event' in event && event.event === 'step').length;
    const [line] = stopped.stderr.split('\n').filter((text) => text.startsWith(word('run.stopped', { step })));
    expect(line).toContain(`npx rlprompt optimize --resume ${quote(out)}`);
    // On as many threads as before.
    const resumed = await rlprompt('optimize', '--resume', out, '--json');
    expect(resumed.status).toBe(0);
    expect((JSON.parse(resumed.stdout) as RunResult).status).toBe('finished');
    expect(journal(out)).toEqual(journal(whole));
  });

  it('is not resumed where there is none', async () => {
    const nowhere = join(folder, 'nowhere');
    const finished = await rlprompt('optimize', '--resume', nowhere);
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(word('run.notARun', { folder: nowhere }));
  });

  it('is not resumed when its data has changed since', async () => {
    const own = temporaryFolder();
    try {
      for (const name of ['train.csv', 'validation.csv', 'test.csv']) copyFileSync(join('examples/sentiment', name), join(own, name));
      const data = { train: 'train.csv', validation: 'validation.csv', test: 'test.csv' };
      const out = join(own, 'run');
      const task = smallTask(own, { steps: 2 }, { data });
      expect((await rlprompt('optimize', task, '--out', out, '--threads', '1')).status).toBe(0);
      rmSync(join(out, 'result.json'));
      appendFileSync(join(own, 'train.csv'), 'One more film that nobody needs.,negative\n');
      const finished = await rlprompt('optimize', '--resume', out);
      expect(finished.status).toBe(1);
      const run = new RunFolder(out).readTask();
      const changes = changesSince(run, { ...run, data: { ...run.data, 'train.csv': 'another' } });
      expect(changes).toEqual([expect.stringContaining('train.csv')]);
      expect(finished.stderr).toContain(word('run.changed', { changes, command: `npx rlprompt optimize ${quote(task)}` }));
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });

  it('is never written over by another one', async () => {
    const before = results(whole);
    const finished = await rlprompt('optimize', spec, '--out', whole, '--threads', '1');
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(word('run.folderTaken', { folder: whole, quoted: quote(whole) }));
    expect(results(whole)).toEqual(before);
  });
});

describe('a run', () => {
  it('leaves less than 1 MB beside its row file, which is small too', () => {
    const sizes = Object.fromEntries(readdirSync(whole).map((name) => [name, statSync(join(whole, name)).size]));
    const { 'rows.bin': rows, ...others } = sizes;
    expect(Object.keys(others).sort()).toEqual(['checkpoint', 'events.jsonl', 'result.json', 'task.json']);
    expect(Object.values(others).reduce((a, b) => a + b, 0)).toBeLessThan(1e6);
    const { queries, randomQueries, testQueries } = JSON.parse(readFileSync(join(whole, 'result.json'), 'utf8')) as RunResult;
    const all = queries.computed + randomQueries!.computed + testQueries;
    // Two logits a query, and a few bytes for prompts and rows.
    expect(rows).toBeGreaterThan(8 * all);
    expect(rows).toBeLessThan(16 * all + 1000);
  });

  it('gives the same bytes twice from one seed, and others from another', async () => {
    const [again, other] = [join(folder, 'again'), join(folder, 'other')];
    expect((await rlprompt('optimize', spec, '--out', again, '--threads', '1')).status).toBe(0);
    expect((await rlprompt('optimize', spec, '--out', other, '--seed', '1', '--threads', '1')).status).toBe(0);
    expect(journal(again)).toEqual(journal(whole));
    expect(results(again)).toEqual(results(whole));
    expect(journal(other)).not.toEqual(journal(whole));
  });

  it('makes its table again from the checkpoint when the result is lost', async () => {
    const out = join(folder, 'lost');
    cpSync(whole, out, { recursive: true });
    rmSync(join(out, 'result.json'));
    expect((await rlprompt('optimize', '--resume', out)).status).toBe(0);
    expect(results(out)).toEqual(results(whole));
  });

  it('of the policy alone ends when each step is of one prompt only, unless the preset lets it continue', async () => {
    // The greedy token at each place: all prompts of a step are the same one.
    const greedy = { topK: 1, steps: 14 };
    for (const [name, search, steps, stopped] of [
      ['settled', { ...greedy, preset: 'paper', convergedSteps: 10 }, 10, 'converged'],
      ['paper', { ...greedy, preset: 'paper' }, 14, 'steps'],
    ] as const) {
      const own = join(folder, name);
      mkdirSync(own);
      const finished = await rlprompt('optimize', smallTask(own, search), '--json', '--no-random');
      expect(finished.status).toBe(0);
      expect(JSON.parse(finished.stdout)).toMatchObject({ steps, stopped });
    }
  });

  it('keeps to its query budget, the ranking included', async () => {
    const out = join(folder, 'budget');
    const finished = await rlprompt('optimize', spec, '--out', out, '--budget', '4000', '--steps', '1000', '--json');
    expect(finished.status).toBe(0);
    const result = JSON.parse(finished.stdout) as RunResult;
    expect(result.stopped).toBe('budget');
    expect(result.queries.computed).toBeLessThanOrEqual(4000);
    expect(result.randomQueries!.computed).toBeLessThanOrEqual(result.queries.computed);
    expect(result.queries.asked).toBeGreaterThan(result.queries.computed);
    expect(result.prompts.every((prompt) => prompt.roundTrip)).toBe(true);
    expect(result.prompts.map((prompt) => prompt.origin)).toEqual(expect.arrayContaining(['policy', 'manual', 'random', 'none']));
    // What the verdict needs: how often each prompt and the winner differ on the held-out rows.
    const [winner, ...others] = result.prompts;
    for (const { test, versusWinner } of others) {
      const { onlyFirst, onlySecond, rows } = versusWinner!;
      expect(rows).toBe(test!.n);
      expect((onlyFirst - onlySecond) / rows).toBeCloseTo(winner!.test!.accuracy - test!.accuracy, 9);
    }
    expect(result).toMatchObject({ verdict: { winner: { prompt: winner!.prompt } } });
    expect(result.prompts.map(({ rank }) => rank)).toEqual(result.prompts.map((_, i) => i + 1));
  });
});
