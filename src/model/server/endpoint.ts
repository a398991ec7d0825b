import type { ServerCall } from '../call';
import { drawn, readChoices, readUsage, type Choice } from './choices';
import type { Client } from './client';

/** What to ask a model for. */
export interface Wanted {
  readonly maxTokens: number;
  /** Number of likeliest tokens to report. */
  readonly top?: number;
  readonly temperature?: number;
  readonly signal?: AbortSignal | undefined;
  /** Fewer retries than the client's own. */
  readonly retries?: number | undefined;
}

/** One address of a server, and the tokens that its answers report. */
export class Endpoint {
  private tokens = 0;
  private texts = 0;

  constructor(
    readonly client: Client,
    readonly model: string,
    private readonly path: string,
  ) {}

  get call(): Pick<ServerCall, 'url' | 'model'> {
    return { url: this.client.url, model: this.model };
  }

  /** One request for `count` texts. */
  protected post(body: object, count: number, wanted: Wanted): Promise<Choice[]> {
    const read = (answer: unknown): Choice[] => {
      const choices = readChoices(answer, count);
      const tokens = readUsage(answer);
      if (tokens !== undefined) [this.tokens, this.texts] = [this.tokens + tokens, this.texts + count];
      return choices;
    };
    return this.client.request(this.path, { model: this.model, ...body }, read, wanted);
  }

  /** Mean tokens of a text with its answer; undefined when the server does not report them. */
  readonly tokensPerText = (): number | undefined => (this.texts === 0 ? undefined : this.tokens / this.texts);
}

/** A language model behind `/completions`. */
export class Completions extends Endpoint {
  constructor(client: Client, model: string) {
    super(client, model, '/completions');
  }

  /** What the model writes after each text, in one request. */
  ask(texts: readonly string[], wanted: Wanted): Promise<Choice[]> {
    const body = {
      prompt: texts.length === 1 ? texts[0] : texts,
      max_tokens: wanted.maxTokens,
      temperature: wanted.temperature ?? 0,
      ...(wanted.top !== undefined && { logprobs: wanted.top }),
    };
    return this.post(body, texts.length, wanted);
  }

  /** The likeliest tokens after each text; undefined when the server reports no log-probabilities. */
  async tops(texts: readonly string[], top: number, signal?: AbortSignal, retries?: number): Promise<Choice['top'][]> {
    const choices = await this.ask(texts, { maxTokens: 1, top, signal, retries });
    const again = async (text: string): Promise<Choice['top']> =>
      (await this.ask([text], { maxTokens: 1, top, temperature: 1, signal }))[0]!.top;
    return Promise.all(choices.map((choice, i) => drawn(choice.top, () => again(texts[i]!))));
  }
}
