/**
 * How code outside RLPrompt calls a task model to get the scores that a run measured: plain data, kept in `result.json`.
 * Label words are in the order of the classes.
 */
export type ModelCall = ServerCall | TokenCall;

/** Requests to an OpenAI-compatible server. */
export interface ServerCall {
  /** `chat-answer` and `text-answer` read the class out of what the model writes. */
  readonly way: 'completion-logprobs' | 'chat-logprobs' | 'chat-answer' | 'text-answer';
  /** Base address, without a slash at its end. */
  readonly url: string;
  readonly model: string;
  /** The environment variable with the key; absent where none was sent. */
  readonly keyVariable?: string;
  /** Log-probabilities to request, and the beginning of each label word that is looked for among them. */
  readonly top?: number;
  readonly firsts?: readonly string[];
  /** System message of chats; empty for none. */
  readonly systemMessage?: string;
  /** What the server calls the limit on tokens, and whether it takes a temperature. */
  readonly limit?: 'max_tokens' | 'max_completion_tokens';
  readonly temperature?: boolean;
  /** Of a written answer: its longest length in tokens, and the pattern that finds the label, if the spec has one. */
  readonly maxTokens?: number;
  readonly pattern?: string;
}

/** A graph that runs where the code runs. */
export interface TokenCall {
  readonly way: 'tokens';
  /** `OWNER/NAME` on the Hugging Face hub with its commit, or the absolute path of a folder. */
  readonly model: string;
  readonly revision?: string;
  /** Relative to the model: its tokenizer, its graph, and the other files that the graph needs. */
  readonly tokenizer: string;
  readonly graph: string;
  readonly weights: readonly string[];
  readonly kind: 'causal' | 'masked';
  readonly maskId?: number;
  readonly logits: string;
  /** The token of each label word. */
  readonly labelIds: readonly number[];
  /** Tokens that fit beside the prompt; absent where there is no limit. Longer texts lose tokens of the input. */
  readonly room?: number;
  /** Index of the first token that is cut, or, from the end, of the first one after the input. */
  readonly cut: { readonly start: number } | { readonly end: number };
  /** Position of the first token, and sizes of an empty KV cache, where the graph asks for them. */
  readonly firstPosition: number;
  readonly past?: Readonly<Record<string, readonly number[]>>;
}
