import { setTimeout as passed } from 'node:timers/promises';
import { parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import { STORED_KEYS } from '../../model/server/apiKey';
import { parseServerReference } from '../../model/server/reference';
import { OPENAI_SCHEME } from '../../spec/scheme';

const HUB_TOKEN = 'rlprompt.hubToken';
/** A locked keyring waits for the user; runs that need no key must not. */
const LONGEST_WAIT = 10_000;
/** JSON: keys by the addresses of their servers (`https://llm.example`). */
const SERVER_KEYS = 'rlprompt.serverKeys';

/**
 * The user's tokens and keys, in VS Code's SecretStorage. An engine process gets them through its environment; they are never
 * written to a file, a log or a message.
 */
export class Secrets implements vscode.Disposable {
  private values: Record<string, string> = {};
  private readonly subscription: vscode.Disposable;
  /** Resolves once the keys are read, or after ten seconds; never rejects. */
  readonly ready: Promise<void>;

  constructor(private readonly storage: vscode.SecretStorage) {
    this.subscription = storage.onDidChange(() => void this.tryLoad());
    this.ready = Promise.race([this.tryLoad(), passed(LONGEST_WAIT, undefined, { ref: false })]);
  }

  /** For an engine's environment; overrides that of VS Code. */
  get environment(): Readonly<Record<string, string>> {
    return this.values;
  }

  async setHubToken(): Promise<void> {
    const { t } = vscode.l10n;
    const token = await askSecret(t('Hugging Face token'), t('For private and gated models. Leave empty to remove it.'));
    if (token === undefined) return;
    if (token === '') await this.storage.delete(HUB_TOKEN);
    else await this.storage.store(HUB_TOKEN, token);
    await this.load();
  }

  /** Stores a key for the address of one server. */
  async setServerKey(): Promise<void> {
    const { t } = vscode.l10n;
    const address = await vscode.window.showInputBox({
      title: t('API key of an inference server'),
      prompt: t('The address of the server. RLPrompt sends the key only there.'),
      value: openSpecServer() ?? 'https://api.openai.com/v1',
      ignoreFocusOut: true,
      validateInput: (text) => (originOf(text) === undefined ? t('Enter an address such as https://llm.example/v1.') : undefined),
    });
    const origin = address === undefined ? undefined : originOf(address);
    if (origin === undefined) return;
    const key = await askSecret(t('API key of {0}', origin), t('Stored in VS Code’s secret storage. Leave empty to remove it.'));
    if (key === undefined) return;
    const keys = new Map(Object.entries(JSON.parse((await this.storage.get(SERVER_KEYS)) ?? '{}') as Record<string, string>));
    if (key === '') keys.delete(origin);
    else keys.set(origin, key);
    await this.storage.store(SERVER_KEYS, JSON.stringify(Object.fromEntries(keys)));
    await this.load();
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** If the storage cannot be read, keeps the keys as they were and warns the user. */
  private async tryLoad(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void vscode.window.showWarningMessage(vscode.l10n.t('RLPrompt could not read the stored tokens and keys: {0}', reason));
    }
  }

  private async load(): Promise<void> {
    const [token, keys] = await Promise.all([this.storage.get(HUB_TOKEN), this.storage.get(SERVER_KEYS)]);
    this.values = { ...(token !== undefined && { HF_TOKEN: token }), ...(keys !== undefined && { [STORED_KEYS]: keys }) };
  }
}

async function askSecret(title: string, prompt: string): Promise<string | undefined> {
  return (await vscode.window.showInputBox({ title, prompt, password: true, ignoreFocusOut: true }))?.trim();
}

function originOf(address: string): string | undefined {
  try {
    const { protocol, origin } = new URL(address.trim());
    return protocol === 'https:' || protocol === 'http:' ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** The server of the spec in the active editor. */
function openSpecServer(): string | undefined {
  const text = vscode.window.activeTextEditor?.document.getText() ?? '';
  const { taskModel } = (parse(text.length < 100_000 ? text : '') ?? {}) as { taskModel?: unknown };
  if (typeof taskModel !== 'string' || !taskModel.startsWith(OPENAI_SCHEME)) return undefined;
  try {
    return parseServerReference(taskModel).url;
  } catch {
    return undefined;
  }
}
