import { beforeEach, describe, expect, it, vi } from 'vitest';
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
  const state = { models: [] as { vendor: string; family: string; id: string; name: string; sendRequest: (...request: never[]) => Promise<unknown> }[] };
  const selectChatModels = ({ vendor, family }: { vendor?: string; family?: string } = {}): Promise<unknown[]> =>
    Promise.resolve(state.models.filter((m) => (vendor ?? m.vendor) === m.vendor && (family ?? m.family) === m.family));
  const l10n = { t: (text: string, ...values: string[]): string => text.replace(/\{(\d)\}/g, (_, n: string) => values[Number(n)]!) };
  class CancellationTokenSource {
    readonly token = { isCancellationRequested: false };
    cancel = (): void => void (this.token.isCancellationRequested = true);
    dispose = (): void => undefined;
  }
  return { CancellationTokenSource, LanguageModelError, state, lm: { selectChatModels }, LanguageModelChatMessage: { User: (text: string) => text, Assistant: (text: string) => `assistant: ${text}` }, l10n };
});
vi.mock('vscode', () => editor);

const ask = (reference: string, { signal } = new AbortController()): Promise<string> =>
  askChatModel(reference, [{ role: 'user', content: 'x' }], signal);

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
  ])('finds %j by vendor and family, by family, by id, or takes any model', async (reference, expected) => {
    model('a', 'one', 'id-of-one');
    model('b', 'two', 'id-of-two');
    model('c', 'with/slash', 'id-of-three');
    expect(await ask(reference)).toBe(expected);
  });

  it("sends the assistant's messages as the assistant's", async () => {
    model('a', 'one', '1');
    const sent = vi.spyOn(editor.state.models[0]!, 'sendRequest');
    await askChatModel('', [{ role: 'user', content: 'x' }, { role: 'assistant', content: 'y' }, { role: 'user', content: 'z' }], new AbortController().signal);
    expect((sent.mock.calls as unknown[][])[0]![0]).toEqual(['x', 'assistant: y', 'z']);
  });

  it('names the available models, each once, if the model does not exist', async () => {
    await expect(ask('nobody/none')).rejects.toMatchObject({ reason: 'no-model', message: expect.stringContaining('Install an extension') as string });
    model('a', 'one', '1');
    model('a', 'one', '2');
    await expect(ask('nobody/none')).rejects.toMatchObject({
      reason: 'no-model',
      message: expect.stringMatching(/"nobody\/none".*: vscode-lm:a\/one\./) as string,
    });
  });

  it.each([
    [editor.LanguageModelError.NoPermissions('no'), 'no-consent', 'Manage Language Model Access'],
    [editor.LanguageModelError.NotFound('gone'), 'no-model', 'one'],
    [editor.LanguageModelError.Blocked('Your monthly quota is used up'), 'quota', 'quota'],
    [editor.LanguageModelError.Blocked('We cannot generate an answer to this'), 'blocked', 'cannot generate'],
    [new Error('429: rate limit reached'), 'quota', 'rate limit'],
    [new Error('socket hang up'), 'failed', 'socket hang up'],
  ])('gives the reason for %s', async (failure, reason, text) => {
    model('a', 'one', '1', failure);
    await expect(ask('a/one')).rejects.toMatchObject({ reason, message: expect.stringContaining(text) as string });
  });

  it('cancels its request when the engine aborts the question, and sends none once it is aborted', async () => {
    const tokens: { isCancellationRequested: boolean }[] = [];
    const sendRequest = (_request: unknown, _options: unknown, token: (typeof tokens)[number]): Promise<unknown> => {
      tokens.push(token);
      return new Promise((_, reject) => controller.signal.addEventListener('abort', () => reject(new Error('Canceled'))));
    };
    editor.state.models.push({ vendor: 'a', family: 'one', id: '1', name: 'one', sendRequest });
    const controller = new AbortController();
    const asked = ask('a/one', controller);
    await vi.waitFor(() => expect(tokens).toEqual([{ isCancellationRequested: false }]));
    controller.abort();
    await expect(asked).rejects.toThrow('Canceled');
    expect(tokens).toEqual([{ isCancellationRequested: true }]);
    await expect(ask('a/one', controller)).rejects.toThrow('aborted');
    expect(tokens).toHaveLength(1);
  });
});
