import { CodedError, word } from '../../wording/wording';
import { warning, type Note } from '../../wording/note';
import type { GenerationSettings } from '../generator';
import { chatMessages } from './chat';
import type { Client } from './client';
import { ServerError } from './serverError';
import type { Sent } from './textModel';
import { lengthOf, TokenCount } from './tokenCount';

/** Fields that not every server takes, in the order in which they are given up. */
const OPTIONAL = ['seed', 'top_k', 'n', 'temperature'] as const;
type Optional = (typeof OPTIONAL)[number];

/** Where a server writes texts. */
export type Way = 'completions' | 'chat';

/** Writes texts, somewhere else. */
export interface Writer {
  /** Texts in one request. */
  readonly perRequest: number;
  /** Up to `count` texts; fewer where fewer are given. @throws ServerError */
  write(text: Sent, count: number, seed: number, signal?: AbortSignal): Promise<string[]>;
  /** Tokens of the texts with what they continue. */
  readonly count: TokenCount;
  /** What the user should know about how the texts come about. */
  notes(): readonly Note[];
}

interface Written {
  readonly texts: string[];
  readonly tokens: number | undefined;
}

/** Writes texts on a server: completions of a text, or answers in a chat. */
export class TextWriter implements Writer {
  private limit = 'max_tokens';
  private readonly without = new Set<Optional>();
  readonly count = new TokenCount();
  /** Texts in one request; 1 until the server has shown that it takes more. */
  perRequest = 1;

  constructor(
    private readonly client: Client,
    private readonly model: string,
    readonly way: Way,
    private readonly systemMessage: string | undefined,
    private readonly settings: GenerationSettings,
  ) {}

  get identity(): readonly unknown[] {
    return [this.client.url, this.model, this.way, this.systemMessage ?? null];
  }

  notes(): Note[] {
    const ignored = OPTIONAL.filter((field) => field !== 'n' && this.without.has(field));
    return [
      word('server.writes', { way: this.way, perRequest: this.perRequest }),
      ...(ignored.length > 0 ? [warning('server.ignores', { fields: ignored })] : []),
    ];
  }

  /** Up to `count` texts; fewer where the server gives fewer. @throws ServerError */
  async write(text: Sent, count: number, seed: number, signal?: AbortSignal, retries?: number): Promise<string[]> {
    return (await this.writeCounted(text, count, seed, signal, retries)).texts;
  }

  /** The same with the tokens that the server counted for them and the text that they continue, if it did. */
  async writeCounted(text: Sent, count: number, seed: number, signal?: AbortSignal, retries?: number): Promise<Written> {
    for (;;) {
      const { maxTokens, temperature, topK, stop } = this.settings;
      const optional: Partial<Record<Optional, number>> = { seed, n: count, temperature, ...(topK !== null && { top_k: topK }) };
      const body = {
        model: this.model,
        ...(this.way === 'completions' ? { prompt: text } : { messages: chatMessages(this.systemMessage ?? '', text) }),
        [this.limit]: maxTokens,
        ...(stop.length > 0 && { stop }),
        ...Object.fromEntries(
          Object.entries(optional).filter(([name, value]) => !this.without.has(name as Optional) && !(name === 'n' && value === 1)),
        ),
      };
      const path = this.way === 'completions' ? '/completions' : '/chat/completions';
      const read = (answer: unknown): Written => this.read(answer, text, count);
      try {
        return await this.client.request(path, body, read, { signal, retries });
      } catch (error) {
        if (!this.adapt(error)) throw error;
      }
    }
  }

  private read(answer: unknown, sent: Sent, count: number): Written {
    const choices = (answer as { choices?: unknown } | null)?.choices;
    if (!Array.isArray(choices)) throw new CodedError('server.noChoices');
    const texts = (choices as { text?: unknown; message?: { content?: unknown } }[]).slice(0, count).map(({ text, message }) => {
      const written = typeof text === 'string' ? text : (message?.content ?? '');
      if (typeof written !== 'string') throw new CodedError('server.choiceText');
      return written;
    });
    return { texts, tokens: this.count.add(answer, texts.length, () => lengthOf(sent) + lengthOf(texts)) };
  }

  /** Drops or renames a field that a complaint names. */
  private adapt(error: unknown): boolean {
    if (!(error instanceof ServerError) || error.failure !== 'request') return false;
    if (this.limit === 'max_tokens' && error.message.includes('max_completion_tokens')) {
      this.limit = 'max_completion_tokens';
      return true;
    }
    const field = OPTIONAL.find((name) => !this.without.has(name) && new RegExp(`\\b${name}\\b`, 'i').test(error.message));
    if (field) this.without.add(field);
    return field !== undefined;
  }
}
