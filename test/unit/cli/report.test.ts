import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noteLine, progress } from '../../../src/cli/frontEnd';
import { finishedRun, report } from '../../../src/cli/report';
import { smallResult } from '../run/smallResult';

let folder: string;
let shown: string[];
let printed: string;

beforeEach(() => {
  // A space, as in many people's folders.
  folder = join(mkdtempSync(join(tmpdir(), 'rlprompt-report-')), 'my run');
  mkdirSync(folder);
  writeFileSync(join(folder, 'task.json'), JSON.stringify({ specFile: '/x/small.prompt-task.json', spec: {} }));
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

  it.each(['text', 'csv', 'markdown'] as const)('are told by report as %s, beside the table', async (format) => {
    const spec = { taskModel: 'bundled:causal', policyModel: 'bundled:causal', template: '{input} {prompt}', prompt: { length: 2 } };
    const settings = { steps: 3, queryBudget: 1000 };
    const task = { format: 1, specFile: 'small.prompt-task.json', spec, settings, seed: 0, random: true, created: '2026-01-01T00:00:00Z' };
    writeFileSync(join(folder, 'task.json'), JSON.stringify(task));
    writeFileSync(join(folder, 'result.json'), JSON.stringify(smallResult({ notes })));
    expect(await report({ name: 'report', folder, format, file: undefined })).toBe(0);
    expect(shown).toEqual(notes.map(noteLine));
    for (const [i, note] of notes.entries()) expect(shown[i]).toContain(note);
    expect(printed).toContain('Overall');
    for (const note of notes) expect(printed).not.toContain(note);
  });
});

describe('a run without a result', () => {
  /** What is said of it: that it can be resumed, by a command for the shell, or who trains it. */
  const said = (): { resume: boolean; trainer: string | undefined } => {
    let message = '';
    expect(() => {
      try {
        finishedRun(folder);
      } catch (error) {
        ({ message } = error as Error);
        throw error;
      }
    }).toThrow(folder);
    return {
      resume: message.endsWith(`npx rlprompt optimize --resume '${folder}'`),
      trainer: /pid \d+( on \w+)?/.exec(message)?.[0],
    };
  };

  it('can be resumed: the command is one for the shell', () => {
    expect(said()).toEqual({ resume: true, trainer: undefined });
  });

  it('that another process trains names the process', () => {
    // This process's parent lives, whoever it is.
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    expect(said()).toEqual({ resume: false, trainer: `pid ${process.ppid}` });
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 7, host: 'elsewhere' }));
    expect(said()).toEqual({ resume: false, trainer: 'pid 7 on elsewhere' });
    // One that has ended trains nothing.
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid, host: hostname() }));
    expect(said()).toEqual({ resume: true, trainer: undefined });
  });
});
