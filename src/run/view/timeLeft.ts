import type { PolicyStepEvent, RandomStepEvent } from '../events';

/** Steps that the estimate is made from. */
const RECENT = 20;

/** What ends training, and whether random search comes after it. */
export interface Horizon {
  readonly steps: number;
  readonly queryBudget: number;
  readonly random: boolean;
}

/** Estimates the seconds left in a run from the pace of its latest steps. */
export class TimeLeft {
  private recent: PolicyStepEvent[] = [];

  /** Until training ends by steps or by queries, whichever is first; null until there are enough steps. */
  afterStep(event: PolicyStepEvent, { steps, queryBudget, random }: Horizon): number | null {
    this.recent.push(event);
    if (this.recent.length > RECENT) this.recent.shift();
    const [first, last] = [this.recent[0]!, event];
    const done = last.step - first.step;
    if (done < 3) return null;
    const perStep = (last.seconds - first.seconds) / done;
    const queriesPerStep = (last.queries.computed - first.queries.computed) / done;
    const byQueries = (queryBudget - last.queries.computed) / Math.max(1, queriesPerStep);
    const left = Math.max(0, Math.min(steps - last.step, byQueries));
    // Random search takes the time that the rewards of all steps take.
    const rewardShare = last.milliseconds.reward / 1000 / Math.max(1e-6, perStep);
    const search = random ? (last.step + left) * perStep * Math.min(1, rewardShare) : 0;
    return left * perStep + search;
  }

  /** Random search asks as many queries as training did. */
  afterRandomBatch({ seconds, queries }: RandomStepEvent): number {
    const last = this.recent.at(-1);
    if (!last) return 0;
    const rate = queries.computed / Math.max(1e-3, seconds - last.seconds);
    return Math.max(0, (last.queries.computed - queries.computed) / Math.max(1, rate));
  }
}
