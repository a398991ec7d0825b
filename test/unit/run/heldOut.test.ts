import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldOut, type HeldOutClasses } from '../../../src/run/view/heldOut';
import { evaluateJob, optimizeJob } from '../../../src/run/jobs';
import { RunFolder } from '../../../src/run/store/storage';
import { readSpec } from '../../../src/spec/spec';
import { smallTask } from '../../run/commandLine';
import { fakeFrontEnd } from './fakeFrontEnd';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-held-'));
const run = new RunFolder(join(folder, '.rlprompt', 'runs', 'one'));

beforeAll(async () => {
  for (const name of ['train.csv', 'validation.csv', 'test.csv']) copyFileSync(join('examples/sentiment', name), join(folder, name));
  const data = {
    train: 'train.csv',
    validation: 'validation.csv',
    test: 'test.csv',
    rowsPerClass: { train: 4, validation: 4 },
    testRows: 20,
  };
  const spec = await readSpec(smallTask(folder, { steps: 2, queryBudget: 2000 }, { data, compare: ['Overall', 'It was'] }));
  await optimizeJob({ spec, runs: [{ seed: 0, folder: run.path }], random: false, threads: 1 }, fakeFrontEnd(), () => undefined);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('held-out rows of a run', () => {
  it("have text, label and line as the data file has them, and each prompt's answers give its accuracy", async () => {
    const { classes, file, rows, prompts } = (await heldOut(run)) as HeldOutClasses;
    expect(classes).toEqual(['negative', 'positive']);
    expect(file).toBe(join(folder, 'test.csv'));
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(rows).toHaveLength(20);
    for (const { text, label, line } of rows) {
      expect(lines[line - 1]!.replaceAll('""', '"')).toContain(text);
      expect(lines[line - 1]!.trimEnd().endsWith(classes[label]!)).toBe(true);
    }
    const result = run.readResult();
    expect(prompts.map(({ prompt }) => prompt)).toEqual(result.prompts.map(({ prompt }) => prompt));
    for (const [i, { predicted, confidence }] of prompts.entries()) {
      const right = predicted.filter((answer, row) => answer === rows[row]!.label).length;
      expect(right / rows.length).toBeCloseTo(result.prompts[i]!.test!.accuracy, 9);
      // The likelier of two classes.
      expect(Math.min(...confidence)).toBeGreaterThanOrEqual(0.5);
      expect(Math.max(...confidence)).toBeLessThanOrEqual(1);
    }
  });

  it('are there for prompts that were evaluated later, too', async () => {
    await evaluateJob({ task: run.path, prompts: ['Simply', 'Overall'], threads: 1 }, fakeFrontEnd());
    const { prompts } = (await heldOut(run)) as HeldOutClasses;
    expect(prompts.at(-1)).toMatchObject({ prompt: 'Simply', origin: 'evaluated' });
    expect(prompts.filter(({ prompt }) => prompt.trim() === 'Overall')).toHaveLength(1);
    expect(prompts.at(-1)!.predicted).toHaveLength(20);
  });

  it('are told apart from those of a file that has changed, and from a run that kept none', async () => {
    const other = new RunFolder(join(folder, '.rlprompt', 'runs', 'two'));
    const test = join(folder, 'test.csv');
    const before = readFileSync(test);
    writeFileSync(test, readFileSync(test, 'utf8').replaceAll('the ', 'The '));
    await expect(heldOut(run)).rejects.toMatchObject({ code: 'run.rowsChanged', args: [{ name: 'test.csv' }] });
    writeFileSync(test, before);
    await expect(heldOut(run)).resolves.toBeTruthy();
    await expect(heldOut(other)).rejects.toMatchObject({ code: 'run.notARun' });
    other.create(run.readTask());
    other.close();
    await expect(heldOut(other)).rejects.toMatchObject({ code: 'run.noHeldOutYet' });
    other.writeResult(run.readResult());
    await expect(heldOut(other)).rejects.toMatchObject({ code: 'run.noRowsKept' });
  });
});
