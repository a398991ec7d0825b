import { z } from 'zod';
import { generationSchema, metricSchema, type GenerationEntry } from './generation';
import { samplesOf } from './samples';
import { MOST_TOKENS } from './promptLength';

const prompts = z.array(z.string());
const positive = z.number().positive();
const count = z.number().int().min(1);

/** How a task model on an inference server (`openai:`) or in the editor (`vscode-lm:`) is used; see docs/models.md. */
export const serverSchema = z.strictObject({
  concurrency: count.max(1024).default(8).describe('Requests in flight at once.'),
  // After 300 s, Node's own time-out for the first byte of an answer ends a request.
  timeoutSeconds: positive.max(300).default(60).describe('Time limit of one request, in seconds.'),
  maxRetries: z.number().int().min(0).max(20).default(5).describe('How often a request is retried if the server fails.'),
  scoring: z
    .enum(['auto', 'completion-logprobs', 'chat-logprobs', 'answer'])
    .default('auto')
    .describe('How label words are scored: by log-probabilities, or by the written answer.'),
  topLogprobs: count.max(1000).optional().describe('Log-probabilities to request per position; as many as the server allows if absent.'),
  promptBatch: count.max(256).optional().describe('Texts per request; detected if absent.'),
  apiKeyVariable: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the environment variable with the API key: OPENAI_API_KEY, or another that ends in _API_KEY. Never the key itself.'),
  answer: z
    .string()
    .min(1)
    .optional()
    .describe('Regular expression that finds the label in a written answer (its first group, if it has one).'),
  maxTokens: count.max(4096).default(8).describe('Maximum number of tokens in a written answer.'),
  systemMessage: z.string().optional().describe('System message of chats; asks for one of the label words if absent.'),
});

const messageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']).describe('Who speaks.'),
  content: z.string().min(1).describe('Text of the message; one message has {prompt}, one has {input}.'),
});

/** Ways to propose prompts. */
const PROPOSERS = ['policy', 'thompson', 'edits'] as const;
export type Proposer = (typeof PROPOSERS)[number];

/** Searches of a run. */
const METHODS = ['rlprompt', 'reflect', 'random'] as const;
export type Method = (typeof METHODS)[number];

export type ServerSettings = z.output<typeof serverSchema>;

export const DEFAULT_TEMPLATE = '{input} {prompt} {mask} .';

/**
 * The task spec, `NAME.prompt-task.json`: the single source of its parsing, its defaults, the JSON schema in `media/` and
 * the table in the docs.
 */
