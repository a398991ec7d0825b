import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resumable } from '../../../src/cli/optimize';
import { finishedRun, report, tellNotes } from '../../../src/cli/report';
import { progress } from '../../../src/cli/terminal';
import { ServerError } from '../../../src/model/server/serverError';
import { ScoringError } from '../../../src/method/scorer';
import { refuseChanges } from '../../../src/run/start';
import { RunFolder } from '../../../src/run/store/storage';
import type { RunTask } from '../../../src/run/store/task';
import { smallResult } from '../run/smallResult';

let folder: string;
let shown: string[];
let printed: string;

beforeEach(() => {
  // A space, as in many people's folders.
  folder = join(mkdtempSync(join(tmpdir(), 'rlprompt-report-')), 'my run');
  mkdirSync(folder);
  writeFileSync(join(folder, 'task.json'), '{}');
  shown = [];
  printed = '';
  vi.spyOn(progress, 'line').mockImplementation((line) => void shown.push(line));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

describe('notes of a result', () => {
  const notes = ['label words are scored after the text', '9 queries failed for good'];

  it.each(['text', 'csv', 'markdown'] as const)('are told by report as %s, beside the table', (format) => {
    writeFileSync(join(folder, 'result.json'), JSON.stringify(smallResult({ notes })));
    expect(report({ name: 'report', folder, format })).toBe(0);
    expect(shown).toEqual(['Note: label words are scored after the text.', 'Note: 9 queries failed for good.']);
    expect(printed).toContain('Overall');
    expect(printed).not.toContain('Note:');
  });

  it('that were told at the opening, or after an earlier seed, are not told again', () => {
    const told = new Set([notes[0]!]);
    tellNotes({ notes }, told);
    tellNotes({ notes: [...notes, '5 scores were known from before'] }, told);
    expect(shown).toEqual(['Note: 9 queries failed for good.', 'Note: 5 scores were known from before.']);
  });
});

describe('a run without a result', () => {
  it('can be taken up: the command is one for the shell', () => {
    expect(() => finishedRun(folder)).toThrow(`${folder} has no result yet. Take the run up: npx rlprompt optimize --resume '${folder}'`);
  });

  it('that another process trains is not to be taken up', () => {
    // This process's parent lives, whoever it is.
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    expect(() => finishedRun(folder)).toThrow(`${folder} has no result yet: it is being trained by pid ${process.ppid}. Wait for its end.`);
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 7, host: 'elsewhere' }));
    expect(() => finishedRun(folder)).toThrow('it is being trained by pid 7 on elsewhere.');
    // One that has ended trains nothing.
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid, host: hostname() }));
    expect(() => finishedRun(folder)).toThrow('Take the run up: npx rlprompt optimize --resume');
  });
});

it('a run on other data is not taken up; the command that starts a new one is one for the shell', () => {
  const task = {
    specFile: '/my data/a.prompt-task.json',
    spec: {},
    data: { 'train.csv': 'a' },
    models: {},
    settings: {},
  } as unknown as RunTask;
  expect(() => refuseChanges(task, { ...task, data: { 'train.csv': 'b' } })).toThrow(
    "Start a new one: npx rlprompt optimize '/my data/a.prompt-task.json'",
  );
});

describe('a run that ends for want of scores', () => {
  const failing = (error: Error) => () => Promise.reject(error);

  it.each([new ServerError('broken', 'server.noLogprobs', []), new ScoringError('method.noRowScored', { rows: 2 })])(
    '%s can be taken up from its checkpoint',
    async (error) => {
      const run = new RunFolder(folder);
      await expect(resumable(run, failing(error))).rejects.toBe(error);
      expect(shown).toEqual([]);
      writeFileSync(run.file('checkpoint'), '');
      await expect(resumable(run, failing(error))).rejects.toBe(error);
      expect(shown).toEqual([`The run can be taken up from its last checkpoint: npx rlprompt optimize --resume '${folder}'`]);
    },
  );
});
