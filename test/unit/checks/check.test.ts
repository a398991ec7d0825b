import { describe, expect, it } from 'vitest';
import { checkSpec } from '../../../src/checks/check';
import type { Problem } from '../../../src/spec/problem';
import { csv, lines, makeFolder } from '../data/folder';

const FILES = { 'train.csv': csv(...lines('train', { neg: 10, pos: 10 })) };

async function check(spec: string, { data = true, models = true, files = FILES } = {}): Promise<Problem[]> {
  const folder = await makeFolder(files);
  return checkSpec(spec, `${folder}/x.prompt-task.json`, { data, models });
}

describe('a check of a spec', () => {
  it('finds nothing in a good one', async () => {
    expect(await check('{ "data": { "train": "train.csv" }, "labels": { "neg": "bad", "pos": "good" } }')).toEqual([]);
  });

  it('finds what a run would refuse: fields, then data, then label words', async () => {
    expect(await check('{ "data": 1 }')).toMatchObject([{ field: 'data', line: 1, severity: 'error' }]);
    const missing = '{ "data": { "train": "trian.csv" } }';
    expect(await check(missing)).toMatchObject([{ field: 'data.train' }]);
    expect(await check(missing, { data: false })).toEqual([]);
    const longWord = '{ "data": { "train": "train.csv" }, "labels": { "neg": "antidisestablish", "pos": "good" } }';
    expect(await check(longWord)).toMatchObject([{ severity: 'warning', field: 'labels.neg' }]);
    expect(await check(longWord, { models: false })).toEqual([]);
    expect(await check('{ "data": { "train": "train.csv" }, "taskModel": "bundled:none" }')).toMatchObject([{ field: 'taskModel' }]);
  });

  it('opens no model but the bundled ones', async () => {
    expect(await check('{ "data": { "train": "train.csv" }, "taskModel": "hf:nobody/nothing" }')).toEqual([]);
  });

  it('leaves large data to the run', async () => {
    const files = { 'train.csv': csv(`${'x'.repeat(20_000_001)},neg`) };
    expect(await check('{ "data": { "train": "train.csv" } }', { files })).toEqual([]);
  });
});
