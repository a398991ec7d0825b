import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Disposable, SecretStorage } from 'vscode';
import { Secrets } from '../../../../src/host/models/secrets';

const editor = vi.hoisted(() => {
  const state = { answers: [] as (string | undefined)[], offered: [] as (string | undefined)[], warned: [] as string[], text: '' };
  const showInputBox = ({ value }: { value?: string }): Promise<string | undefined> => {
    state.offered.push(value);
    return Promise.resolve(state.answers.shift());
  };
  const window = {
    showInputBox,
    showWarningMessage: (text: string) => state.warned.push(text),
    get activeTextEditor() {
      return { document: { getText: () => state.text } };
    },
  };
  const t = (text: string, ...values: string[]): string => text.replace(/\{(\d)\}/g, (_, i: string) => values[Number(i)]!);
  return { state, window, l10n: { t } };
});
vi.mock('vscode', () => editor);

function storage(): SecretStorage & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const subscription: unknown = { dispose: () => undefined };
  return {
    kept,
    get: (key: string) => Promise.resolve(kept.get(key)),
    store: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
    delete: (key: string) => Promise.resolve(void kept.delete(key)),
    onDidChange: () => subscription as Disposable,
  };
}

const keys = (secrets: Secrets): unknown => JSON.parse(secrets.environment.RLPROMPT_SERVER_KEYS ?? '{}');

beforeEach(() => {
  editor.state.answers = [];
  editor.state.offered = [];
  editor.state.warned = [];
  editor.state.text = '';
});

describe('stored keys', () => {
  it('reach an engine through its environment, each server key under its own address', async () => {
    const secrets = new Secrets(storage());
    editor.state.answers = ['https://llm.example/v1', ' one ', 'http://localhost:8000', 'two', 'hf_token'];
    await secrets.setServerKey();
    await secrets.setServerKey();
    await secrets.setHubToken();
    expect(keys(secrets)).toEqual({ 'https://llm.example': 'one', 'http://localhost:8000': 'two' });
    expect(secrets.environment.HF_TOKEN).toBe('hf_token');
  });

  it('persist across windows, and can be removed one by one', async () => {
    const kept = storage();
    const first = new Secrets(kept);
    editor.state.answers = ['https://a.example', 'one', 'https://b.example', 'two', 'hf'];
    await first.setServerKey();
    await first.setServerKey();
    await first.setHubToken();
    const second = new Secrets(kept);
    await second.ready;
    expect(second.environment).toEqual(first.environment);
    editor.state.answers = ['https://a.example/other', '', ''];
    await second.setServerKey();
    await second.setHubToken();
    expect(keys(second)).toEqual({ 'https://b.example': 'two' });
    expect(second.environment.HF_TOKEN).toBeUndefined();
  });

  it('stay as they are if the user cancels', async () => {
    const secrets = new Secrets(storage());
    editor.state.answers = [undefined, 'https://a.example', undefined];
    await secrets.setServerKey();
    await secrets.setServerKey();
    expect(keys(secrets)).toEqual({});
  });

  it('offer the server of the spec in the active editor', async () => {
    editor.state.text = '{ // mine\n "taskModel": "openai:m@https://llm.example:8443/v1" }';
    await new Secrets(storage()).setServerKey();
    expect(editor.state.offered).toEqual(['https://llm.example:8443/v1']);
  });

  it('that cannot be read do not keep an engine from starting, and the user is warned', async () => {
    const broken = { ...storage(), get: () => Promise.reject(new Error('the keyring is locked')) };
    const secrets = new Secrets(broken);
    await secrets.ready;
    expect(secrets.environment).toEqual({});
    expect(editor.state.warned).toEqual([expect.stringContaining('the keyring is locked')]);
  });
});
