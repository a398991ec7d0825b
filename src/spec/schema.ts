import { z } from 'zod';

const prompts = z.array(z.string());
const positive = z.number().positive();
const count = z.number().int().min(1);

/** How a task model behind an inference server (`openai:`) or in the editor (`vscode-lm:`) is asked; docs/models.md. */
export const serverSchema = z.strictObject({
  concurrency: count.max(1024).default(8).describe('Requests in flight at once.'),
  // Behind 300 s Node's own time-out for an answer's first byte comes first.
  timeoutSeconds: positive.max(300).default(60).describe('Seconds that one request may take.'),
  maxRetries: z.number().int().min(0).max(20).default(5).describe('Times that a request is sent again when the server fails.'),
  scoring: z
    .enum(['auto', 'completion-logprobs', 'chat-logprobs', 'answer'])
    .default('auto')
    .describe('How label words are scored: by log-probabilities, or by the answer that is written.'),
  topLogprobs: count.max(1000).optional().describe('Log-probabilities to ask for at a place; as many as the server gives when absent.'),
  promptBatch: count.max(256).optional().describe('Texts in one request; found out when absent.'),
  apiKeyVariable: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name of the environment variable that holds the key: OPENAI_API_KEY, or another that ends in _API_KEY. Never the key itself.',
    ),
  answer: z
    .string()
    .min(1)
    .optional()
    .describe('Regular expression that finds the label in a written answer; its first group if it has one.'),
  maxTokens: count.max(4096).default(8).describe('Tokens of a written answer at most.'),
  systemMessage: z.string().optional().describe('Sent before the text in chats; asks for one of the label words when absent.'),
});

export type ServerSettings = z.output<typeof serverSchema>;

/**
 * The task spec, `NAME.prompt-task.json`. The one definition: parsing, defaults, the JSON schema in `media/` and the
 * table in the docs all come from here.
 */
export const specSchema = z.strictObject({
  $schema: z.string().optional().describe('Where the JSON schema of this file is.'),
  kind: z.literal('classification').default('classification').describe('What the task is.'),
  data: z
    .strictObject({
      train: z.string().min(1).describe('Labelled rows to learn from: a .csv, .tsv or .jsonl file, relative to this file.'),
      validation: z.string().min(1).optional().describe('Rows that the ranking also uses. Drawn from `train` when absent.'),
      test: z.string().min(1).optional().describe('Held-out rows: reported, never chosen on. Drawn from `train` when absent.'),
      input: z.string().optional().describe('Column (or JSON field) of the text.'),
      label: z.string().optional().describe('Column (or JSON field) of the class.'),
      rowsPerClass: z
        .strictObject({
          train: count.default(32).describe('Training rows of each class; more are left out by a seeded, stratified draw.'),
          validation: count.default(64).describe('Validation rows of each class.'),
        })
        .prefault({}),
      testRows: count.default(2000).describe('Test rows in all.'),
    })
    .describe('The data.'),
  labels: z
    .record(z.string(), z.string().min(1))
    .optional()
    .describe('The word that stands for each class (the verbalizer). Without it the labels themselves are the words.'),
  template: z
    .string()
    .default('{input} {prompt} {mask} .')
    .describe('How input and prompt are put together. A causal model reads up to {mask} and needs none.'),
  taskModel: z.string().min(1).default('bundled:causal').describe('The model whose answers are to be right.'),
  policyModel: z.string().min(1).default('bundled:causal').describe('The causal model under the policy.'),
  prompt: z
    .strictObject({
      length: z.number().int().min(1).max(16).default(5).describe('Tokens of a prompt, T.'),
      tokens: z
        .enum(['words', 'all'])
        .optional()
        .describe('What a prompt is made of: readable words, or the whole vocabulary as in the paper.'),
    })
    .prefault({}),
  compare: prompts.default([]).describe('Prompts of your own, scored in the same table.'),
  search: z
    .strictObject({
      preset: z.enum(['default', 'paper']).default('default').describe('Where the values below come from when absent.'),
      steps: count.optional().describe('Steps of training at most.'),
      promptsPerStep: count.min(2).optional().describe('Prompts sampled at each step, B.'),
      seed: z.number().int().min(0).max(0x7fffffff).default(0).describe('Seed of everything random.'),
      seeds: z.array(z.number().int().min(0).max(0x7fffffff)).min(1).optional().describe('Several runs, one for each seed.'),
      queryBudget: count.optional().describe('Distinct (prompt, row) pairs that the task model may score on train and validation rows.'),
      learningRate: positive.optional().describe('Of Adam.'),
      targetRate: positive.max(1).optional().describe('τ of the target network.'),
      topK: count.optional().describe('Tokens that sampling may choose from, by their logits.'),
      gradientClip: positive.optional().describe('Largest norm of the gradient.'),
      validateEvery: count.optional().describe('Steps between scores of the greedy prompt on the validation rows.'),
      patience: count.optional().describe('Validations without a better prompt before training stops early; none in `paper`.'),
      convergedSteps: count
        .optional()
        .describe('Steps in a row with one and the same prompt only before training stops: equal rewards teach nothing; never in `paper`.'),
      maxMinutes: positive.optional().describe('Minutes of training at most.'),
      logitBias: z.number().optional().describe('Added to every logit.'),
      classWeights: z.enum(['balanced', 'rows']).optional().describe('Whether the reward weighs classes equally or rows equally.'),
    })
    .prefault({}),
  policy: z
    .strictObject({
      hiddenSize: count.optional().describe('Hidden units of the MLP.'),
      fluentTopK: count.optional().describe("Limit actions to the frozen model's own k likeliest next tokens."),
      initialisation: z
        .enum(['live', 'paper'])
        .optional()
        .describe('`paper`: biases −1e-4; `live`: biases 0, so that half the units see their state.'),
    })
    .prefault({}),
  server: serverSchema.prefault({}),
});

