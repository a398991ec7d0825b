import type { SplitScore } from './result';

/** Lines of a run's journal, `events.jsonl`, and what a front end is told while it runs. Numbers are plain JSON. */
export type RunEvent = StartEvent | BaselineEvent | PolicyStepEvent | RandomStepEvent | StageEvent | FinishEvent;

export interface StartEvent {
  readonly event: 'start';
  readonly seed: number;
  readonly actions: number;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly steps: number;
  readonly queryBudget: number;
  /** Whether random search on an equal budget comes after training. */
  readonly random: boolean;
}

/** A prompt with its scores on the rows that the ranking uses. */
export interface ScoredPrompt {
  readonly prompt: string;
  readonly pieces: readonly string[];
  /** Mean over train and validation rows together. */
  readonly gap: number;
  readonly train: SplitScore;
  readonly validation: SplitScore;
}

/** A prompt that was there before the search: none, or one of the user's. */
export interface BaselineEvent extends ScoredPrompt {
  readonly event: 'baseline';
}

export interface PolicyStepEvent {
  readonly event: 'step';
  readonly step: number;
  /** Mean and best reward of the step's prompts, and the spread that the z-score divides by. */
  readonly mean: number;
  readonly best: number;
  readonly spread: number;
  readonly bestPrompt: string;
  /** Prompts of the step that differ from each other. */
  readonly distinct: number;
  readonly entropy: number;
  readonly loss: number;
  readonly gradientNorm: number;
  /** The greedy prompt, every few steps. */
  readonly greedy?: ScoredPrompt;
  readonly queries: Queries;
  /** Seconds of the run so far, and milliseconds of the step's parts: all that may differ between two equal runs. */
  readonly seconds: number;
  readonly milliseconds: { readonly states: number; readonly policy: number; readonly reward: number; readonly update: number };
}

export interface RandomStepEvent {
  readonly event: 'random';
  readonly step: number;
  readonly mean: number;
  readonly best: number;
  readonly queries: Queries;
  readonly seconds: number;
}

export interface StageEvent {
  readonly event: 'stage';
  readonly stage: 'policy' | 'random' | 'ranking' | 'test' | 'finished';
  /** Why the stage before it ended. */
  readonly reason?: StopReason;
}

export interface FinishEvent {
  readonly event: 'finish';
  readonly best: string;
  readonly seconds: number;
}

export interface Queries {
  readonly asked: number;
  readonly computed: number;
}

export type StopReason = 'steps' | 'budget' | 'converged' | 'patience' | 'time' | 'storage';
