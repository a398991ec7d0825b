import { readChoices, readUsage, type Choice } from './choices';
import type { Client } from './client';
import { scoreWords, type LabelWord } from './labelWords';
import { TokenMeter, type TextModel, type TextScore } from './textModel';

/** Asks `/completions` for the one token after each text, with the likeliest tokens of its place. */
export function askCompletions(
  client: Client,
  model: string,
  texts: readonly string[],
  ask: { readonly maxTokens: number; readonly top?: number },
  meter?: TokenMeter,
  signal?: AbortSignal,
  retries?: number,
): Promise<Choice[]> {
  const body = {
    model,
    prompt: texts.length === 1 ? texts[0] : texts,
    max_tokens: ask.maxTokens,
    temperature: 0,
    ...(ask.top !== undefined && { logprobs: ask.top }),
  };
  const read = (answer: unknown): Choice[] => {
    const choices = readChoices(answer, texts.length);
    meter?.add(readUsage(answer), texts.length);
    return choices;
  };
  return client.post('/completions', body, read, signal, retries);
}

/** Label words by their log-probabilities right after the text: what a language model scores by itself. */
export class CompletionModel implements TextModel {
  private readonly meter = new TokenMeter();

  constructor(
    private readonly client: Client,
    private readonly model: string,
    private readonly words: readonly LabelWord[],
    private readonly top: number,
    readonly batch: number,
  ) {}

  get identity(): readonly unknown[] {
    return [this.client.url, this.model, 'completion-logprobs', this.top, this.words];
  }

  get how(): string {
    return `label words are scored by their log-probabilities after the text, among the ${this.top} likeliest tokens`;
  }

  async score(texts: readonly string[], signal?: AbortSignal): Promise<TextScore[]> {
    const choices = await askCompletions(this.client, this.model, texts, { maxTokens: 1, top: this.top }, this.meter, signal);
    return choices.map(({ top }) => scoreWords(top ?? [], this.words, 'text'));
  }

  tokensPerText(): number | undefined {
    return this.meter.mean;
  }
}
