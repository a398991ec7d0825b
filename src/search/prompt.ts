import type { PromptIds } from '../model/taskModel';

/** A prompt, made once from its ids. The names are those of `result.json`. */
export interface Prompt {
  /** The text that goes into the template's `{prompt}`. */
  readonly prompt: string;
  /** The text of each token. */
  readonly pieces: readonly string[];
  /** Its ids in the task model's tokenizer; the journal leaves them out. */
  readonly tokens?: PromptIds;
}

/** What a prompt that a search by reflection found is made of: an instruction, examples from the training data, or both. */
export type PromptForm = 'instruction' | 'both' | 'examples';

/** A prompt with its scores. */
export interface ScoredPrompt extends Prompt {
  /** Of a search by reflection. */
  readonly form?: PromptForm;
  /** Mean gap over the rows that steer the choice. */
  readonly gap: number;
  /** The score to expect on new rows, from those: the ranking goes by it where every prompt has it, else by the gap. */
  readonly choice?: number;
  readonly train: SplitScore;
  readonly validation: SplitScore;
  /** Where a row model filled in part of the pool (train and validation rows together). */
  readonly filledIn?: FilledIn;
}

export interface FilledIn {
  /** Rows of the pool that were scored. */
  readonly rows: number;
  /** Scored rows that would leave the same uncertainty: at least `rows`, at most the pool. */
  readonly worth: number;
}

/** Scores on one split. */
export interface SplitScore {
  readonly reward: number;
  readonly gap: number;
  readonly accuracy: number;
  /** Rows without a score. */
  readonly missing?: number;
}
