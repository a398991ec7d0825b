import type { PromptIds, RequestLog, RowSet, Spent } from './taskModel';

/** How texts are generated. */
export interface GenerationSettings {
  /** Tokens of a text at most. */
  readonly maxTokens: number;
  /** 0 always takes the most likely token. */
  readonly temperature: number;
  /** Sampling chooses among this many of the most likely tokens; null: among all. */
  readonly topK: number | null;
  /** A text ends before the first of these. */
  readonly stop: readonly string[];
  readonly seed: number;
}

/** Texts to generate: some samples for one prompt and one row. */
export interface Order {
  readonly ids: PromptIds;
  readonly row: number;
  /** Numbers of the samples: a sample's random numbers depend on its number, the seed, the prompt and the row, and on nothing else. */
  readonly samples: readonly number[];
}

/** A frozen language model that continues prompted inputs. */
export interface Generator {
  /** Names the model, the template and the settings: texts are kept under it. */
  readonly key: string;
  /** What requests took so far; absent where the model runs here. */
  readonly spent?: Spent;
  /** From here on, requests are those of a run; absent where the model runs here. */
  countFor?(run: RequestLog): void;
  rows(texts: readonly string[]): RowSet;
  /** The texts of each order, trimmed, by sample; undefined where the model failed. */
  generate(orders: readonly Order[], set: RowSet, signal?: AbortSignal): Promise<(string | undefined)[][]>;
  /** Frees native memory. */
  release(): Promise<void>;
}
