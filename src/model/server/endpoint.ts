import type { ServerCall } from '../call';
import { drawn, readChoices, type Choice } from './choices';
import type { Client } from './client';
import { lengthOf, TokenCount } from './tokenCount';

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
  readonly count = new TokenCount();

  constructor(
    readonly client: Client,
    readonly model: string,
    private readonly path: string,
  ) {}

  get call(): Pick<ServerCall, 'url' | 'model'> {
    return { url: this.client.url, model: this.model };
  }

  /** One request for `count` texts. */
  protected post(body: { readonly prompt?: unknown; readonly messages?: unknown }, count: number, wanted: Wanted): Promise<Choice[]> {
    const read = (answer: unknown): Choice[] => {
      const choices = readChoices(answer, count);
      this.count.add(answer, count, () => lengthOf(body.prompt ?? body.messages) + choices.reduce((sum, { text }) => sum + text.length, 0));
      return choices;
    };
    return this.client.request(this.path, { model: this.model, ...body }, read, wanted);
  }
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