export const specSchema = z.strictObject({
  $schema: z.string().optional().describe('Path or URL of the JSON schema of this file.'),
  kind: z
    .enum(['classification', 'generation'])
    .default('classification')
    .describe(
      'The kind of task: `classification` scores label words, `generation` lets the model write and scores its texts by `metrics`.',
    ),
  data: z
    .strictObject({
      train: z.string().min(1).describe('Labeled rows to learn from: a .csv, .tsv, .jsonl or .json file, relative to this file.'),
      validation: z
        .string()
        .min(1)
        .optional()
        .describe('Further rows to search and rank on. If absent, the preset `paper` draws some from `train`.'),
      test: z.string().min(1).optional().describe('Held-out rows: reported, never used to choose a prompt. Drawn from `train` if absent.'),
      input: z.string().optional().describe('Column (or JSON field) with the text.'),
      label: z.string().optional().describe('Column (or JSON field) with the class.'),
      reference: z
        .union([z.string(), z.array(z.string()).min(1)])
        .optional()
        .describe('For `generation`: the column with a right output, or several columns. Metrics without a `value` compare with them.'),
      ignoreCase: z.boolean().optional().describe('Whether labels that differ only in capitals or spaces are one class.'),
      rowsPerClass: z
        .strictObject({
          train: count
            .optional()
            .describe('Training rows per class; a seeded draw leaves out the rest. If absent, 32 together with the validation rows.'),
          validation: count
            .optional()
            .describe(
              'Validation rows per class. If absent, the default search uses those of `validation` only, and draws none from `train`.',
            ),
        })
        .prefault({}),
      testRows: count
        .optional()
        .describe('Test rows in total. If absent, 2,000, or 300 where the task model is on a server or in the editor.'),
    })
    .describe('The data.'),
  labels: z
    .union([z.literal('auto'), z.record(z.string(), z.string().min(1))])
    .optional()
    .describe(
      'The word for each class (the verbalizer), or "auto": the run searches for them. If absent, the labels themselves are the words.',
    ),
  template: z
    .union([z.string(), z.array(messageSchema).min(1)])
    .default(DEFAULT_TEMPLATE)
    .describe(
      'How input and prompt are combined: one text, or the messages of a chat. A causal model reads the text up to {mask} and does not need it.',
    ),
  taskModel: z.string().min(1).default('bundled:causal').describe('The model that does the task.'),
  policyModel: z.string().min(1).default('bundled:causal').describe('The causal model that the policy builds on.'),
  proposer: z
    .string()
    .min(1)
    .optional()
    .describe('For `reflect`: the model that proposes prompts, on a server, in the editor or here. If absent, the task model.'),
  price: z
    .strictObject({
      taskModel: positive.optional().describe('Of a million tokens of the task model, request and answer together.'),
      proposer: positive
        .optional()
        .describe(
          'Of a million tokens of the proposer, request and answer together. A proposer that is the task model costs what that does, unless this says otherwise.',
        ),
      currency: z.string().min(1).max(8).optional().describe('What stands before the amounts; $ if absent.'),
    })
    .optional()
    .describe('What tokens cost you, so that previews and results show money. It is never guessed.'),
  prompt: z
    .strictObject({
      length: z.number().int().min(1).max(MOST_TOKENS).default(2).describe('Tokens per prompt, T.'),
      tokens: z
        .enum(['words', 'all'])
        .optional()
        .describe('Tokens that a prompt may contain: readable words, or the whole vocabulary as in the paper.'),
      start: z
        .string()
        .min(1)
        .optional()
        .describe(
          'For `reflect`: your own prompt, which the search improves; it is scored in the table, too. If absent, the first of `compare`.',
        ),
      frozen: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe('For `reflect`: passages of the prompt that stay word for word. Each must be in `start`.'),
      maxTokens: z.number().int().min(8).max(4096).optional().describe('For `reflect`: tokens of a prompt at most; 400 if absent.'),
      perInput: z
        .boolean()
        .optional()
        .describe('Whether the run learns a policy that gives each input a prompt of its own. If absent, one prompt serves all inputs.'),
    })
    .prefault({}),
  generation: generationSchema.optional().describe('For `generation`: how texts are generated.'),
  metrics: z
    .array(metricSchema)
    .min(1)
    .optional()
    .describe('For `generation`: what the texts are scored by. The weighted mean is the score, in [0, 1]; an empty text scores 0.'),
  compare: prompts.default([]).describe('Your own prompts, scored in the same table.'),
  search: z
    .strictObject({
      preset: z.enum(['default', 'paper']).default('default').describe('Supplies the values below that are absent.'),
      method: z
        .array(z.enum(METHODS))
        .min(1)
        .optional()
        .describe(
          'The searches of a run, each on an equal budget: `rlprompt`, `reflect` (a model proposes prompts from the mistakes of others), and `random`, the control, always last. If absent, `rlprompt`, and random search as `random` says.',
        ),
      proposerCalls: count
        .max(100_000)
        .optional()
        .describe('For `reflect`: requests to the proposer at most. If absent, one for every 20 queries of the budget.'),
      steps: count.optional().describe('Maximum number of training steps.'),
      promptsPerStep: count
        .min(2)
        .optional()
        .describe(
          'Prompts sampled per step, B. The preset `default` takes fewer, at least 8, where the budget has no room for eight such steps.',
        ),
      seed: z.number().int().min(0).max(0x7fffffff).default(0).describe('Seed of all random numbers.'),
      seeds: z.array(z.number().int().min(0).max(0x7fffffff)).min(1).optional().describe('Runs the search once for each of these seeds.'),
      warmStart: z
        .boolean()
        .optional()
        .describe(
          'Whether the search begins with `compare` and, for a classification, the ordinary starting prompts, on at most a tenth of the budget.',
        ),
      random: z
        .boolean()
        .optional()
        .describe(
          'Whether random search on an equal budget follows, as a control. If absent, it follows where the task model runs here, and not on a server.',
        ),
      queryBudget: count.optional().describe('Distinct (prompt, row) pairs that the task model may score on train and validation rows.'),
      generationBudget: count
        .optional()
        .describe('For `generation`: texts that may be generated on train and validation rows, in place of `queryBudget`.'),
      judgeBudget: count
        .optional()
        .describe(
          'For `generation`: texts that metrics may send to servers, all together (`llm-rubric`, `similar`). If absent, a tenth more than the run can generate.',
        ),
      proposals: z
        .array(z.enum(PROPOSERS))
        .min(1)
        .optional()
        .describe(
          'Who proposes prompts: the policy, Thompson sampling on the reward model, edits of the best prompts. Each gets a share by what it has earned. Absent in `paper`.',
        ),
      rowsPerPrompt: count
        .optional()
        .describe(
          'Rows of the pool (train and validation) that each prompt is scored on; four of each class when absent, all where a class has fewer.',
        ),
      learningRate: positive.optional().describe('Learning rate of Adam.'),
      targetRate: positive.max(1).optional().describe('Update rate τ of the target network.'),
      topK: count.optional().describe('Sampling chooses among the k tokens with the largest logits.'),
      gradientClip: positive.optional().describe('Maximum norm of the gradient.'),
      validateEvery: count.optional().describe('Steps between scores of the greedy prompt on the validation rows.'),
      patience: count.optional().describe('Validations without a better prompt after which training stops.'),
      convergedSteps: count
        .optional()
        .describe('Training stops after this many steps in a row in which every prompt is the same: equal rewards teach nothing.'),
      maxMinutes: positive.optional().describe('Maximum training time in minutes.'),
      bestOf: count
        .max(1024)
        .optional()
        .describe('For `generation` with the preset `paper`: the best of so many texts counts in the reward of a prompt; 32 if absent.'),
      bootstraps: count
        .max(64)
        .optional()
        .describe('For `generation` with the preset `paper`: the reward is the mean of so many such bests; 4 if absent.'),
      logitBias: z.number().optional().describe('Added to every logit.'),
      classWeights: z.enum(['balanced', 'rows']).optional().describe('Whether the reward weighs classes or rows equally.'),
    })
    .prefault({}),
  policy: z
    .strictObject({
      hiddenSize: count.optional().describe('Hidden units of the MLP.'),
      fluentTopK: count.optional().describe('Limits actions to the k most likely next tokens of the frozen model.'),
      initialisation: z
        .enum(['live', 'paper'])
        .optional()
        .describe('`paper`: biases of −1e-4; `live`: biases of 0, which keep half of the hidden units active.'),
    })
    .prefault({}),
  server: serverSchema.prefault({}),
});

