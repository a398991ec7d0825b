/** The metrics by their names, with a value that shows what each takes; undefined where the references of the rows will do. */
export const METRIC_TYPES = {
  equals: ['is the expected text', undefined],
  contains: ['contains one of the texts', ['yes']],
  icontains: ['contains one of the texts, in capitals or not', ['yes']],
  'contains-any': ['contains one of the texts', ['yes', 'no']],
  'icontains-any': ['contains one of the texts, in capitals or not', ['yes', 'no']],
  'contains-all': ['share of the texts that it contains', ['from', 'to']],
  'icontains-all': ['share of the texts that it contains, in capitals or not', ['from', 'to']],
  'starts-with': ['starts with one of the texts', ['Dear']],
  regex: ['matches a regular expression', '^\\d+$'],
  'is-json': ['is JSON, valid under a schema', { type: 'object', required: ['name'] }],
  'contains-json': ['contains JSON, valid under a schema', { type: 'object', required: ['name'] }],
  levenshtein: ['few edits from the expected text', undefined],
  'rouge-n': ['n-grams shared with the expected text', 2],
  'rouge-l': ['longest common subsequence with the expected text', undefined],
  bleu: ['BLEU against the expected text', undefined],
  chrf: ['chrF against the expected text', undefined],
  f1: ['F1 of tokens against the expected text', undefined],
  classifier: [
    'probability of a class by a task model',
    { model: 'bundled:masked', template: '{input} It was {mask} .', labels: { bad: 'terrible', good: 'great' }, class: 'good' },
  ],
  perplexity: ['fluent by a causal model', { model: 'bundled:causal', most: 100 }],
  'word-count': ['number of words', { min: 5, max: 20 }],
  similar: ['cosine to the expected text', { model: 'bundled:causal' }],
  'llm-rubric': ['graded by a model on a server', { model: 'openai:MODEL@URL', rubric: 'The reply is polite.' }],
  javascript: ['scored by a script beside the spec', 'score.mjs'],
} as const satisfies Record<string, readonly [description: string, value: unknown]>;

export type MetricType = keyof typeof METRIC_TYPES;

/** Entries that an editor's JSON support completes. */
export const METRIC_SNIPPETS = Object.entries(METRIC_TYPES).map(([type, [description, value]]) => ({
  label: type,
  description,
  body: { type, ...(value !== undefined && { value }) },
}));
