import type { ScoredPrompt } from '../../search/prompt';
import type { Finalist, GivenRows, Queries, SearchOrigin, StopReason } from '../../search/search';
import type { Spent } from '../../model/taskModel';
import type { ProposerUse, TokenUse } from '../result/result';
import type { Stage } from '../events';
import type { Note } from '../../wording/note';

/** Version 0.1.0 wrote checkpoints without a format. */
export const CHECKPOINT_FORMAT = 2;

/** All that a run needs to continue as if it had never stopped. */
export interface Checkpoint {
  readonly format: typeof CHECKPOINT_FORMAT;
  readonly stage: Stage;
  readonly seconds: number;
  /** Prompts that are there before the search: none, and the user's. */
  readonly baselines: readonly ScoredPrompt[];
  /** Why the search ended, and the mean reward of each of its steps. */
  readonly stopped: StopReason;
  readonly means: readonly number[];
  /** What those prompts gave on each row, where a search needs that. */
  readonly given?: readonly GivenRows[];
  /** Searches that are done. */
  readonly found: readonly Found[];
  /** The user asked for the ranking before the searches had ended. */
  readonly cut?: boolean | undefined;
  /** The state of the search under way, in its own form. */
  readonly search: unknown;
  /** What the task model had taken when the search under way began, or the next one begins; absent where it runs here. */
  readonly spentAtSearch?: Spent | undefined;
}

/** What a search found. */
export interface Found {
  readonly origin: SearchOrigin;
  /** Without those of the given prompts. */
  readonly queries: Queries;
  readonly prompts: readonly Finalist[];
  /** Why it ended; absent for a control and in checkpoints of earlier versions. */
  readonly stopped?: StopReason | undefined;
  /** What the model that proposed prompts took. */
  readonly proposer?: ProposerUse | undefined;
  readonly notes?: readonly Note[] | undefined;
  readonly taskModel?: TokenUse | undefined;
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
