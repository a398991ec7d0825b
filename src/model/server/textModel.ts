/** Scores of the label words after one text. */
export interface TextScore {
  /** [K] log-probabilities, up to a constant; −∞ for all when the model's answer is none of the label words. */
  readonly logits: readonly number[];
  /** Number of label words that the server did not report: they score as the least likely token that it did. */
  readonly missing: number;
}

/** A model that takes texts, not tokens, and scores the label words after each. */
export interface TextModel {
  /** Everything that its scores depend on besides the text: server, model, way of scoring, label words. Never a key. */
  readonly identity: readonly unknown[];
  /** Texts per request. */
  readonly batch: number;
  /** How it scores, in a clause without a period. */
  readonly how: string;
  /** Sends one request of at most `batch` texts. @throws ServerError when retries do not help */
  score(texts: readonly string[], signal?: AbortSignal): Promise<readonly TextScore[]>;
  /** Mean tokens of a text with its answer, as the server counts them; undefined when it does not. */
  tokensPerText(): number | undefined;
}
