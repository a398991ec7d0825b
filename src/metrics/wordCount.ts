import { z } from 'zod';
import type { MetricEntry } from '../spec/generation';
import { word, worded } from '../wording/wording';
import type { Judgment, Metric } from './metric';
import { MetricProblem } from './entry';

const count = z.number().int().min(1);
const schema = z
  .union([
    count.transform((words) => ({ min: words, max: words })),
    z.strictObject({ min: count.default(1), max: count.default(Infinity) }),
  ])
  .refine(({ min, max }) => min <= max);

/** 1 between `min` and `max` words; with n words, n / min below and max / n above. @throws MetricProblem */
export function wordCount({ type, value }: MetricEntry): Metric {
  const { success, data } = schema.safeParse(value);
  if (!success) throw new MetricProblem('value', worded('metric.notCount', { type, found: JSON.stringify(value) }));
  const { min, max } = data;
  return {
    key: JSON.stringify(['word-count', min, max]),
    score: (cases) =>
      cases.map(({ output }): Judgment => {
        const words = output.trim().split(/\s+/).length;
        return { score: Math.min(1, words / min, max / words), reason: word('metric.words', { count: words, min, max }) };
      }),
  };
}
