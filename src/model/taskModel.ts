/** A prompt as the task model's token ids. */
export type PromptIds = readonly number[];

/** A prompt and some rows. */
export interface RowsOfPrompt {
  readonly ids: PromptIds;
  readonly rows: readonly number[];
}

/** Rows of one split, laid out for the task model. */
export interface RowSet {
  readonly texts: readonly string[];
  /** Rows whose input was cut to fit the context. */
  readonly cut: number;
}

/** Tokens that a model elsewhere took. */
export interface Spent {
  readonly tokens: number;
  /** Whether its server counted them all; else a fourth of the characters stands for some. */
  readonly counted: boolean;
}

/** Keeps the requests of a run to a model elsewhere. */
export interface RequestLog {
  /** One is about to go out. */
  sent(): void;
  /** One has an end: its answer is kept, or it failed. */
  ended(): void;
}

/** A frozen language model that answers one question: how likely is each label word after a prompted input? */
export interface TaskModel {
  /** Names the model, the template and the label words: scores are kept under it. */
  readonly key: string;
  /** 1 where a row has a score in [0, 1] instead of classes: then it stands for the logits. */
  readonly classes: number;
  /** (Prompt, row) pairs answered so far; grows within a call, so that a long one can show how far it is. */
  readonly answered?: number;
  /** What requests took so far; absent where the model runs here. */
  readonly spent?: Spent | undefined;
  /** From here on, requests are those of a run; absent where the model runs here. */
  countFor?(run: RequestLog): void;
  /** Why the last row that failed did. */
  readonly failure?: string | undefined;
  /** @param references right outputs of each row, where a task has them */
  rows(texts: readonly string[], references?: readonly (readonly string[])[]): RowSet;
  /**
   * Label-word logits of every (prompt, row) pair: `result[p * rows.length + r]` holds the K logits of prompt p and row
   * `rows[r]`, so the whole is [prompts, rows, K]. A prompt is its ids in the task model's tokenizer.
   *
   * A model behind a server may fail on a row, whose logits are then NaN, or answer with none of the label words: −∞.
   */
  score(prompts: readonly (readonly number[])[], set: RowSet, rows: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
  /** Logits [rows, K] of prompts on rows of their own; where it exists, one call is faster than one of `score` for each prompt. */
  scoreEach?(jobs: readonly RowsOfPrompt[], set: RowSet, signal?: AbortSignal): Promise<Float32Array[]>;
  /** Frees native memory. */
  release(): Promise<void>;
}
