import type { ScoredPrompt } from '../search/prompt';
import type { PolicyStep, RandomStep, ReflectStep, SearchOrigin, StartsStep, StopReason } from '../search/search';

/** What a front end hears while the run works. */
export type RunEvent = JournalEvent | ProgressEvent;

/** Lines of a run's journal, `events.jsonl`. Numbers are plain JSON. */
export type JournalEvent =
  StartEvent | BaselineEvent | OutlookEvent | StartsEvent | PolicyStepEvent | ReflectStepEvent | RandomStepEvent | StageEvent | FinishEvent;

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
interface BaselineEvent extends ScoredPrompt {
  readonly event: 'baseline';
}

/** The first scores do not show that the task model beats always answering the most common class. The run continues all the same. */
export interface OutlookEvent {
  readonly event: 'outlook';
  readonly code: 'verdict.notAboveChanceSoFar';
  /** The best prompt so far on the pool, with an interval that holds for all prompts so far together. */
  readonly accuracy: number;
  readonly interval: readonly [low: number, high: number];
  /** Rows of the pool with a score. */
  readonly n: number;
  /** Accuracy of always answering the most common class of the pool. */
  readonly majority: number;
}

/** Seconds of the run so far, and milliseconds of a step's parts, are all that may differ between two equal runs. */
interface Timed {
  readonly seconds: number;
}

interface StartsEvent extends StartsStep, Timed {}

export interface PolicyStepEvent extends PolicyStep, Timed {}

export interface ReflectStepEvent extends ReflectStep, Timed {}

export interface RandomStepEvent extends RandomStep, Timed {}

/** `labels` chooses the label words, `baselines` scores the prompts that are there before the search. */
export type Stage = 'labels' | 'baselines' | SearchOrigin | 'ranking' | 'test' | 'finished';

/** How far a stage is, in queries: `done` of at most `total`. A few a second, and never in the journal. */
export interface ProgressEvent extends Timed {
  readonly event: 'progress';
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
}

interface StageEvent {
  readonly event: 'stage';
  readonly stage: Stage;
  /** Why the search ended. */
  readonly reason?: StopReason;
}

interface FinishEvent extends Timed {
  readonly event: 'finish';
  readonly best: string;
}
