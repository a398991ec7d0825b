import { drawn, readChoices, readUsage, type Choice } from './choices';
import type { Client } from './client';
import { TokenMeter } from './textModel';

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

/** A language model behind `/completions`. */
export class Completions {
  readonly meter = new TokenMeter();

  constructor(
    readonly client: Client,
    readonly model: string,
  ) {}

  /** What the model writes after each text, in one request. */
  ask(texts: readonly string[], wanted: Wanted): Promise<Choice[]> {
    const body = {
      model: this.model,
      prompt: texts.length === 1 ? texts[0] : texts,
      max_tokens: wanted.maxTokens,
      temperature: wanted.temperature ?? 0,
      ...(wanted.top !== undefined && { logprobs: wanted.top }),
    };
    const read = (answer: unknown): Choice[] => {
      const choices = readChoices(answer, texts.length);
      this.meter.add(readUsage(answer), texts.length);
      return choices;
    };
    return this.client.request('/completions', body, read, wanted);
  }

  /** The likeliest tokens after each text; undefined when the server reports no log-probabilities. */
  async tops(texts: readonly string[], top: number, signal?: AbortSignal, retries?: number): Promise<Choice['top'][]> {
    const choices = await this.ask(texts, { maxTokens: 1, top, signal, retries });
    const again = async (text: string): Promise<Choice['top']> =>
      (await this.ask([text], { maxTokens: 1, top, temperature: 1, signal }))[0]!.top;
    return Promise.all(choices.map((choice, i) => drawn(choice.top, () => again(texts[i]!))));
  }
}