/** What the schema gives. */
export type SchemaSpec = z.output<typeof specSchema>;

/** A spec as parsed: "auto" is a flag of its own, so that `labels` holds words or nothing. */
export interface ParsedSpec extends Omit<SchemaSpec, 'labels'> {
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The values that a preset supplies. */
export interface SearchSettings {
  /** In runs of earlier versions absent: rlprompt. */
  method?: readonly Method[];
  /** Null: by the budget. */
  proposerCalls?: number | null;
  tokens: 'words' | 'all';
  /** Absent in runs from before there were prompts for each input. */
  perInput?: boolean;
  steps: number;
  promptsPerStep: number;
  queryBudget: number;
  /** Null: the policy alone, each prompt on all training rows, as in the paper. */
  proposals: readonly Proposer[] | null;
  /** Null: from the data. */
  rowsPerPrompt: number | null;
  warmStart: boolean;
  learningRate: number;
  targetRate: number;
  topK: number;
  gradientClip: number;
  validateEvery: number;
  patience: number | null;
  convergedSteps: number | null;
  maxMinutes: number | null;
  /** Of generated texts: what counts is the best of so many, `bootstraps` times over; null: the mean of all. */
  bestOf: number | null;
  bootstraps: number | null;
  logitBias: number;
  classWeights: 'balanced' | 'rows';
  hiddenSize: number;
  fluentTopK: number | null;
  initialisation: 'live' | 'paper';
}

export const presets: Record<'default' | 'paper', SearchSettings> = {
  default: {
    method: ['rlprompt'],
    proposerCalls: null,
    tokens: 'words',
    steps: 400,
    promptsPerStep: 16,
    queryBudget: 5000,
    proposals: PROPOSERS,
    rowsPerPrompt: null,
    warmStart: true,
    learningRate: 1e-3,
    targetRate: 0.01,
    topK: 1024,
    gradientClip: 5,
    validateEvery: 10,
    patience: null,
    convergedSteps: 10,
    maxMinutes: null,
    bestOf: null,
    bootstraps: null,
    logitBias: 0,
    classWeights: 'balanced',
    hiddenSize: 2048,
    fluentTopK: null,
    initialisation: 'live',
  },
  paper: {
    method: ['rlprompt'],
    proposerCalls: null,
    tokens: 'all',
    steps: 12_000,
    promptsPerStep: 16,
    queryBudget: 10_000_000,
    proposals: null,
    rowsPerPrompt: null,
    warmStart: false,
    learningRate: 5e-5,
    targetRate: 1e-3,
    topK: 256,
    gradientClip: 5,
    validateEvery: 10,
    patience: null,
    convergedSteps: null,
    maxMinutes: null,
    bestOf: null,
    bootstraps: null,
    logitBias: 0,
    classWeights: 'rows',
    hiddenSize: 2048,
    fluentTopK: null,
    initialisation: 'paper',
  },
};

/** What the paper's text style transfer has other than its classification. */
const PAPER_TEXTS = { promptsPerStep: 8, topK: 50, logitBias: -10, validateEvery: 50, bestOf: 32, bootstraps: 4 } as const;

/** Queries where there are more than four classes: each prompt is scored on four rows a class. */
const MANY_CLASSES_BUDGET = 10_000;

/** A step has few queries, one for each of its prompts: the budget ends the search. */
const PER_INPUT = { perInput: true, steps: 12_000 } as const;

/** The values of the preset, overridden by those of the spec. @param classes as the data has them, once it is read */
export function searchSettings(spec: ParsedSpec, classes = Object.keys(spec.labels ?? {}).length): SearchSettings {
  const { preset, seed: _seed, seeds: _seeds, random: _random, generationBudget, judgeBudget: _judges, ...search } = spec.search;
  const chosen = { ...search, ...spec.policy, tokens: spec.prompt.tokens };
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  // A query is a prompt on a row, which is so many texts.
  const ofTexts = generationBudget !== undefined && { queryBudget: Math.floor(generationBudget / generationOf(spec).samples) };
  const manyClasses = preset === 'default' && classes > 4;
  const isSampled = spec.kind === 'generation' && generationOf(spec).temperature > 0;
  // Without chance, all texts of a prompt on a row are the same.
  const ofPaper = preset === 'paper' && { ...PAPER_TEXTS, ...(!isSampled && { bestOf: 1, bootstraps: 1 }) };
  const ofKind = spec.kind === 'generation' && ofPaper;
  const conditioned = spec.prompt.perInput && PER_INPUT;
  return { ...presets[preset], ...(manyClasses && { queryBudget: MANY_CLASSES_BUDGET }), ...ofKind, ...conditioned, ...given, ...ofTexts };
}

/** How a spec generates texts. */
export function generationOf({ generation }: Pick<ParsedSpec, 'generation'>): GenerationEntry & { readonly samples: number } {
  const given = generation ?? generationSchema.parse({});
  return { ...given, samples: samplesOf(given) };
}

/** The JSON schema of a spec. */
export function specJsonSchema(): object {
  return z.toJSONSchema(specSchema, { io: 'input', target: 'draft-7' });
}

/** What an editor's JSON support shows of a schema, none of which it takes for an error. */
type Shown = Readonly<Record<string, unknown>>;

/**
 * The JSON schema for editors, written to `media/prompt-task.schema.json` by the build: names, descriptions and values to
 * complete, without rules, because the extension's own check reports what is wrong, with quick fixes.
 */
export function editorSchema(): object {
  const { properties, ...schema } = withoutRules(specJsonSchema() as Shown) as { properties: Record<string, Record<string, unknown>> };
  // The extension's own completion offers these defaults, with a remark: from the schema they would be there twice.
  for (const field of ['template', 'taskModel', 'policyModel']) delete properties[field]!.default;
  return { ...schema, allowComments: true, allowTrailingCommas: true, properties };
}

function withoutRules({ $schema, description, default: fallback, properties, enum: values, const: value, type, ...more }: Shown): object {
  // Of a field with values of several types, the entries of its list.
  const { items = ((more.anyOf ?? []) as readonly Shown[]).find((branch) => branch.items !== undefined)?.items } = more;
  const examples = (values ?? more.examples ?? (value === undefined ? undefined : [value])) as unknown[] | undefined;
  const fields = Object.entries((properties ?? {}) as Record<string, Shown>);
  return {
    ...($schema !== undefined && { $schema }),
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    ...(type === 'boolean' ? { examples: [true, false] } : examples && { examples }),
    ...(fields.length > 0 && { properties: Object.fromEntries(fields.map(([name, field]) => [name, withoutRules(field)])) }),
    ...(items !== undefined && { items: withoutRules(items as Shown) }),
    ...(more.defaultSnippets !== undefined && { defaultSnippets: more.defaultSnippets }),
  };
}
