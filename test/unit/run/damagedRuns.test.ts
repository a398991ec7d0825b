import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finishedRun } from '../../../src/cli/report';
import { readRun } from '../../../src/run/store/history';
import { keepEvaluated } from '../../../src/run/start';
import { RunFolder } from '../../../src/run/store/storage';
import { smallResult } from './smallResult';

let path: string;
let run: RunFolder;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'rlprompt-damaged-'));
  run = new RunFolder(path);
  const spec = { taskModel: 'bundled:causal', policyModel: 'bundled:causal', template: '{input} {prompt}', prompt: { length: 2 } };
  const settings = { steps: 3, queryBudget: 1000 };
  const task = { format: 1, specFile: 'small.prompt-task.json', spec, settings, seed: 0, random: true, created: '2026-01-01T00:00:00Z' };
  writeFileSync(run.file('task.json'), JSON.stringify(task));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const { notes: _, ...withoutNotes } = smallResult();

const damaged: [string, string, RegExp][] = [
  ['cut short', '{"format": 1, "prom', /is damaged: it is no JSON \(.+\)\. To read its run, restore it from a copy, or start the run anew/],
  ['empty', '', /is damaged: it is no JSON/],
  ['of another format', '{"format":9}', /has "format": 9, and this version of RLPrompt reads 1\. Read it with the version that wrote it/],
  ['without a format', '{"prompts":[]}', /is no result of a run: it has no "format"/],
  ['a list', '[]', /is no result of a run/],
  ['null', 'null', /is no result of a run/],
  ['without its notes', JSON.stringify(withoutNotes), /is damaged: "notes" is missing, expected: list\. To read/],
  ['without a prompt', JSON.stringify(smallResult({ prompts: [] })), /is damaged: "prompts" is empty/],
  ['with a prompt of another shape', JSON.stringify({ ...smallResult(), prompts: [{}] }), /is damaged: "prompts\[0\]\.rank" is missing/],
  [
    'with a held-out score of another shape',
    JSON.stringify({ ...smallResult(), prompts: [{ ...smallResult().prompts[0], test: { accuracy: null } }] }),
    /is damaged: "prompts\[0\]\.test\.accuracy" is null, expected: number/,
  ],
];

describe('a result.json', () => {
  it.each(damaged)('%s is named, with what was found and what to do', (_name, text, message) => {
    writeFileSync(run.file('result.json'), text);
    const read = (): unknown => finishedRun(path);
    expect(read).toThrow(message);
    expect(read).toThrow(run.file('result.json'));
    expect(read).not.toThrow('has no result yet');
  });

  it.each(damaged)('%s leaves the run in the list, with the reason', async (_name, text, message) => {
    writeFileSync(run.file('result.json'), text);
    const { head } = await readRun(path);
    expect(head).toMatchObject({ name: 'small', state: 'failed', resumable: false, error: expect.stringMatching(message) as string });
  });

  it('that is whole is read, and one that is not there is an interrupted run', async () => {
    expect((await readRun(path)).head).toMatchObject({ state: 'interrupted', resumable: true });
    run.writeResult(smallResult());
    expect(finishedRun(path).result).toEqual(smallResult());
    expect((await readRun(path)).head.state).toBe('finished');
  });
});

describe('a checkpoint', () => {
  it.each<[string, Buffer]>([
    ['that is none', Buffer.from('no checkpoint')],
    ['cut short', serialize({ stage: 'policy', journalOffset: 0, rewards: [1, 2, 3] }).subarray(0, 30)],
    ['empty', Buffer.alloc(0)],
    ['of something else', serialize([1, 2])],
  ])('%s is named, with what to do', (_name, bytes) => {
    writeFileSync(run.file('checkpoint'), bytes);
    const read = (): unknown => run.readCheckpoint();
    expect(read).toThrow(`The checkpoint ${run.file('checkpoint')} cannot be read (`);
    expect(read).toThrow('delete it and take the run up again: it then begins at its first step.');
  });

  it('that is not there is none, and a whole one is read', () => {
    expect(run.readCheckpoint()).toBeUndefined();
    const state = { stage: 'policy', journalOffset: 12 };
    writeFileSync(run.file('checkpoint'), serialize(state));
    expect(run.readCheckpoint()).toEqual(state);
  });
});

describe('evaluated prompts', () => {
  const [prompt] = smallResult().prompts;
  const kept = (): unknown => JSON.parse(readFileSync(run.file('evaluated.json'), 'utf8'));

  it('are kept beside those before, the latest scores of each', async () => {
    await keepEvaluated(run, [{ ...prompt!, prompt: 'one', gap: 0.1 }]);
    await keepEvaluated(run, [{ ...prompt!, prompt: 'two', gap: 0.2 }]);
    await keepEvaluated(run, [{ ...prompt!, prompt: 'one', gap: 0.3 }]);
    expect(kept()).toMatchObject([
      { prompt: 'two', gap: 0.2 },
      { prompt: 'one', gap: 0.3 },
    ]);
    expect(existsSync(run.file('evaluated.json.damaged'))).toBe(false);
  });

  it.each(['[{"prompt": "cut sh', '{}'])('never write over a damaged file: %s', async (damagedText) => {
    writeFileSync(run.file('evaluated.json'), damagedText);
    await keepEvaluated(run, [{ ...prompt!, prompt: 'one' }]);
    expect(kept()).toMatchObject([{ prompt: 'one' }]);
    expect(readFileSync(run.file('evaluated.json.damaged'), 'utf8')).toBe(damagedText);
  });
});
