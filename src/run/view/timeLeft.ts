import type { PolicyStepEvent, ProgressEvent, RandomStepEvent } from '../events';

/** Steps that the estimate is made from. */
const RECENT = 20;
/** Seconds of a stage before its own pace counts. */
const SETTLED = 1;

/** What ends training, and what comes after it. */
export interface Horizon {
  readonly steps: number;
  readonly queryBudget: number;
  /** Whether random search follows. */
  readonly random: boolean;
  /** Queries of the held-out scores. */
  readonly test: number;
}

/** Prompts that get held-out scores beside the given ones: the search's ten best and random search's best. */
const RANKED = 11;

/** Queries of the held-out scores. @param given prompts that are there before the search, no prompt among them */
export function testQueries(given: number, rows: { readonly test: number } | undefined): number {
  return (RANKED + given) * (rows?.test ?? 0);
}

/** Estimates the seconds left in a run from the pace of its latest steps, and in a later stage from the stage's own pace. */
export class TimeLeft {
  private recent: PolicyStepEvent[] = [];
  /** The stage that last told its progress, and where it began. */
  private began: ProgressEvent | undefined;
  /** The last estimate, and when it was made. */
  private last: { readonly left: number; readonly at: number } | undefined;

  /** Until the run ends; training ends by steps or by queries, whichever is first. Null until there are enough steps. */
  afterStep(event: PolicyStepEvent, { steps, queryBudget, ...after }: Horizon): number | null {
    this.recent.push(event);
    if (this.recent.length > RECENT) this.recent.shift();
    const [first, last] = [this.recent[0]!, event];
    const done = last.step - first.step;
    if (done < 3) return null;
    const perStep = (last.seconds - first.seconds) / done;
    const queriesPerStep = (last.queries.computed - first.queries.computed) / done;
    const byQueries = (queryBudget - last.queries.computed) / Math.max(1, queriesPerStep);
    const left = Math.max(0, Math.min(steps - last.step, byQueries));
    const queries = last.queries.computed + left * queriesPerStep;
    const all = left * perStep + this.controls(queries, after.random) + this.scoring(after.test);
    this.last = { left: all, at: event.seconds };
    return all;
  }

  /** In random search, which computes as many queries as training did. */
  afterRandomBatch({ seconds, queries }: RandomStepEvent, { test }: Pick<Horizon, 'test'>): number {
    const last = this.recent.at(-1);
    if (!last) return 0;
    const { seconds: began } = this.began?.stage === 'random' || this.began?.stage === 'single' ? this.began : last;
    const rate = queries.computed / Math.max(1e-3, seconds - began);
    return Math.max(0, (last.queries.computed - queries.computed) / Math.max(1, rate)) + this.scoring(test);
  }

  /** In the midst of a stage; null until its pace is known. */
  afterProgress(event: ProgressEvent, { random, test }: Pick<Horizon, 'random' | 'test'>): number | null {
    const { stage, seconds, done, total } = event;
    if (stage === 'policy') return this.last ? Math.max(0, this.last.left - (seconds - this.last.at)) : null;
    if (this.began?.stage !== stage) this.began = event;
    const spent = seconds - this.began.seconds;
    const answered = done - this.began.done;
    const later =
      (stage === 'ranking' ? this.controls(this.recent.at(-1)?.queries.computed ?? 0, random) : 0) +
      (stage === 'ranking' || stage === 'random' || stage === 'single' ? this.scoring(test) : 0);
    // Nothing is known yet of the pace of what follows.
    if (stage === 'baselines' || stage === 'labels') return null;
    const perQuery = spent >= SETTLED && answered > 0 ? spent / answered : this.perQuery;
    return perQuery === undefined ? null : (total - done) * perQuery + later;
  }

  private controls(queries: number, random: boolean): number {
    return random ? queries * (this.perQuery ?? 0) : 0;
  }

  private scoring(queries: number): number {
    return queries * (this.perQuery ?? 0);
  }

  /** Seconds of the task model for a query in the recent steps; undefined before them. */
  private get perQuery(): number | undefined {
    const [first, last] = [this.recent[0], this.recent.at(-1)];
    if (!first || !last || last.queries.computed <= first.queries.computed) return undefined;
    const milliseconds = this.recent.slice(1).reduce((sum, step) => sum + step.milliseconds.reward, 0);
    return milliseconds / 1000 / (last.queries.computed - first.queries.computed);
  }
}
