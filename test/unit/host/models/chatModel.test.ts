import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CancellationToken } from 'vscode';
import { askChatModel } from '../../../../src/host/models/chatModel';

const editor = vi.hoisted(() => {
  class LanguageModelError extends Error {
    constructor(
      message: string,
      readonly code: string,
    ) {
      super(message);
    }
    static NoPermissions = (message: string): LanguageModelError => new LanguageModelError(message, 'NoPermissions');
    static NotFound = (message: string): LanguageModelError => new LanguageModelError(message, 'NotFound');
    static Blocked = (message: string): LanguageModelError => new LanguageModelError(message, 'Blocked');
  }
  const state = { models: [] as { vendor: string; family: string; id: string; name: string; sendRequest: () => Promise<unknown> }[] };
  const selectChatModels = ({ vendor, family }: { vendor?: string; family?: string } = {}): Promise<unknown[]> =>
    Promise.resolve(state.models.filter((m) => (vendor ?? m.vendor) === m.vendor && (family ?? m.family) === m.family));
  const l10n = { t: (text: string): string => text };
  return { LanguageModelError, state, lm: { selectChatModels }, LanguageModelChatMessage: { User: (text: string) => text }, l10n };
});
vi.mock('vscode', () => editor);

const token = {} as CancellationToken;
const ask = (reference: string): Promise<string> => askChatModel(reference, [{ role: 'user', content: 'x' }], token);

/** A model that writes its own name in two pieces, or fails. */
function model(vendor: string, family: string, id: string, failure?: Error): void {
  const sendRequest = (): Promise<unknown> =>
    failure
      ? Promise.reject(failure)
      : Promise.resolve({
          text: (async function* () {
            yield await Promise.resolve(`${vendor}/`);
            yield family;
          })(),
        });
  editor.state.models.push({ vendor, family, id, name: family, sendRequest });
}

beforeEach(() => {
  editor.state.models = [];
});

describe("VS Code's language models", () => {
  it.each([
    ['b/two', 'b/two'],
    ['two', 'b/two'],
    ['id-of-two', 'b/two'],
    ['c/with/slash', 'c/with/slash'],
    ['', 'a/one'],
  ])('%j is found by vendor and family, by family, by id, or is any', async (reference, expected) => {
    model('a', 'one', 'id-of-one');
    model('b', 'two', 'id-of-two');
    model('c', 'with/slash', 'id-of-three');
    expect(await ask(reference)).toBe(expected);
  });

  it('a model that is not there: those that are get named, each once', async () => {
    await expect(ask('nobody/none')).rejects.toMatchObject({ reason: 'no-model', message: expect.stringContaining('Install an extension') as string });
    model('a', 'one', '1');
    model('a', 'one', '2');
    await expect(ask('nobody/none')).rejects.toMatchObject({
      reason: 'no-model',
      message: 'VS Code has no language model "nobody/none". It has: vscode-lm:a/one.',
    });
  });

  it.each([
    [editor.LanguageModelError.NoPermissions('no'), 'no-consent', 'Manage Language Model Access'],
    [editor.LanguageModelError.NotFound('gone'), 'no-model', 'is gone'],
    [editor.LanguageModelError.Blocked('Your monthly quota is used up'), 'quota', 'quota'],
    [editor.LanguageModelError.Blocked('We cannot generate an answer to this'), 'blocked', 'refused'],
    [new Error('429: rate limit reached'), 'quota', 'rate limit'],
    [new Error('socket hang up'), 'failed', 'socket hang up'],
  ])('%s is told as what it is', async (failure, reason, text) => {
    model('a', 'one', '1', failure);
    await expect(ask('a/one')).rejects.toMatchObject({ reason, message: expect.stringContaining(text) as string });
  });
});
