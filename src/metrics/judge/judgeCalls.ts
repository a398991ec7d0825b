import { modelOf, type MetricEntry } from '../../spec/generation';
import { isTextModel } from '../../spec/scheme';

/** Keeps the calls of a run, each by its metric, before they go out. */
interface CallLog {
  /** The calls that the run made in earlier processes. */
  readonly before: readonly string[];
  add(metric: string): void;
}

/** Texts that judges on servers may be asked about, by all metrics of a run together. */
export class JudgeCalls {
  private readonly of = new Map<string, number>();
  private asked = 0;
  private log: CallLog | undefined;

  constructor(readonly most: number) {}

  /** From here on, calls count for a run: those that it made before, and those to come. */
  countFor(log: CallLog): void {
    this.log = log;
    for (const metric of log.before) this.count(metric);
  }

  /** Counts one call of a metric, if there is one left. */
  take(metric: string): boolean {
    if (this.asked >= this.most) return false;
    this.log?.add(metric);
    this.count(metric);
    return true;
  }

  /** Calls of a metric so far. */
  by(metric: string): number {
    return this.of.get(metric) ?? 0;
  }

  private count(metric: string): void {
    this.asked++;
    this.of.set(metric, this.by(metric) + 1);
  }
}

/** Whether a metric sends each generated text to a judge. A classifier on a server is bounded by the texts themselves. */
export function isJudge(entry: Pick<MetricEntry, 'type' | 'value'>): boolean {
  return /^(not-)?(llm-rubric|similar)$/.test(entry.type) && isTextModel(modelOf(entry) ?? '');
}
