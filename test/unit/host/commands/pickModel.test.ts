import { describe, expect, it, vi } from 'vitest';
import { fakeServer, send } from '../../model/server/fakeServer';

const { picked } = vi.hoisted(() => ({
  picked: { items: [] as { label: string; description?: string }[], answers: [] as (string | undefined)[] },
}));
vi.mock('vscode', async () => {
  const editor = await import('../editor');
  const showQuickPick = (items: { label: string }[]) => {
    picked.items = items;
    const label = picked.answers.shift();
    return Promise.resolve(items.find((one) => one.label.includes(label ?? '…none…')));
  };
  const selectChatModels = () => Promise.resolve([{ name: 'Copilot', vendor: 'copilot', family: 'gpt-4o' }]);
  const fetches = { ...editor, QuickPickItemKind: { Separator: -1 }, ProgressLocation: {}, lm: { selectChatModels } };
  const showInputBox = ({ validateInput }: { validateInput: (text: string) => string | undefined }) => {
    const text = picked.answers.shift();
    return Promise.resolve(text !== undefined && validateInput(text) === undefined ? text : undefined);
  };
  const showOpenDialog = () => Promise.resolve([{ fsPath: '/work/models/mine' }]);
  return { ...fetches, window: { showQuickPick, showInputBox, showOpenDialog } };
});

const { askModel, localModels } = await import('../../../../src/host/commands/pickModel');

const ask = (...answers: (string | undefined)[]): Promise<string | undefined> => {
  picked.answers = answers;
  return askModel('/work/tasks/a.prompt-task.json', 'bundled:masked');
};

describe('the task model that a user picks', () => {
  it.each([
    [['bundled:causal'], 'bundled:causal'],
    [['Model Folder'], 'folder:../models/mine'],
    [['Server Address', 'llama3.2@http://localhost:11434'], 'openai:llama3.2@http://localhost:11434'],
    [['Server Address', 'no address'], undefined],
    [['Hugging Face', 'owner/name'], 'hf:owner/name'],
    [['Hugging Face', 'name'], undefined],
    [["VS Code's", 'Copilot'], 'vscode-lm:copilot/gpt-4o'],
    [[undefined], undefined],
  ])('%j is %j', async (answers, expected) => {
    expect(await ask(...answers)).toBe(expected);
  });

  it('is called a small demonstration model where it is one, and the current one is marked', async () => {
    await ask(undefined);
    const about = Object.fromEntries(picked.items.map(({ label, description }) => [label, description]));
    expect(about['bundled:causal']).toBe('small demonstration model');
    expect(about['bundled:masked']).toBe('small demonstration model · current');
  });
});

describe('servers on this computer', () => {
  it('are found by their lists of models; other ports and other programs have none', async () => {
    const one = await fakeServer((_, response) => send(response, 200, { data: [{ id: 'llama3.2' }, { id: 7 }, { id: 'qwen' }] }));
    const other = await fakeServer((_, response) => send(response, 200, '<html>'));
    const closed = await fakeServer((_, response) => send(response, 404, {}));
    const found = await localModels([
      [one.port, 'Ollama'],
      [other.port, 'x'],
      [closed.port, 'y'],
      [1, 'nothing'],
    ]);
    const url = `http://127.0.0.1:${one.port}`;
    expect(found).toEqual([
      { model: 'llama3.2', server: 'Ollama', url },
      { model: 'qwen', server: 'Ollama', url },
    ]);
    expect(one.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models']);
  });
});
