import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRun } from '../../../src/run/store/history';
import { runsOnSameRows } from '../../../src/run/store/sameRows';
import { smallResult } from './smallResult';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rlprompt-rows-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const score = { accuracy: 0.75, interval: [0.6, 0.85] as const, n: 40, macroF1: 0.7, gap: 0.1, confusion: [], examples: [] };

/** A run on day `day`; with a result unless it is under way. */
function makeRun(day: number, data: { train: string; test?: string }, hashes: Record<string, string>, finished = true): string {
  const folder = join(root, `run${day}`);
  mkdirSync(folder);
  const spec = { data, taskModel: 'bundled:causal', policyModel: 'bundled:causal', template: '{input} {prompt}', prompt: { length: 2 } };
  const settings = { steps: 3, queryBudget: 1000 };
  const task = { format: 1, specFile: 'small.prompt-task.json', spec, settings, seed: 0, random: true, data: hashes };
  writeFileSync(join(folder, 'task.json'), JSON.stringify({ ...task, created: `2026-01-0${day}T00:00:00Z` }));
  const prompts = smallResult().prompts.map((prompt) => ({ ...prompt, test: score }));
  if (finished) writeFileSync(join(folder, 'result.json'), JSON.stringify(smallResult({ prompts })));
  return folder;
}

it('counts the run and earlier ones with a result whose held-out rows come from the same file', () => {
  const files = { train: 'a.csv', test: 'b.csv' };
  const first = makeRun(1, files, { 'a.csv': 'A', 'b.csv': 'B' });
  // Another name, and another training file.
  makeRun(2, { train: 'other.csv', test: 'copy.csv' }, { 'other.csv': 'C', 'copy.csv': 'B' });
  makeRun(3, files, { 'a.csv': 'A', 'b.csv': 'changed' });
  makeRun(4, files, { 'a.csv': 'A', 'b.csv': 'B' }, false);
  const last = makeRun(5, files, { 'a.csv': 'A', 'b.csv': 'B' });
  makeRun(6, files, { 'a.csv': 'A', 'b.csv': 'B' });
  mkdirSync(join(root, 'no-run'));
  writeFileSync(join(root, 'file'), '');
  expect(runsOnSameRows(first)).toBe(1);
  expect(runsOnSameRows(last)).toBe(3);
  // Once a run is deleted, it is not known any more.
  rmSync(first, { recursive: true });
  expect(runsOnSameRows(last)).toBe(2);
});

it('goes by the training file if the test rows are drawn from it', () => {
  makeRun(1, { train: 'a.csv' }, { 'a.csv': 'A' });
  expect(runsOnSameRows(makeRun(2, { train: 'a.csv' }, { 'a.csv': 'A' }))).toBe(2);
});

it('is 1 for what is no run', () => {
  expect(runsOnSameRows(join(root, 'nowhere'))).toBe(1);
  writeFileSync(join(root, 'task.json'), '{}');
  expect(runsOnSameRows(root)).toBe(1);
});

it('is part of the verdict of a run that is read from disk', async () => {
  makeRun(1, { train: 'a.csv' }, { 'a.csv': 'A' });
  const { head } = await readRun(makeRun(2, { train: 'a.csv' }, { 'a.csv': 'A' }));
  expect(head.verdict).toMatchObject({ runs: 2, winner: { prompt: ' Overall', accuracy: 0.75 } });
});
