import type { TrainerState } from '../../method/trainer';
import type { ScorerState } from '../../method/scorer';
import type { Candidate } from '../../search/selection';
import type { StageEvent, StopReason } from '../events';

/** One scorer for each origin and split that may be chosen on: caches and counts are apart. */
export const SCORERS = ['manualTrain', 'manualValidation', 'policyTrain', 'policyValidation', 'randomTrain', 'randomValidation'] as const;
export type ScorerName = (typeof SCORERS)[number];

export type Stage = StageEvent['stage'];

/** All that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  readonly stage: Stage;
  readonly stopped: StopReason;
  readonly seconds: number;
  readonly trainer: TrainerState;
  /** Mean reward of every step. */
  readonly rewards: readonly number[];
  readonly bestValidation: number;
  readonly sinceBest: number;
  readonly sameSteps: number;
  readonly ranked: readonly Candidate[];
  readonly randomRanked: readonly Candidate[];
  readonly scorers: Readonly<Record<ScorerName, ScorerState>>;
  readonly random: { readonly step: number; readonly state: readonly number[] };
}

const EVERY = 10;
const SHARE = 1 / 20;

/** When to write a checkpoint: every ten steps, unless writing would take more than a twentieth of the time. */
export class CheckpointPace {
  private written = { at: 0, cost: 0 };

  due(step: number, seconds: number): boolean {
    return step % EVERY === 0 && seconds - this.written.at >= this.written.cost / SHARE;
  }

  wrote(at: number, cost: number): void {
    this.written = { at, cost };
  }
}
