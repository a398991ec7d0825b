import { z } from 'zod';
import { METRIC_SNIPPETS, METRIC_TYPES } from './metricTypes';

/** How texts are generated, and how many for each prompt and row. */
export const generationSchema = z.strictObject({
  maxTokens: z.number().int().min(1).max(4096).default(32).describe('Maximum number of tokens in a generated text.'),
  samples: z.number().int().min(1).max(256).optional().describe('Texts generated for each prompt and row; their mean score counts.'),
  temperature: z.number().min(0).max(2).default(1).describe('Sampling temperature; 0 always takes the most likely token.'),
  topK: z.number().int().min(1).optional().describe('Sampling chooses among the k most likely tokens; among all if absent.'),
  stop: z.array(z.string().min(1)).max(4).default([]).describe('Texts that end the generation; they are not part of the output.'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(0x7fffffff)
    .default(0)
    .describe('Seed of the generated texts. On a server, its seed where the server takes one.'),
});

/** One entry of `metrics`. What `value` means depends on `type`. */
export const metricSchema = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .describe('The metric: a name of the table in docs/task-spec.md, negated by a leading `not-`.')
      .meta({ examples: Object.keys(METRIC_TYPES) }),
    name: z.string().min(1).optional().describe('Name in tables; the type if absent.'),
    value: z
      .unknown()
      .optional()
      .describe(
        'What the metric compares with, or its settings, by the table in docs/task-spec.md; without it, the references of the row.',
      ),
    threshold: z.number().min(0).max(1).optional().describe('Scores below it count as 0.'),
    weight: z.number().nonnegative().default(1).describe('Weight in the mean of all metrics. With 0 a metric is shown and steers nothing.'),
  })
  .meta({ defaultSnippets: METRIC_SNIPPETS });

export type MetricEntry = z.output<typeof metricSchema>;
export type GenerationEntry = z.output<typeof generationSchema>;

/** The model that an entry of `metrics` names, if it names one. */
export function modelOf({ value }: Pick<MetricEntry, 'value'>): string | undefined {
  const { model } = Object(value) as { model?: unknown };
  return typeof model === 'string' ? model : undefined;
}

/** The models that metrics name. */
export function modelsOf(metrics: readonly MetricEntry[] = []): string[] {
  return metrics.map(modelOf).filter((model) => model !== undefined);
}
