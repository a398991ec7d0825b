/** Scores of the label words after one text. */
export interface TextScore {
  /** [K] log-probabilities, up to a constant; −∞ for all where the model's answer is none of the label words. */
  readonly logits: readonly number[];
  /** Label words that the server did not report: they score as the least token that it did. */
  readonly missing: number;
}

/** A model that is given texts, not tokens, and scores the label words after each. */
export interface TextModel {
  /** All that its scores hang on beside the text: server, model, way of asking, label words. Never a key. */
  readonly identity: readonly unknown[];
  /** Texts that go into one request. */
  readonly batch: number;
  /** How scores come about, in a sentence without a full stop. */
  readonly how: string;
  /** One request of at most `batch` texts. @throws ServerError once it has been sent as often as it may be */
  score(texts: readonly string[], signal?: AbortSignal): Promise<readonly TextScore[]>;
  /** Tokens of an average text with its answer, as the server counts them; undefined when it does not say. */
  tokensPerText(): number | undefined;
}

/** A running mean of what servers report about tokens. */
export class TokenMeter {
  private tokens = 0;
  private texts = 0;

  add(tokens: number | undefined, texts: number): void {
    if (tokens === undefined) return;
    this.tokens += tokens;
    this.texts += texts;
  }

  get mean(): number | undefined {
    return this.texts === 0 ? undefined : this.tokens / this.texts;
  }
}
