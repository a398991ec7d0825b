import limitTo from 'p-limit';
import type { ServerSettings } from '../../spec/schema';
import { CodedError } from '../../wording/wording';
import { Deadline, type Clock } from '../http';
import { answerModel, AnswerReader } from './answer';
import { chatMessages, defaultSystemMessage } from './chat';
import type { Opening } from './opening';
import type { ProbeTask } from './probe';
import { Retry } from './retry';
import { ServerError, type Failure } from './serverError';
import { EDITOR_SCHEME } from '../../spec/scheme';
import type { Sent, TextModel } from './textModel';
import { lengthOf, TokenCount } from './tokenCount';
import type { Message } from '../../spec/template';
import { word } from '../../wording/wording';

/** Asks one of the editor's own models; the host answers, and gives up when the signal aborts. */
export type Ask = (request: AskRequest, signal?: AbortSignal) => Promise<string>;

/** How the editor's models are reached. */
export interface EditorAccess {
  readonly ask?: Ask | undefined;
  readonly opening?: Opening | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AskRequest {
  /** What follows `vscode-lm:`: `VENDOR/FAMILY`, `FAMILY`, or nothing for any model. */
  readonly model: string;
  /** A host without the role "system" sends that message as the user's, before the others. */
  readonly messages: readonly Message[];
}

/** Why the editor's model gave no answer: the `reason` of the error that the host rejects with. */
export type AskFailure = 'no-model' | 'no-consent' | 'quota' | 'blocked' | 'failed';

/** The host could not get an answer. */
export class AskError extends CodedError<'server.askFailed'> {
  constructor(
    readonly reason: AskFailure,
    message: string,
  ) {
    super('server.askFailed', { message });
  }
}

/** One of the editor's models, for users. */
export function editorName(reference: string): string {
  return word('server.editorName', { model: reference.slice(EDITOR_SCHEME.length) });
}

/** Milliseconds that the host has to end a request that ran out of time. */
const GRACE = 10_000;

/** Opens a `vscode-lm:` model. @throws ServerError when there is no editor, no model or no consent */
export async function openEditorModel(
  reference: string,
  settings: ServerSettings,
  task: ProbeTask,
  { ask, opening, signal }: EditorAccess,
  clock: Clock,
): Promise<TextModel> {
  if (!ask) throw new ServerError('model', 'server.outsideEditor', [{ reference }]);
  const model = reference.slice(EDITOR_SCHEME.length).trim();
  const system = settings.systemMessage ?? defaultSystemMessage(task.words);
  const reader = new AnswerReader(task.words, task.labels, settings.answer);
  const chats = task.samples.some((sample) => typeof sample !== 'string');
  let folds = false;
  const messagesOf = (sent: Sent): readonly Message[] => {
    if (typeof sent === 'string') return chatMessages(system, sent);
    folds ||= sent.some(({ role }) => role === 'system');
    return withoutSystem(sent);
  };
  const identity = [reference, chats ? ['messages'] : system, 'answer', settings.answer ?? '', task.words, task.labels];
  const count = new TokenCount();
  const request = async (how: Ask, text: Sent, seconds: number | undefined, signal?: AbortSignal): Promise<string> => {
    const messages = messagesOf(text);
    const answer = await inTime(how, { model, messages }, seconds, signal);
    count.add(undefined, 1, () => lengthOf(messages) + answer.length);
    return answer;
  };
  // VS Code asks the user for consent on the first request: it waits for them, and is neither retried nor replayed.
  const first = answerModel(identity, reader, (text, signal) => request(ask, text, undefined, signal), count);
  await first.score(task.samples.slice(0, 1), signal);

  const keptAsk = opening?.asking(ask) ?? ask;
  const limit = limitTo(settings.concurrency);
  const retry = new Retry(settings.maxRetries, clock);
  const open = answerModel(
    identity,
    reader,
    (text, signal) => limit(() => retry.run(() => request(keptAsk, text, settings.timeoutSeconds, signal), signal)),
    count,
  );
  return {
    ...open,
    get folded() {
      return folds ? word('server.editorFolded') : undefined;
    },
  };
}

/** VS Code's models have no role "system": those messages become the beginning of the first message of the user. */
export function withoutSystem(messages: readonly Message[]): Message[] {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const others = messages.filter(({ role }) => role !== 'system');
  const first = others.findIndex(({ role }) => role === 'user');
  return others.map((message, i) => (i === first ? { ...message, content: [...system, message.content].join('\n\n') } : message));
}

/** Asks once. @param seconds unlimited when undefined. @throws ServerError */
export async function inTime(ask: Ask, request: AskRequest, seconds: number | undefined, signal: AbortSignal | undefined): Promise<string> {
  const deadline = new Deadline(seconds === undefined ? undefined : seconds * 1000, signal);
  const answer = ask(request, deadline.signal);
  try {
    return await deadline.race(answer);
  } catch (error) {
    signal?.throwIfAborted();
    if (!deadline.expired) throw understood(error, request.model);
    // A retry must not run beside the request that it replaces: one that does not end is not retried.
    if (await ended(answer, signal)) throw new ServerError('timeout', 'server.editorTimeout', [{ seconds: seconds! }]);
    throw new ServerError('blocked', 'server.editorStuck', [{ seconds: seconds! }]);
  } finally {
    deadline.stop();
  }
}

async function ended(answer: Promise<unknown>, signal: AbortSignal | undefined): Promise<boolean> {
  const grace = new Deadline(GRACE, signal);
  const settled = answer.then(
    () => true,
    () => true,
  );
  try {
    return await grace.race(settled);
  } catch {
    signal?.throwIfAborted();
    return false;
  } finally {
    grace.stop();
  }
}

/** Errors cross a process border on their way here: their `reason` counts, not their class. */
function understood(error: unknown, name: string): ServerError {
  const { reason, message: says = '' } = error as Partial<AskError>;
  const [failure, code] = (reason && MEANINGS[reason]) ?? MEANINGS.failed;
  return new ServerError(failure, code, [{ model: name, says }]);
}

const MEANINGS = {
  'no-model': ['model', 'server.editorNoModel'],
  'no-consent': ['key', 'server.editorNoConsent'],
  quota: ['quota', 'server.editorQuota'],
  blocked: ['blocked', 'server.editorBlocked'],
  failed: ['broken', 'server.editorFailed'],
} as const satisfies Record<AskFailure, [Failure, string]>;
