import type { ServerPace } from '../model/door';
/** What a metric may look at besides the output. */
import type { Note } from '../wording/note';
export interface MetricRow {
  readonly input: string;
  /** Right outputs; none where the data has no such column. */
  readonly references: readonly string[];
}

/** One generated text, trimmed and not empty, with its row. */
export interface Case {
  readonly output: string;
  readonly row: MetricRow;
}

/** What a metric says of one text. */
export interface Judgment {
  /** In [0, 1], larger is better; NaN where the metric failed, as a judge that answers no number does. */
  readonly score: number;
  /** One short sentence for users. */
  readonly reason: string;
}

/** Scores generated texts. */
export interface Metric {
  /** All that its scores depend on besides the case, never a key: scores are kept under it. */
  readonly key: string;
  /** One judgment for each case, in order. Throws only what must end the run. */
  score(cases: readonly Case[], signal?: AbortSignal): Promise<readonly Judgment[]> | readonly Judgment[];
  /** Of a metric that asks a server: how fast and how expensive that is. */
  readonly pace?: ServerPace | undefined;
  /** What users should know about how the scores came about; grows while the metric is used. */
  notes?(): readonly Note[];
  /** Frees native memory, ends processes. */
  release?(): Promise<void>;
}

/** A metric as one part of a task's score. */
export interface WeighedMetric {
  /** As the user sees it: `not-icontains`, or the name that the spec gives. */
  readonly name: string;
  readonly metric: Metric;
  /** Whether its score is 1 − score. */
  readonly not: boolean;
  readonly weight: number;
  /** A score below it counts as 0. */
  readonly threshold: number | undefined;
}

/** What all metrics together say of one text. */
export interface Verdict {
  /** Weighted mean of the parts' scores; NaN if a part failed. */
  readonly score: number;
  /** By metric, in the order of the spec. */
  readonly parts: readonly (Judgment & { readonly name: string })[];
}
