import type { Message } from '../../spec/template';
import type { ServerCall } from '../call';
import type { TokenCount } from './tokenCount';

/** Scores of the label words after one text. */
export interface TextScore {
  /** [K] log-probabilities, up to a constant; −∞ for all when the model's answer is none of the label words. */
  readonly logits: readonly number[];
  /** Number of label words that the server did not report: they score as the least likely token that it did. */
  readonly missing: number;
}

/** What is sent to a model: a text, or the messages of a chat. */
export type Sent = string | readonly Message[];

/** What names it in a cache, which holds either texts or chats. */
export function keyOf(sent: Sent): string {
  return typeof sent === 'string' ? sent : JSON.stringify(sent);
}

/** A model that takes texts, not tokens, and scores the label words after each. */
export interface TextModel {
  /** Everything that its scores depend on besides the text: server, model, way of scoring, label words. Never a key. */
  readonly identity: readonly unknown[];
  /** Texts per request. */
  readonly batch: number;
  /** How it scores, in a clause without a period. */
  readonly how: string;
  /** What becomes of messages that the model cannot take as they are. */
  readonly folded?: string | undefined;
  /** Sends one request of at most `batch` texts. @throws ServerError when retries do not help */
  score(texts: readonly Sent[], signal?: AbortSignal): Promise<readonly TextScore[]>;
  /** How other code gets these scores; absent where only VS Code can ask the model. */
  readonly call?: () => ServerCall;
  /** Tokens of the texts with their answers. */
  readonly count: TokenCount;
}
