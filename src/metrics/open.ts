import { closest, distance } from 'fastest-levenshtein';
import { ServerError } from '../model/server/serverError';
import type { MetricEntry } from '../spec/generation';
import { setTo, TaskError, type Problem, type ProblemAt } from '../spec/problem';
import { worded } from '../wording/wording';
import { contains, equals, levenshtein, startsWith } from './comparison';
import { MetricProblem, type MetricContext } from './entry';
import type { Metric, WeighedMetric } from './metric';
import { javascript } from './javascript';
import { llmRubric } from './judge/rubric';
import { containsJson, isJson } from './json';
import { classifier, perplexity } from './modelMetrics';
import { bleu, chrf, f1, rougeLongest, rougeNgrams } from './overlap';
import { regex } from './regex';
import { similar } from './similar';
import { wordCount } from './wordCount';

type Open = (entry: MetricEntry, context: MetricContext) => Metric | Promise<Metric>;

/** The metrics by their names. @throws MetricProblem */
const METRICS: Readonly<Record<string, Open>> = {
  equals,
  contains: contains('case', 'any'),
  icontains: contains('ignoreCase', 'any'),
  'contains-any': contains('case', 'any'),
  'icontains-any': contains('ignoreCase', 'any'),
  'contains-all': contains('case', 'all'),
  'icontains-all': contains('ignoreCase', 'all'),
  'starts-with': startsWith,
  regex,
  'is-json': isJson,
  'contains-json': containsJson,
  levenshtein,
  'rouge-n': rougeNgrams,
  'rouge-l': rougeLongest,
  bleu,
  chrf,
  f1,
  classifier,
  perplexity,
  'word-count': wordCount,
  javascript,
  'llm-rubric': llmRubric,
  similar,
};

export const METRIC_NAMES: readonly string[] = Object.keys(METRICS);

/** Metrics of a spec that there are none of, found without opening any. */
export function metricProblems(entries: readonly MetricEntry[], problemAt: ProblemAt): Problem[] {
  return entries.flatMap((entry, i) =>
    Object.hasOwn(METRICS, withoutNot(entry.type)) ? [] : problemOf(unknown(entry.type), entry, i, problemAt),
  );
}

/** Opens the metrics of a spec, in its order. @throws TaskError with every problem at its place; ModelError */
export async function openMetrics(entries: readonly MetricEntry[], context: Omit<MetricContext, 'path'>): Promise<WeighedMetric[]> {
  const problems: Problem[] = [];
  const opened: WeighedMetric[] = [];
  try {
    for (const [i, entry] of entries.entries()) {
      const not = entry.type.startsWith('not-');
      const open = Object.hasOwn(METRICS, withoutNot(entry.type)) ? METRICS[withoutNot(entry.type)] : undefined;
      try {
        if (!open) throw unknown(entry.type);
        const metric = await open(entry, { ...context, path: ['metrics', i] });
        opened.push({ name: entry.name ?? entry.type, metric, not, weight: entry.weight, threshold: entry.threshold });
      } catch (error) {
        if (error instanceof MetricProblem) problems.push(problemOf(error, entry, i, context.problemAt));
        else if (error instanceof ServerError && error.field)
          problems.push(serverProblem(error as ServerError, error.field, i, context.problemAt));
        else throw error;
      }
    }
    if (problems.length > 0) throw new TaskError(problems);
    return opened;
  } catch (error) {
    await releaseMetrics(opened);
    throw error;
  }
}

export async function releaseMetrics(metrics: readonly WeighedMetric[]): Promise<void> {
  for (const { metric } of metrics) await metric.release?.();
}

function problemOf({ field, worded }: MetricProblem, { type }: MetricEntry, i: number, problemAt: ProblemAt): Problem {
  const path = ['metrics', i, field];
  const near = field === 'type' ? nearest(type) : undefined;
  return problemAt(path, { ...worded, ...(near !== undefined && { fixes: [setTo(path, near)] }) });
}

/** A server's complaint about the field of the spec that would name it, if it were the task model's. */
function serverProblem({ worded }: ServerError, [name, ...rest]: readonly string[], i: number, problemAt: ProblemAt): Problem {
  return problemAt(['metrics', i, 'value', ...(name === 'taskModel' ? ['model'] : [name!, ...rest])], worded);
}

function withoutNot(type: string): string {
  return type.replace(/^not-/, '');
}

function unknown(type: string): MetricProblem {
  return new MetricProblem('type', worded('metric.unknown', { type, close: nearest(type), known: METRIC_NAMES }));
}

/** The name that a misspelled one is probably meant to be. */
function nearest(type: string): string | undefined {
  const name = withoutNot(type).toLowerCase();
  const found = closest(name, METRIC_NAMES);
  if (distance(name, found) > Math.max(2, name.length / 3)) return undefined;
  return type.startsWith('not-') ? `not-${found}` : found;
}
