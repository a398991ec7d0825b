import { drawn, readChoices, readUsage, type Choice, type TopToken } from './choices';
import type { Client } from './client';
import { scoreWords, type LabelWord } from './labelWords';
import { TokenMeter, type TextModel, type TextScore } from './textModel';

/** A language model behind `/completions`. */
export class Completions {
  readonly meter = new TokenMeter();

  constructor(
    readonly client: Client,
    readonly model: string,
  ) {}

  /** What the model writes after each text, in one request. */
  ask(
    texts: readonly string[],
    ask: { readonly maxTokens: number; readonly top?: number; readonly temperature?: number },
    signal?: AbortSignal,
    retries?: number,
  ): Promise<Choice[]> {
    const body = {
      model: this.model,
      prompt: texts.length === 1 ? texts[0] : texts,
      max_tokens: ask.maxTokens,
      temperature: ask.temperature ?? 0,
      ...(ask.top !== undefined && { logprobs: ask.top }),
    };
    const read = (answer: unknown): Choice[] => {
      const choices = readChoices(answer, texts.length);
      this.meter.add(readUsage(answer), texts.length);
      return choices;
    };
    return this.client.post('/completions', body, read, signal, retries);
  }

  /** The likeliest tokens after each text; undefined where the server gives no log-probabilities. */
  async tops(texts: readonly string[], top: number, signal?: AbortSignal, retries?: number): Promise<(readonly TopToken[] | undefined)[]> {
    const choices = await this.ask(texts, { maxTokens: 1, top }, signal, retries);
    const again = async (text: string): Promise<Choice['top']> =>
      (await this.ask([text], { maxTokens: 1, top, temperature: 1 }, signal))[0]!.top;
    return Promise.all(choices.map((choice, i) => drawn(choice.top, () => again(texts[i]!))));
  }
}

/** Label words by their log-probabilities right after the text: what a language model scores by itself. */
export class CompletionModel implements TextModel {
  constructor(
    private readonly completions: Completions,
    private readonly words: readonly LabelWord[],
    private readonly top: number,
    readonly batch: number,
  ) {}

  get identity(): readonly unknown[] {
    const { client, model } = this.completions;
    return [client.url, model, 'completion-logprobs', this.top, this.words];
  }

  get how(): string {
    return `label words are scored by their log-probabilities after the text, among the ${this.top} likeliest tokens`;
  }

  async score(texts: readonly string[], signal?: AbortSignal): Promise<TextScore[]> {
    const tops = await this.completions.tops(texts, this.top, signal);
    return tops.map((top = []) => scoreWords(top, this.words, 'text'));
  }

  tokensPerText(): number | undefined {
    return this.completions.meter.mean;
  }
}