export type SpecFile = z.input<typeof specSchema>;
export type ParsedSpec = z.output<typeof specSchema>;

/** What a preset decides. */
export interface SearchSettings {
  tokens: 'words' | 'all';
  steps: number;
  promptsPerStep: number;
  queryBudget: number;
  learningRate: number;
  targetRate: number;
  topK: number;
  gradientClip: number;
  validateEvery: number;
  patience: number | null;
  convergedSteps: number | null;
  maxMinutes: number | null;
  logitBias: number;
  classWeights: 'balanced' | 'rows';
  hiddenSize: number;
  fluentTopK: number | null;
  initialisation: 'live' | 'paper';
}

export const presets: Record<'default' | 'paper', SearchSettings> = {
  default: {
    tokens: 'words',
    steps: 400,
    promptsPerStep: 16,
    queryBudget: 400_000,
    learningRate: 3e-4,
    targetRate: 0.01,
    topK: 1024,
    gradientClip: 5,
    validateEvery: 10,
    patience: null,
    convergedSteps: 10,
    maxMinutes: null,
    logitBias: 0,
    classWeights: 'balanced',
    hiddenSize: 2048,
    fluentTopK: null,
    initialisation: 'live',
  },
  paper: {
    tokens: 'all',
    steps: 12_000,
    promptsPerStep: 16,
    queryBudget: 10_000_000,
    learningRate: 5e-5,
    targetRate: 1e-3,
    topK: 256,
    gradientClip: 5,
    validateEvery: 10,
    patience: null,
    convergedSteps: null,
    maxMinutes: null,
    logitBias: 0,
    classWeights: 'rows',
    hiddenSize: 2048,
    fluentTopK: null,
    initialisation: 'paper',
  },
};

/** The preset's values with the spec's own put over them. */
export function searchSettings(spec: ParsedSpec): SearchSettings {
  const { preset, seed: _seed, seeds: _seeds, ...search } = spec.search;
  const chosen = { ...search, ...spec.policy, tokens: spec.prompt.tokens };
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return { ...presets[preset], ...given };
}

/** The JSON schema that editors use; `media/prompt-task.schema.json` is this, written out. */
export function specJsonSchema(): object {
  return z.toJSONSchema(specSchema, { io: 'input', target: 'draft-7' });
}
