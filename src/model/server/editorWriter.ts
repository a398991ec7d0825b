import limitTo from 'p-limit';
import type { ServerSettings } from '../../spec/schema';
import { EDITOR_SCHEME } from '../../spec/scheme';
import type { Note } from '../../wording/note';
import { word } from '../../wording/wording';
import type { Clock } from '../http';
import { chatMessages } from './chat';
import { inTime, withoutSystem, type Ask, type EditorAccess } from './editorModel';
import { Retry } from './retry';
import { ServerError } from './serverError';
import type { Sent } from './textModel';
import { lengthOf, TokenCount } from './tokenCount';
import type { Writer } from './textWriter';

/** The longest text: these models take no limit themselves. */
interface Length {
  readonly tokens: number;
  cut(text: string): string;
}

/** Writes texts with one of VS Code's models, which takes messages and no settings. */
export class EditorWriter implements Writer {
  readonly perRequest = 1;
  readonly count = new TokenCount();
  private readonly model: string;
  private readonly limit: ReturnType<typeof limitTo>;
  private readonly retry: Retry;
  private consented = false;
  /** Whether a chat had a system message, which these models have no role for. */
  private folded = false;

  private constructor(
    reference: string,
    private readonly settings: ServerSettings,
    private ask: Ask,
    private readonly length: Length,
    clock: Clock,
  ) {
    this.model = reference.slice(EDITOR_SCHEME.length).trim();
    this.limit = limitTo(settings.concurrency);
    this.retry = new Retry(settings.maxRetries, clock);
  }

  /** Asks for a first text, so that the user consents. @throws ServerError where there is no editor, no model or no consent */
  static async open(
    reference: string,
    settings: ServerSettings,
    { ask, opening, signal }: EditorAccess,
    length: Length,
    clock: Clock,
    text: Sent,
  ): Promise<EditorWriter> {
    if (!ask) throw new ServerError('model', 'server.outsideEditor', [{ reference }]);
    const writer = new EditorWriter(reference, settings, ask, length, clock);
    await writer.write(text, 1, 0, signal);
    writer.consented = true;
    if (opening) writer.ask = opening.asking(ask);
    return writer;
  }

  async write(text: Sent, _count: number, _seed: number, signal?: AbortSignal): Promise<string[]> {
    const messages = this.messages(text);
    // VS Code asks the user for consent on the first request: it waits for them, and is neither retried nor replayed.
    const request = (seconds?: number): Promise<string> => inTime(this.ask, { model: this.model, messages }, seconds, signal);
    const answer = this.consented
      ? await this.limit(() => this.retry.run(() => request(this.settings.timeoutSeconds), signal))
      : await request();
    this.count.add(undefined, 1, () => lengthOf(messages) + answer.length);
    return [this.length.cut(answer)];
  }

  notes(): Note[] {
    return [word('server.editorWrites', { tokens: this.length.tokens }), ...(this.folded ? [word('server.editorFolded')] : [])];
  }

  private messages(text: Sent): ReturnType<typeof chatMessages> {
    if (typeof text === 'string') return chatMessages(this.settings.systemMessage ?? '', text);
    this.folded ||= text.some(({ role }) => role === 'system');
    return withoutSystem(text);
  }
}
