import type { ScoredPrompt } from '../search/prompt';
import type { PolicyStep, RandomStep, SearchOrigin, StopReason } from '../search/search';

/** Lines of a run's journal, `events.jsonl`, and what a front end hears while the run works. Numbers are plain JSON. */
export type RunEvent = StartEvent | BaselineEvent | PolicyStepEvent | RandomStepEvent | StageEvent | FinishEvent;

export interface StartEvent {
  readonly event: 'start';
  readonly seed: number;
  readonly actions: number;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly steps: number;
  readonly queryBudget: number;
  /** Whether random search on an equal budget follows. */
  readonly random: boolean;
}

/** A prompt that is there before the search: none, or one of the user's. */
export interface BaselineEvent extends ScoredPrompt {
  readonly event: 'baseline';
}

/** Seconds of the run so far, and milliseconds of a step's parts, are all that may differ between two equal runs. */
interface Timed {
  readonly seconds: number;
}

export interface PolicyStepEvent extends PolicyStep, Timed {}

export interface RandomStepEvent extends RandomStep, Timed {}

export type Stage = SearchOrigin | 'ranking' | 'test' | 'finished';

export interface StageEvent {
  readonly event: 'stage';
  readonly stage: Stage;
  /** Why the search ended. */
  readonly reason?: StopReason;
}

export interface FinishEvent extends Timed {
  readonly event: 'finish';
  readonly best: string;
}
