import type { ServerSettings } from '../../spec/schema';
import { AnswerReader } from './answer';
import { AnswerModel } from './answerModel';
import { defaultSystemMessage, type Message } from './chat';
import type { Clock } from './clock';
import { Limit } from './limit';
import type { ProbeTask } from './probe';
import { Retry } from './retry';
import { ServerError, type Failure } from './serverError';
import type { TextModel } from './textModel';

export const EDITOR_SCHEME = 'vscode-lm:';

/** Asks one of the editor's own models; the host answers. */
export type Ask = (request: AskRequest, signal?: AbortSignal) => Promise<string>;

export interface AskRequest {
  /** What stands behind `vscode-lm:`: `VENDOR/FAMILY`, `FAMILY`, or nothing for any model. */
  readonly model: string;
  /** The host may have no role "system": it then sends such a message as the user's, before the others. */
  readonly messages: readonly Message[];
}

/** Why the editor's model gave no answer: what the host says in the `reason` of the error that it rejects with. */
export type AskFailure = 'no-model' | 'no-consent' | 'quota' | 'blocked' | 'failed';

/** An answer that the host could not give. */
export class AskError extends Error {
  constructor(
    readonly reason: AskFailure,
    message: string,
  ) {
    super(message);
    this.name = 'AskError';
  }
}

/** Opens a `vscode-lm:` model. @throws ServerError when there is no editor, no model or no consent */
export async function openEditorModel(
  reference: string,
  settings: ServerSettings,
  task: ProbeTask,
  ask: Ask | undefined,
  clock: Clock,
  signal?: AbortSignal,
): Promise<TextModel> {
  if (!ask)
    throw new ServerError(
      'model',
      `${reference} is one of VS Code's own models and can only be asked inside VS Code: run the task there. On the command line, take a bundled model, a folder, or a server (openai:MODEL@URL).`,
    );
  const model = reference.slice(EDITOR_SCHEME.length).trim();
  const system = settings.systemMessage ?? defaultSystemMessage(task.words);
  const request = (text: string): AskRequest => {
    const user: Message = { role: 'user', content: text };
    return { model, messages: system === '' ? [user] : [{ role: 'system', content: system }, user] };
  };
  const reader = new AnswerReader(task.words, task.labels, settings.answer);
  const identity = [reference, system, 'answer', settings.answer ?? '', task.words, task.labels];
  // VS Code asks the person for consent on the first request: it waits for them, and their answer is not asked for again.
  const first = new AnswerModel(identity, reader, (text, signal) => inTime(ask, request(text), undefined, signal));
  await first.score(task.samples.slice(0, 1), signal);

  const limit = new Limit(settings.concurrency);
  const retry = new Retry(settings.maxRetries, clock);
  return new AnswerModel(identity, reader, (text, signal) =>
    limit.run(() => retry.run(() => inTime(ask, request(text), settings.timeoutSeconds, signal), signal)),
  );
}

/** @param seconds no limit when undefined */
async function inTime(ask: Ask, request: AskRequest, seconds: number | undefined, signal: AbortSignal | undefined): Promise<string> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    if (seconds === undefined) return;
    timer = setTimeout(
      () => reject(new ServerError('timeout', `The editor's model gave no answer within ${seconds} s (server.timeoutSeconds).`)),
      seconds * 1000,
    );
  });
  try {
    return await Promise.race([ask(request, controller.signal), late]);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ServerError ? error : understood(error, request.model);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** Errors cross a process border on their way here: their `reason` counts, not their class. */
function understood(error: unknown, model: string): ServerError {
  const { reason, message } = error as Partial<AskError>;
  const says = message === undefined || message === '' ? '' : ` It says: ${JSON.stringify(message)}.`;
  const [failure, sentence] = (MEANINGS.get(reason) ?? FAILED)(model === '' ? 'a model' : `the model ${JSON.stringify(model)}`);
  return new ServerError(failure, sentence + says);
}

type Meaning = (model: string) => [Failure, string];
const FAILED: Meaning = (model) => ['broken', `VS Code could not ask ${model}.`];
const MEANINGS = new Map<string | undefined, Meaning>(
  Object.entries({
    'no-model': (model) => [
      'model',
      `VS Code does not have ${model}. Install or sign in to an extension that brings models (such as GitHub Copilot), or name another: vscode-lm:VENDOR/FAMILY, or vscode-lm: for any.`,
    ],
    'no-consent': (model) => [
      'key',
      `RLPrompt may not use ${model}. VS Code asks for your consent when a run starts; grant it there, or in "Manage Language Model Access" of the Accounts menu.`,
    ],
    quota: (model) => [
      'quota',
      `VS Code will not ask ${model} any more: its quota is used up. Wait until it is renewed, then take the run up again, or lower search.queryBudget.`,
    ],
    blocked: (model) => ['blocked', `VS Code's provider refused to have ${model} answer one of the texts.`],
    failed: FAILED,
  } satisfies Record<AskFailure, Meaning>),
);
