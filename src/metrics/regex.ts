import { createContext, Script } from 'node:vm';
import { z } from 'zod';
import type { MetricEntry } from '../spec/generation';
import { word, worded } from '../wording/wording';
import { MetricProblem } from './entry';
import type { Metric } from './metric';
import { inProcessorTime, isTimeout } from './processorTime';

/** Milliseconds of processor time that an expression may take for one text: one that backtracks without end is stopped. */
const LIMIT = 200;
const schema = z.union([
  z
    .string()
    .min(1)
    .transform((pattern) => ({ pattern, flags: 'u' })),
  z.strictObject({ pattern: z.string().min(1), flags: z.string().default('u') }),
]);

/** 1 if the regular expression matches somewhere in the output, else 0. @throws MetricProblem */
export function regex({ value }: MetricEntry): Metric {
  const found = JSON.stringify(value);
  const { success, data } = schema.safeParse(value);
  if (!success) throw new MetricProblem('value', worded('metric.noPattern', { found }));
  const { pattern, flags } = data;
  try {
    new RegExp(pattern, flags);
  } catch (error) {
    throw new MetricProblem('value', worded('metric.notPattern', { found, problem: (error as Error).message }));
  }
  // In a context of its own, where V8 can end a match that takes too long.
  const context = createContext({ pattern, flags, text: '' });
  const script = new Script('new RegExp(pattern, flags).test(text)');
  return {
    key: JSON.stringify(['regex', pattern, flags]),
    score: (cases) =>
      cases.map(({ output }) => {
        context.text = output;
        try {
          const matches = inProcessorTime(LIMIT, (timeout) => script.runInContext(context, { timeout }) as boolean);
          return { score: Number(matches), reason: word(matches ? 'metric.matches' : 'metric.noMatch', { pattern }) };
        } catch (error) {
          if (!isTimeout(error)) throw error;
          return { score: NaN, reason: word('metric.patternTooSlow', { pattern, milliseconds: LIMIT }) };
        }
      }),
  };
}
