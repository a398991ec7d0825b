import * as vscode from 'vscode';
import type { AskFailure } from '../../model/server/editorModel';
import type { Message } from '../../spec/template';

/** Why a language model of VS Code gave no answer, and what to do. */
class ChatError extends Error {
  constructor(
    readonly reason: AskFailure,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Asks one of VS Code's language models. VS Code itself asks the user for consent on the first request.
 * @param reference the part after `vscode-lm:`: VENDOR/FAMILY, FAMILY, a model's id, or empty for any model
 * @throws ChatError
 */
export async function askChatModel(reference: string, messages: readonly Message[], signal: AbortSignal): Promise<string> {
  const { t } = vscode.l10n;
  const model = await findModel(reference);
  if (!model) {
    const all = await vscode.lm.selectChatModels();
    const known = [...new Set(all.map(({ vendor, family }) => `vscode-lm:${vendor}/${family}`))].join(', ');
    throw new ChatError(
      'no-model',
      known
        ? t('VS Code has no language model "{0}". Available: {1}.', reference, known)
        : t('VS Code has no language model. Install an extension that provides one, such as GitHub Copilot Chat, and sign in.'),
    );
  }
  signal.throwIfAborted();
  const cancel = new vscode.CancellationTokenSource();
  const abort = (): void => cancel.cancel();
  signal.addEventListener('abort', abort);
  try {
    const request = messages.map(({ role, content }) =>
      role === 'assistant' ? vscode.LanguageModelChatMessage.Assistant(content) : vscode.LanguageModelChatMessage.User(content),
    );
    const justification = t('RLPrompt scores prompts by the answers of this model.');
    const response = await model.sendRequest(request, { justification }, cancel.token);
    let text = '';
    for await (const part of response.text) text += part;
    return text;
  } catch (error) {
    throw chatError(error, model.name);
  } finally {
    signal.removeEventListener('abort', abort);
    cancel.dispose();
  }
}

async function findModel(reference: string): Promise<vscode.LanguageModelChat | undefined> {
  const [vendor, ...rest] = reference.split('/');
  // With a vendor, VS Code activates only that vendor's extension.
  const [named] = rest.length === 0 ? [] : await vscode.lm.selectChatModels({ vendor: vendor!, family: rest.join('/') });
  if (named) return named;
  const all = await vscode.lm.selectChatModels();
  return all.find(({ family, id }) => reference === '' || family === reference || id === reference);
}

/** How providers word an exhausted quota, for which VS Code has no code. */
const QUOTA = /\bquota\b|\brate.?limit|too many requests/i;

function chatError(error: unknown, model: string): ChatError {
  const { t } = vscode.l10n;
  if (error instanceof vscode.LanguageModelError) {
    if (error.code === vscode.LanguageModelError.NoPermissions.name)
      return new ChatError('no-consent', t('RLPrompt may not use {0}. Allow it with “Manage Language Model Access”, then start again.', model));
    if (error.code === vscode.LanguageModelError.NotFound.name) return new ChatError('no-model', t('{0} is no longer available. Choose another model.', model));
    if (error.code === vscode.LanguageModelError.Blocked.name)
      return new ChatError(
        QUOTA.test(error.message) ? 'quota' : 'blocked',
        t('{0} refused a request: {1}', model, error.message),
      );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ChatError(QUOTA.test(message) ? 'quota' : 'failed', t('{0} failed: {1}', model, message));
}
