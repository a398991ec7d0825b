import { Random } from '../../src/method/random';
import { mean } from '../../src/run/report/statistics';

const RESAMPLES = 4000;

/** A figure of one run, or the difference of two runs on the same split and seed. */
export interface Observation {
  readonly split: string;
  readonly value: number;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The mean over tasks of each task's mean over splits, with a 95% interval: a bootstrap draws splits with replacement, then
 * seeds within each. Undefined where a task has no observation.
 */
export function bootstrap(tasks: readonly (readonly Observation[])[]): Interval | undefined {
  if (tasks.length === 0 || tasks.some((observations) => observations.length === 0)) return undefined;
  const random = new Random(0);
  const bySplit = tasks.map((observations) =>
    [...new Set(observations.map(({ split }) => split))].map((split) =>
      observations.filter((each) => each.split === split).map(({ value }) => value),
    ),
  );
  const drawn = <T>(values: readonly T[]): T[] => values.map(() => values[random.below(values.length)]!);
  const resampled = Array.from({ length: RESAMPLES }, () =>
    mean(bySplit.map((splits) => mean(drawn(splits).map((seeds) => mean(drawn(seeds)))))),
  ).sort((a, b) => a - b);
  const at = (share: number): number => resampled[Math.round(share * (RESAMPLES - 1))]!;
  return { mean: mean(bySplit.map((splits) => mean(splits.map(mean)))), low: at(0.025), high: at(0.975) };
}
