import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SecretStorage } from 'vscode';
import { Secrets } from '../../../../src/host/models/secrets';

const warnings: string[] = [];
vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...values: string[]) => text.replace(/\{(\d)\}/g, (_, i: string) => values[Number(i)]!) },
  window: { showWarningMessage: (text: string) => warnings.push(text) },
}));
beforeEach(() => void warnings.splice(0));

function storage(get: (name: string) => Promise<string | undefined>): SecretStorage {
  const onDidChange = (): { dispose(): void } => ({ dispose: () => undefined });
  return { get, onDidChange } as unknown as SecretStorage;
}

describe('stored tokens and keys', () => {
  it('are there when an engine may start', async () => {
    const slow = storage(async (name) => {
      await new Promise((done) => setTimeout(done, 20));
      return name === 'rlprompt.hubToken' ? 'hf_token' : undefined;
    });
    const secrets = new Secrets(slow);
    await secrets.ready;
    expect(secrets.environment).toEqual({ HF_TOKEN: 'hf_token' });
    expect(warnings).toEqual([]);
  });

  it('that cannot be read keep no engine from starting, and the person is told', async () => {
    const secrets = new Secrets(storage(() => Promise.reject(new Error('the keyring is locked'))));
    await secrets.ready;
    expect(secrets.environment).toEqual({});
    expect(warnings).toEqual(['The stored tokens and keys could not be read: the keyring is locked']);
  });
});
