import * as vscode from 'vscode';
import type { AskFailure } from '../../model/server/editorModel';
import type { Message } from '../../model/server/chat';

/** Why VS Code's language model gave no answer, with what to do about it. */
export class ChatError extends Error {
  constructor(
    readonly reason: AskFailure,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Asks one of VS Code's language models; `reference` is what stands behind `vscode-lm:`: VENDOR/FAMILY, FAMILY, a model's id, or
 * nothing for any. VS Code itself asks the person for consent at the first request.
 * @throws ChatError
 */
export async function askChatModel(reference: string, messages: readonly Message[], signal: AbortSignal): Promise<string> {
  const model = await findModel(reference);
  if (!model) {
    const all = await vscode.lm.selectChatModels();
    const known = [...new Set(all.map(({ vendor, family }) => `vscode-lm:${vendor}/${family}`))].join(', ');
    throw new ChatError(
      'no-model',
      known
        ? `VS Code has no language model "${reference}". It has: ${known}.`
        : 'VS Code has no language model. Install an extension that brings one, such as GitHub Copilot Chat, and sign in.',
    );
  }
  signal.throwIfAborted();
  const cancel = new vscode.CancellationTokenSource();
  const abort = (): void => cancel.cancel();
  signal.addEventListener('abort', abort);
  try {
    const request = messages.map(({ content }) => vscode.LanguageModelChatMessage.User(content));
    const justification = vscode.l10n.t('RLPrompt scores prompts by the answers of this model.');
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
  // With a vendor only that one's extension is woken.
  const [named] = rest.length === 0 ? [] : await vscode.lm.selectChatModels({ vendor: vendor!, family: rest.join('/') });
  if (named) return named;
  const all = await vscode.lm.selectChatModels();
  return all.find(({ family, id }) => reference === '' || family === reference || id === reference);
}

/** How providers say that no more may be asked; VS Code has no code for it. */
const QUOTA = /\bquota\b|\brate.?limit|too many requests/i;

function chatError(error: unknown, model: string): ChatError {
  if (error instanceof vscode.LanguageModelError) {
    if (error.code === vscode.LanguageModelError.NoPermissions.name)
      return new ChatError('no-consent', `RLPrompt may not use ${model}: allow it under “Manage Language Model Access” and start again.`);
    if (error.code === vscode.LanguageModelError.NotFound.name) return new ChatError('no-model', `${model} is gone; choose another model.`);
    if (error.code === vscode.LanguageModelError.Blocked.name)
      return new ChatError(
        QUOTA.test(error.message) ? 'quota' : 'blocked',
        `${model} refused a request: ${error.message}`,
      );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ChatError(QUOTA.test(message) ? 'quota' : 'failed', `${model} failed: ${message}`);
}
