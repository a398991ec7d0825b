import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pageActions, type PageServices } from '../../../../src/host/panel/pageActions';
import type { Runs } from '../../../../src/host/runs/runs';
import { RunViewBuilder } from '../../../../src/run/view/view';

const editor = vi.hoisted(() => ({ copied: [] as string[], selected: '', opened: [] as [path: string, line: number][] }));
vi.mock('vscode', async () => ({
  ...(await import('../editor')),
  env: { clipboard: { writeText: (text: string) => Promise.resolve(editor.copied.push(text)) } },
  Range: class {
    constructor(
      readonly from: number,
      readonly to: number,
    ) {}
  },
  Position: class {
    constructor(readonly line: number) {}
  },
  workspace: {
    asRelativePath: (path: string) => path,
    openTextDocument: ({ fsPath }: { fsPath: string }) => {
      const text = readFileSync(fsPath, 'utf8');
      return Promise.resolve({ getText: () => text, positionAt: (offset: number) => offset });
    },
  },
  window: {
    setStatusBarMessage: () => undefined,
    showErrorMessage: (message: string) => expect.unreachable(message),
    showTextDocument: (
      document: { getText?: () => string; fsPath: string },
      { selection: { from, to } }: { selection: { from: number | { line: number }; to: number } },
    ) => {
      if (typeof from === 'number') editor.selected = document.getText!().slice(from, to);
      else editor.opened.push([document.fsPath, from.line]);
    },
  },
}));

let id: string;
beforeEach(() => {
  id = mkdtempSync(join(tmpdir(), 'rlprompt-actions-'));
  editor.copied.length = 0;
});
afterEach(() => rmSync(id, { recursive: true, force: true }));

async function copiedCommand(search: object): Promise<string> {
  const settings = { steps: 400, queryBudget: 400_000 };
  const task = {
    format: 1,
    specFile: '/project/a.prompt-task.json',
    spec: { search, taskModel: 'bundled:causal', prompt: { length: 3 } },
    seed: 7,
    random: false,
    threads: 2,
    settings,
  };
  writeFileSync(join(id, 'task.json'), JSON.stringify(task));
  const runs = { get: () => Promise.resolve(new RunViewBuilder(id, 'a', '/project/a.prompt-task.json')) } as unknown as Runs;
  const { copyCommand } = pageActions(runs, { commandLine: '/ext/dist/cli.js' } as PageServices, id);
  await copyCommand(undefined, new AbortController().signal);
  return editor.copied.at(-1)!;
}

it('copies a command with the steps and the budget that the run was started with', async () => {
  expect(await copiedCommand({ steps: 30, queryBudget: 5000 })).toBe(
    'node /ext/dist/cli.js optimize /project/a.prompt-task.json --seed 7 --length 3 --steps 30 --budget 5000 --no-random --threads 2',
  );
});

it('leaves steps and budget to the preset where the run did', async () => {
  expect(await copiedCommand({})).not.toMatch(/--steps|--budget/);
});

it.each([
  ['labels', '{ "a": "bad" }'],
  ['data', '{ "train": "a.csv" }'],
  ['model', '"bundled:causal"'],
] as const)('opens the spec at what to try next: %s', async (step, selected) => {
  const file = join(id, 'a.prompt-task.json');
  const spec =
    '{ // A comment.\n"data": { "train": "a.csv" }, "labels": { "a": "bad" }, "prompt": { "length": 2 }, "taskModel": "bundled:causal" }';
  const runs = { get: () => Promise.resolve(new RunViewBuilder(id, 'a', file)) } as unknown as Runs;
  const { editSpec } = pageActions(runs, {} as PageServices, id);
  const selectedIn = async (text: string): Promise<string> => {
    writeFileSync(file, text);
    await editSpec(step, new AbortController().signal);
    return editor.selected;
  };
  expect(await selectedIn(spec)).toBe(selected);
  // The parent of a field that the spec leaves out, or the whole spec.
  expect(await selectedIn('{ "prompt": {} }')).toBe('{ "prompt": {} }');
});

it('offers a run with a longer prompt', async () => {
  const builder = new RunViewBuilder(id, 'a', join(id, 'a.prompt-task.json'));
  const tried: unknown[] = [];
  const services = { tryLongerPrompt: (head: unknown) => Promise.resolve(tried.push(head)) } as unknown as PageServices;
  const { editSpec } = pageActions({ get: () => Promise.resolve(builder) } as unknown as Runs, services, id);
  await editSpec('length', new AbortController().signal);
  expect(tried).toEqual([builder.head]);
});

it('runs the task again with other label words', async () => {
  const builder = new RunViewBuilder(id, 'a', join(id, 'a.prompt-task.json'));
  builder.set({ seed: 5 });
  const tried: unknown[] = [];
  const services = { tryLabelWords: (head: unknown) => Promise.resolve(tried.push(head)) } as unknown as PageServices;
  await pageActions({ get: () => Promise.resolve(builder) } as unknown as Runs, services, id).tryLabelWords(
    undefined,
    new AbortController().signal,
  );
  expect(tried).toEqual([builder.head]);
});

it('opens a held-out row in the file that the rows came from, and nothing before there are rows', async () => {
  const runs = { get: () => Promise.resolve(new RunViewBuilder(id, 'a', 'a.prompt-task.json')) } as unknown as Runs;
  const held = { classes: [], file: '/data/test.csv', rows: [], prompts: [] };
  const { heldOut, openRow } = pageActions(runs, { heldOut: () => Promise.resolve(held) } as unknown as PageServices, id);
  const { signal } = new AbortController();
  await openRow(7, signal);
  expect(editor.opened).toEqual([]);
  expect(await heldOut(undefined, signal)).toBe(held);
  await openRow(7, signal);
  expect(editor.opened).toEqual([['/data/test.csv', 6]]);
});
