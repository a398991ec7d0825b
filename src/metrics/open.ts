import { closest, distance } from 'fastest-levenshtein';
import { ServerError } from '../model/server/serverError';
import type { MetricEntry } from '../spec/generation';
import type { MetricType } from '../spec/metricTypes';
import { setTo, TaskError, type Problem, type ProblemAt } from '../spec/problem';
import { worded } from '../wording/wording';
import { contains, equals, levenshtein, startsWith } from './comparison';
import { MetricProblem, type Check, type MetricContext, type MetricTask, type Opening } from './entry';
import type { Metric, WeighedMetric } from './metric';
import { javascript } from './javascript';
import { llmRubric } from './judge/rubric';
import { containsJson, isJson } from './json';
import { classifier, perplexity } from './modelMetrics';
import { bleu, chrf, f1, rougeLongest, rougeNgrams } from './overlap';
import { regex } from './regex';
import { similar } from './similar';
import { wordCount } from './wordCount';

/** A metric of texts alone, which opens nothing. */
const plain =
  (make: (entry: MetricEntry, task: MetricTask) => Metric): Check =>
  (entry, task) => {
    const metric = make(entry, task);
    return () => metric;
  };

const METRICS: Readonly<Record<MetricType, Check>> = {
  equals: plain(equals),
  contains: plain(contains('case', 'any')),
  icontains: plain(contains('ignoreCase', 'any')),
  'contains-any': plain(contains('case', 'any')),
  'icontains-any': plain(contains('ignoreCase', 'any')),
  'contains-all': plain(contains('case', 'all')),
  'icontains-all': plain(contains('ignoreCase', 'all')),
  'starts-with': plain(startsWith),
  regex: plain(regex),
  'is-json': plain(isJson),
  'contains-json': plain(containsJson),
  levenshtein: plain(levenshtein),
  'rouge-n': plain(rougeNgrams),
  'rouge-l': plain(rougeLongest),
  bleu: plain(bleu),
  chrf: plain(chrf),
  f1: plain(f1),
  classifier,
  perplexity,
  'word-count': plain(wordCount),
  javascript,
  'llm-rubric': llmRubric,
  similar,
};

/** What is wrong with the metrics of a spec, as far as that shows without opening any. */
export function metricProblems(entries: readonly MetricEntry[], task: MetricTask, problemAt: ProblemAt): Problem[] {
  return check(entries, task, problemAt).problems;
}

/** Opens the metrics of a spec, in its order. @throws TaskError with every problem at its place; ModelError */
export async function openMetrics(entries: readonly MetricEntry[], context: Omit<MetricContext, 'path'>): Promise<WeighedMetric[]> {
  const { openings, problems } = check(entries, context, context.problemAt);
  if (problems.length > 0) throw new TaskError(problems);
  const opened: WeighedMetric[] = [];
  try {
    for (const [i, { type, name = type, weight, threshold }] of entries.entries()) {
      const metric = await placed(i, context.problemAt, async () => openings[i]!({ ...context, path: ['metrics', i] }));
      opened.push({ name, metric, not: type.startsWith('not-'), weight, threshold });
    }
    return opened;
  } catch (error) {
    await releaseMetrics(opened);
    throw error;
  }
}

function check(
  entries: readonly MetricEntry[],
  task: MetricTask,
  problemAt: ProblemAt,
): { readonly openings: readonly Opening[]; readonly problems: Problem[] } {
  const openings: Opening[] = [];
  const problems: Problem[] = [];
  for (const [i, entry] of entries.entries()) {
    try {
      const name = withoutNot(entry.type);
      if (!isMetric(name)) throw unknown(entry.type);
      openings.push(METRICS[name](entry, task));
    } catch (error) {
      if (!(error instanceof MetricProblem)) throw error;
      problems.push(problemOf(error, entry, i, problemAt));
    }
  }
  return { openings, problems };
}

/** What opening a metric finds wrong, at its place in the spec. */
async function placed<T>(i: number, problemAt: ProblemAt, opening: () => Promise<T>): Promise<T> {
  try {
    return await opening();
  } catch (error) {
    if (error instanceof MetricProblem) throw new TaskError(problemAt(['metrics', i, error.field], error.worded));
    if (!(error instanceof ServerError) || error.field === undefined) throw error;
    // The server names the field as if it were the task model's.
    const [name, ...rest] = error.field as readonly [string, ...string[]];
    throw new TaskError(problemAt(['metrics', i, 'value', ...(name === 'taskModel' ? ['model'] : [name, ...rest])], error.worded));
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

function isMetric(name: string): name is MetricType {
  return Object.hasOwn(METRICS, name);
}

function withoutNot(type: string): string {
  return type.replace(/^not-/, '');
}

function unknown(type: string): MetricProblem {
  return new MetricProblem('type', worded('metric.unknown', { type, close: nearest(type), known: Object.keys(METRICS) }));
}

/** The name that a misspelled one is probably meant to be. */
function nearest(type: string): string | undefined {
  const name = withoutNot(type).toLowerCase();
  const found = closest(name, Object.keys(METRICS));
  if (distance(name, found) > Math.max(2, name.length / 3)) return undefined;
  return type.startsWith('not-') ? `not-${found}` : found;
}
