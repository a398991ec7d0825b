import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finishedRun } from '../../../src/cli/report';
import { CHECKPOINT_FORMAT } from '../../../src/run/store/checkpoint';
import { readRun } from '../../../src/run/store/history';
import { keepEvaluated } from '../../../src/run/start';
import { RunFolder } from '../../../src/run/store/storage';
import type { Code, CodedError } from '../../../src/wording/wording';
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

function thrown(act: () => unknown): CodedError {
  try {
    act();
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('nothing was thrown');
}

const { notes: _, ...withoutNotes } = smallResult();

const damaged: [string, string, Code, object][] = [
  ['cut short', '{"format": 1, "prom', 'run.resultNotJson', {}],
  ['empty', '', 'run.resultNotJson', {}],
  ['of another format', '{"format":9}', 'run.otherFormat', { format: '9' }],
  ['without a format', '{"prompts":[]}', 'run.notAResult', {}],
  ['a list', '[]', 'run.notAResult', {}],
  ['null', 'null', 'run.notAResult', {}],
  ['without its notes', JSON.stringify(withoutNotes), 'run.resultDamaged', { flaw: '"notes" is missing, expected: list' }],
  ['without a prompt', JSON.stringify(smallResult({ prompts: [] })), 'run.resultDamaged', { flaw: '"prompts" is empty' }],
  [
    'with a prompt of another shape',
    JSON.stringify({ ...smallResult(), prompts: [{}] }),
    'run.resultDamaged',
    { flaw: '"prompts[0].rank" is missing, expected: number' },
  ],
  [
    'with a held-out score of another shape',
    JSON.stringify({ ...smallResult(), prompts: [{ ...smallResult().prompts[0], test: { accuracy: null } }] }),
    'run.resultDamaged',
    { flaw: '"prompts[0].test.accuracy" is null, expected: number' },
  ],
];

describe('a result.json', () => {
  it.each(damaged)('%s is named, with what was found and what to do', (_name, text, code, facts) => {
    writeFileSync(run.file('result.json'), text);
    const file = run.file('result.json');
    expect(thrown(() => finishedRun(path))).toMatchObject({ code, args: [{ file, ...facts }] });
  });

  it.each(damaged)('%s leaves the run in the list, with the reason', async (_name, text) => {
    writeFileSync(run.file('result.json'), text);
    const { head } = await readRun(path);
    const { message } = thrown(() => finishedRun(path));
    expect(head).toMatchObject({ name: 'small', state: 'failed', resumable: false, error: message });
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
    const file = run.file('checkpoint');
    expect(thrown(() => run.readCheckpoint())).toMatchObject({ code: 'run.damagedCheckpoint', args: [{ file }] });
  });

  it('of version 0.1.0 says that the run starts again', () => {
    writeFileSync(run.file('checkpoint'), serialize({ stage: 'policy', stopped: 'steps', seconds: 1, rewards: [1], journalOffset: 12 }));
    expect(thrown(() => run.readCheckpoint())).toMatchObject({ code: 'run.olderCheckpoint' });
  });

  it('that is not there is none, and a whole one is read', () => {
    expect(run.readCheckpoint()).toBeUndefined();
    const state = { format: CHECKPOINT_FORMAT, stage: 'policy', journalOffset: 12 };
    writeFileSync(run.file('checkpoint'), serialize(state));
    expect(run.readCheckpoint()).toEqual(state);
  });
});

describe('other files', () => {
  it('of JSON lines: a damaged line is named, one that a crash cut short is removed', () => {
    const file = run.file('requests.jsonl');
    writeFileSync(file, '{"a":1}\n{"b":2}\n{"c":');
    expect(run.readLines('requests.jsonl')).toEqual([{ a: 1 }, { b: 2 }]);
    expect(readFileSync(file, 'utf8')).toBe('{"a":1}\n{"b":2}\n');
    writeFileSync(file, '{"a":1}\n{"b":\n{"c":3}\n');
    expect(thrown(() => run.readLines('requests.jsonl'))).toMatchObject({ code: 'run.damagedLine', args: [{ file, line: 2 }] });
  });

  it.each(['', '[]', 'null', '{"models":[{}],"prompts":[],"data":{}}', '{"models":[]'])('a table of transfers that is none: %j', (text) => {
    writeFileSync(run.file('transfer.json'), text);
    expect(run.readTransfer()).toBeUndefined();
  });

  it.each<[string, Buffer]>([
    ['cut short', serialize({ weights: {}, hiddenSize: 4, actions: [1] }).subarray(0, 20)],
    ['of something else', serialize({ hiddenSize: 4 })],
    ['empty', serialize(null)],
  ])('a policy %s is named, with what to do', (_name, bytes) => {
    writeFileSync(run.file('policy'), bytes);
    expect(thrown(() => run.readPolicy())).toMatchObject({ code: 'run.damagedPolicy', args: [{ file: run.file('policy') }] });
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
