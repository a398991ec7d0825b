import { drawn, readChoices, readUsage, type Choice, type TopToken } from './choices';
import type { Client } from './client';
import { scoreWords, type LabelWord } from './labelWords';
import { ServerError } from './serverError';
import { TokenMeter, type TextModel, type TextScore } from './textModel';

export interface Message {
  readonly role: 'system' | 'user';
  readonly content: string;
}

export interface ChatAsk {
  readonly maxTokens: number;
  readonly top?: number;
  readonly temperature?: number;
}

/** What a service calls the same thing, found out from its complaints: hosted reasoning models take other names and no temperature. */
interface Dialect {
  limit: 'max_tokens' | 'max_completion_tokens';
  temperature: boolean;
}

/** A chat model behind `/chat/completions`. */
export class Chat {
  private readonly dialect: Dialect = { limit: 'max_tokens', temperature: true };
  readonly meter = new TokenMeter();

  constructor(
    readonly client: Client,
    readonly model: string,
    private readonly systemMessage: string,
  ) {}

  messages(text: string): Message[] {
    const user: Message = { role: 'user', content: text };
    return this.systemMessage === '' ? [user] : [{ role: 'system', content: this.systemMessage }, user];
  }

  get identity(): readonly unknown[] {
    return [this.client.url, this.model, this.systemMessage];
  }

  async ask(messages: readonly Message[], ask: ChatAsk, signal?: AbortSignal, retries?: number): Promise<Choice> {
    for (;;) {
      try {
        return await this.send(messages, ask, signal, retries);
      } catch (error) {
        if (!this.adapt(error)) throw error;
      }
    }
  }

  /** The likeliest tokens at the start of the answer; undefined where the server gives no log-probabilities. */
  async top(messages: readonly Message[], top: number, signal?: AbortSignal, retries?: number): Promise<readonly TopToken[] | undefined> {
    const { top: found } = await this.ask(messages, { maxTokens: 1, top }, signal, retries);
    return drawn(found, async () => (await this.ask(messages, { maxTokens: 1, top, temperature: 1 }, signal)).top);
  }

  private send(messages: readonly Message[], ask: ChatAsk, signal: AbortSignal | undefined, retries: number | undefined): Promise<Choice> {
    const body = {
      model: this.model,
      messages,
      [this.dialect.limit]: ask.maxTokens,
      ...(this.dialect.temperature && { temperature: ask.temperature ?? 0 }),
      ...(ask.top !== undefined && { logprobs: true, top_logprobs: ask.top }),
    };
    const read = (answer: unknown): Choice => {
      const [choice] = readChoices(answer, 1);
      this.meter.add(readUsage(answer), 1);
      return choice!;
    };
    return this.client.post('/chat/completions', body, read, signal, retries);
  }

  /** Changes the dialect when a complaint names a field that has another name there; each change is made once. */
  private adapt(error: unknown): boolean {
    if (!(error instanceof ServerError) || error.failure !== 'request') return false;
    const { dialect } = this;
    if (dialect.limit === 'max_tokens' && error.message.includes('max_completion_tokens')) {
      dialect.limit = 'max_completion_tokens';
      return true;
    }
    if (dialect.temperature && /temperature/i.test(error.message)) {
      dialect.temperature = false;
      return true;
    }
    return false;
  }
}

/** Label words by the log-probabilities of the first token of a chat model's answer. */
export class ChatModel implements TextModel {
  readonly batch = 1;

  constructor(
    private readonly chat: Chat,
    private readonly words: readonly LabelWord[],
    private readonly top: number,
  ) {}

  get identity(): readonly unknown[] {
    return [...this.chat.identity, 'chat-logprobs', this.top, this.words];
  }

  get how(): string {
    return `label words are scored by their log-probabilities at the start of the chat model's answer, among the ${this.top} likeliest tokens`;
  }

  async score(texts: readonly string[], signal?: AbortSignal): Promise<TextScore[]> {
    const tops = await Promise.all(texts.map((text) => this.chat.top(this.chat.messages(text), this.top, signal)));
    return tops.map((top = []) => scoreWords(top, this.words, 'answer'));
  }

  tokensPerText(): number | undefined {
    return this.chat.meter.mean;
  }
}

/** What a chat model is told when the spec says nothing. */
export function defaultSystemMessage(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word.trim()));
  return `Continue the text with exactly one of these words and nothing else: ${quoted.join(', ')}.`;
}
