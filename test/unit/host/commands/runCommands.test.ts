import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunHead } from '../../../../src/run/view/runView';
import type { Panels } from '../../../../src/host/panel/panels';
import type { Runs } from '../../../../src/host/runs/runs';

const { told, typed } = vi.hoisted(() => ({ told: [] as string[], typed: { next: undefined as string | undefined } }));
vi.mock('vscode', async () => {
  const editor = await import('../editor');
  const tell = (message: string) => {
    told.push(message);
    return Promise.resolve(undefined);
  };
  return { ...editor, window: { showInformationMessage: tell, showQuickPick: () => tell('which run?'), showInputBox: () => typed.next } };
});

const { runCommands } = await import('../../../../src/host/commands/runCommands');

const head = (more: Partial<RunHead> = {}): RunHead =>
  ({ id: '/runs/a', name: 'small', specFile: '/x/small.prompt-task.json', state: 'finished', created: '2026-01-01', ...more }) as RunHead;

function commands(heads: readonly RunHead[] = []) {
  const label = vi.fn<Runs['label']>(() => Promise.resolve());
  const get = (id: string) => Promise.resolve({ head: heads.find((one) => one.id === id) });
  const runs = { current: undefined, list: () => Promise.resolve(heads), get, label } as unknown as Runs;
  const all = runCommands(runs, { active: undefined } as unknown as Panels);
  return { run: (command: string, id?: string) => all[command]!(id), label };
}

beforeEach(() => {
  told.length = 0;
});

describe('commands without a run', () => {
  it.each(['rlprompt.pauseRun', 'rlprompt.continueRun', 'rlprompt.stopRun'])('%s says so', async (command) => {
    await commands().run(command);
    expect(told).toEqual(['No run is training.']);
  });

  it.each(['rlprompt.revealRun', 'rlprompt.renameRun', 'rlprompt.pinRun'])('%s says so, or asks which', async (command) => {
    await commands().run(command);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('has no such run yet');
    told.length = 0;
    await commands([head()]).run(command);
    expect(told).toEqual(['which run?']);
  });
});

describe('a run', () => {
  it.each([
    [' better ', { name: 'better', pinned: true }],
    ['', { pinned: true }],
    ['small', { pinned: true }],
  ])('gets the name %j and keeps its pin', async (name, expected) => {
    typed.next = name;
    const { label, run } = commands([head({ pinned: true })]);
    await run('rlprompt.renameRun', '/runs/a');
    expect(label).toHaveBeenCalledWith('/runs/a', expected);
  });

  it('is left as it is if the user cancels', async () => {
    typed.next = undefined;
    const { label, run } = commands([head()]);
    await run('rlprompt.renameRun', '/runs/a');
    expect(label).not.toHaveBeenCalled();
  });

  it('is pinned and keeps its name', async () => {
    const { label, run } = commands([head({ name: 'mine' })]);
    await run('rlprompt.pinRun', '/runs/a');
    await run('rlprompt.unpinRun', '/runs/a');
    expect(label.mock.calls).toEqual([
      ['/runs/a', { name: 'mine', pinned: true }],
      ['/runs/a', { name: 'mine' }],
    ]);
  });
});
