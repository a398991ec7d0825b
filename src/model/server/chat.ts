import type { ServerCall } from '../call';
import { drawn, type Choice } from './choices';
import type { Client } from './client';
import { Endpoint, type Wanted } from './endpoint';
import { ServerError } from './serverError';
import type { Message } from '../../spec/template';
import type { Sent } from './textModel';

/** The messages that ask for an answer to a text; an empty system message is left out. A chat is sent as it is. */
export function chatMessages(system: string, text: Sent): readonly Message[] {
  if (typeof text !== 'string') return text;
  const user: Message = { role: 'user', content: text };
  return system === '' ? [user] : [{ role: 'system', content: system }, user];
}

/** The system message when the spec has none. */
export function defaultSystemMessage(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word.trim()));
  return `Continue the text with exactly one of these words and nothing else: ${quoted.join(', ')}.`;
}

/** A chat model behind `/chat/completions`. */
export class Chat extends Endpoint {
  /** Names of fields, learned from complaints: hosted reasoning models use another name for the limit and take no temperature. */
  private readonly dialect: { limit: NonNullable<ServerCall['limit']>; temperature: boolean } = { limit: 'max_tokens', temperature: true };

  constructor(
    client: Client,
    model: string,
    /** For texts; undefined where all that is sent are chats. */
    private readonly systemMessage: string | undefined,
  ) {
    super(client, model, '/chat/completions');
  }

  /** What a request of this server looks like, as far as it has been found out. */
  override get call(): Pick<ServerCall, 'url' | 'model' | 'systemMessage' | 'limit' | 'temperature'> {
    const { systemMessage } = this;
    return { ...super.call, systemMessage: systemMessage ?? '', ...this.dialect };
  }

  messages(text: Sent): readonly Message[] {
    return chatMessages(this.systemMessage ?? '', text);
  }

  get identity(): readonly unknown[] {
    return [this.client.url, this.model, this.systemMessage ?? ['messages']];
  }

  async ask(messages: readonly Message[], wanted: Wanted): Promise<Choice> {
    for (;;) {
      const body = {
        messages,
        [this.dialect.limit]: wanted.maxTokens,
        ...(this.dialect.temperature && { temperature: wanted.temperature ?? 0 }),
        ...(wanted.top !== undefined && { logprobs: true, top_logprobs: wanted.top }),
      };
      try {
        return (await this.post(body, 1, wanted))[0]!;
      } catch (error) {
        if (!this.adapt(error)) throw error;
      }
    }
  }

  /** The likeliest tokens at the start of the answer; undefined when the server reports no log-probabilities. */
  async top(messages: readonly Message[], top: number, signal?: AbortSignal, retries?: number): Promise<Choice['top']> {
    const { top: found } = await this.ask(messages, { maxTokens: 1, top, signal, retries });
    return drawn(found, async () => (await this.ask(messages, { maxTokens: 1, top, temperature: 1, signal })).top);
  }

  /** Changes the dialect when a complaint names a field that the service calls something else; each change is made once. */
  private adapt(error: unknown): boolean {
    if (!(error instanceof ServerError) || error.failure !== 'request') return false;
    const { dialect } = this;
    if (dialect.limit === 'max_tokens' && error.message.includes('max_completion_tokens')) dialect.limit = 'max_completion_tokens';
    else if (dialect.temperature && /temperature/i.test(error.message)) dialect.temperature = false;
    else return false;
    return true;
  }
}
