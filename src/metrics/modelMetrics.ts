import { z } from 'zod';
import { logSumExp } from '../model/logits';
import { Perplexity } from '../model/local/perplexity';
import { readModel } from '../model/local/modelFolder';
import { openTask } from '../model/openTask';
import type { MetricEntry } from '../spec/generation';
import { TaskError } from '../spec/problem';
import { isTextModel } from '../spec/scheme';
import { parseSpecValues } from '../spec/spec';
import { word, worded } from '../wording/wording';
import { MetricProblem, shown, type MetricContext, type Opening } from './entry';
import type { Metric } from './metric';

const model = z.string().min(1);
const classifierSchema = z.strictObject({
  model: model.default('bundled:masked'),
  template: z.string().default('{input} {prompt} {mask} .'),
  labels: z.record(z.string(), z.string().min(1)),
  class: z.string(),
});

/** The probability that a classifier gives to a class: any task model, with a template and label words of its own. @throws MetricProblem */
export function classifier({ value }: MetricEntry): Opening {
  const { data } = classifierSchema.safeParse(value);
  const classes = Object.keys(data?.labels ?? {});
  const of = classes.indexOf(data?.class ?? '');
  if (!data || classes.length < 2 || of < 0)
    throw new MetricProblem('value', worded('metric.notClassifier', { found: shown(value), classes }));
  return (context) => openClassifier(data, classes, of, context);
}

/** @param of index of the class whose probability counts */
async function openClassifier(
  data: z.output<typeof classifierSchema>,
  classes: readonly string[],
  of: number,
  context: MetricContext,
): Promise<Metric> {
  // Every task has a prompt; this one's is empty.
  const behind = data.template.includes('{input}') ? data.template.replace('{input}', '{input} {prompt}') : `${data.template} {prompt}`;
  const template = data.template.includes('{prompt}') ? data.template : behind;
  const task = { data: { train: 'none' }, taskModel: data.model, template, labels: data.labels, prompt: { length: 1 } };
  // What is wrong with the classifier's template or label words is a problem of this metric's value.
  const problemAt: MetricContext['problemAt'] = (path, problem) => context.problemAt([...context.path, 'value', ...path], problem);
  const spec = { ...parsed(task, problemAt), folder: context.folder, problemAt };
  const policy = await readModel('bundled:causal', context.folder);
  const { mostJudged: mostQueries, compute, access } = context;
  const opened = await openTask({ spec, classes, samples: context.samples, policy, mostQueries }, compute, access);
  return {
    key: JSON.stringify(['classifier', opened.model.key, opened.words, data]),
    score: async (cases, signal) => {
      const set = opened.model.rows(cases.map(({ output }) => output));
      const rows = cases.map((_, row) => row);
      const logits = cases.length === 0 ? new Float32Array(0) : await opened.model.score([[]], set, rows, signal);
      const K = classes.length;
      return rows.map((row) => {
        const score = softmaxOf(logits.subarray(row * K, (row + 1) * K), of);
        return { score, reason: word('metric.classified', { label: data.class, percent: 100 * score }) };
      });
    },
    pace: opened.pace,
    notes: () => (isTextModel(data.model) ? opened.notes() : []),
    release: () => opened.model.release(),
  };
}

function parsed(task: object, problemAt: MetricContext['problemAt']): ReturnType<typeof parseSpecValues> {
  try {
    return parseSpecValues(task, '');
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    throw new TaskError(error.problems.map(({ field, ...problem }) => problemAt(field?.split('.') ?? [], problem)));
  }
}

/** NaN where the model gave no logits; 0 where its answer was none of the words. */
function softmaxOf(logits: Float32Array, of: number): number {
  return logits.every((x) => x === -Infinity) ? 0 : Math.exp(logits[of]! - logSumExp(logits));
}

const perplexitySchema = z.union([
  z
    .number()
    .positive()
    .transform((most) => ({ model: 'bundled:causal', most })),
  z.strictObject({ model: model.default('bundled:causal'), most: z.number().positive() }),
]);

/** Fluency: with perplexity p under a local causal model, 1 up to `most`, and most / p above. @throws MetricProblem */
export function perplexity({ value }: MetricEntry): Opening {
  const { data } = perplexitySchema.safeParse(value);
  if (!data || isTextModel(data.model)) throw new MetricProblem('value', worded('metric.notPerplexity', { found: shown(value) }));
  return (context) => openPerplexity(data, context);
}

async function openPerplexity(data: z.output<typeof perplexitySchema>, { folder, compute }: MetricContext): Promise<Metric> {
  const judge = await readModel(data.model, folder);
  const opened = await Perplexity.open(judge, compute);
  return {
    key: JSON.stringify(['perplexity', judge.hash, data.most]),
    score: async (cases, signal) => {
      const found = await opened.of(
        cases.map(({ output }) => output),
        signal,
      );
      return found.map((each) => ({
        score: Math.min(1, data.most / each),
        reason: word('metric.perplexity', { perplexity: each, most: data.most }),
      }));
    },
    release: () => opened.release(),
  };
}
