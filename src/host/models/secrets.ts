import * as vscode from 'vscode';

const SECRETS = [
  { key: 'rlprompt.hubToken', variable: 'HF_TOKEN' },
  { key: 'rlprompt.serverKey', variable: 'OPENAI_API_KEY' },
] as const;

/**
 * Tokens and keys of the person's, in VS Code's SecretStorage. An engine process gets them through its environment;
 * they are never written to a file, a log or a message.
 */
export class Secrets implements vscode.Disposable {
  private values: Record<string, string> = {};
  private readonly subscription: vscode.Disposable;

  constructor(private readonly storage: vscode.SecretStorage) {
    this.subscription = storage.onDidChange(() => void this.load());
    void this.load();
  }

  /** For an engine's environment; what the environment of VS Code itself holds gives way. */
  get environment(): Readonly<Record<string, string>> {
    return this.values;
  }

  setHubToken(): Promise<void> {
    return this.ask(SECRETS[0].key, vscode.l10n.t('Hugging Face token'), vscode.l10n.t('For private and gated models. Empty to forget it.'));
  }

  setServerKey(): Promise<void> {
    return this.ask(
      SECRETS[1].key,
      vscode.l10n.t('API key of the inference server'),
      vscode.l10n.t('Sent to the server that a spec names under taskModel, and nowhere else. Empty to forget it.'),
    );
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async ask(key: string, title: string, prompt: string): Promise<void> {
    const value = await vscode.window.showInputBox({ title, prompt, password: true, ignoreFocusOut: true });
    if (value === undefined) return;
    if (value === '') await this.storage.delete(key);
    else await this.storage.store(key, value);
    await this.load();
  }

  private async load(): Promise<void> {
    const found = await Promise.all(SECRETS.map(async ({ key, variable }) => [variable, await this.storage.get(key)] as const));
    this.values = Object.fromEntries(found.filter((entry): entry is [typeof entry[0], string] => entry[1] !== undefined));
  }
}
