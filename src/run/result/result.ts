import type { ScoredPrompt } from '../../search/prompt';
import type { LabelWordChoice } from '../../search/labelWords/choice';
import type { ModelCall } from '../../model/call';
import type { Spent } from '../../model/taskModel';
import type { Usage } from '../../search/reflect/record';
import type { Queries, SearchOrigin, StopReason } from '../../search/search';
import type { Experiment } from '../open/experiment';
import { templateText } from '../../spec/template';
import { majorityBaseline, mean, type PairedTest } from '../report/statistics';
import type { Note } from '../../wording/note';

/** What found a prompt, `single` the control of a search for a prompt for each input; `manual` is one of the user's, `start` an ordinary one, and `none` the empty one. */
export type Origin = SearchOrigin | 'manual' | 'start' | 'none';

/** Whether a prompt was there before the search, so that the winner has to beat it. */
export function isBaseline({ origin }: { readonly origin: Origin | 'evaluated' }): boolean {
  return origin === 'none' || origin === 'manual' || origin === 'start';
}

/** `result.json`: what a run found. */
export interface RunResult {
  readonly format: 1;
  readonly status: 'finished' | 'failed';
  /** Why the run failed. */
  readonly error?: string;
  readonly spec: string;
  /** Of a generation task `accuracy` and `gap` are mean scores in [0, 1]. Absent: classification. */
  readonly kind?: 'generation';
  /** Texts that are generated for a query; of a generation task. */
  readonly samples?: number;
  readonly taskModel: string;
  readonly policyModel: string;
  readonly template: string;
  /** Text of the mask token of a masked task model. */
  readonly maskToken?: string;
  readonly classes: readonly {
    readonly label: string;
    readonly word: string;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  }[];
  /** How the label words were found, if the run searched for them. */
  readonly labelWords?: LabelWordChoice;
  /** How other code calls the task model; absent where it cannot, and in results of version 0.1.0. */
  readonly call?: ModelCall;
  readonly seed: number;
  readonly steps: number;
  readonly stopped: StopReason;
  readonly seconds: number;
  /** Peak memory of the process, in MiB. */
  readonly peakMemory: number;
  /** Of no prompt, the prompts to compare, and the search with its choice of finalists: what the budget bounds. */
  readonly queries: Queries;
  /** Not in results of version 0.1.0. */
  readonly queryBudget?: number;
  /** The searches in their order, without the control; absent in results of earlier versions. */
  readonly searches?: readonly SearchSummary[];
  /** Of random search, which has an equal budget and the same given prompts. */
  readonly randomQueries: Queries | null;
  readonly randomTaskModel?: TokenUse;
  /** What the task model took in all, held-out rows included; absent where it runs here, and in results of earlier versions. */
  readonly taskModelUse?: TaskModelUse;
  /** What the tokens of task model and proposer cost together, where the spec has a price for both. */
  readonly cost?: string;
  readonly testQueries: number;
  /** Mean reward of the first and of the last tenth of the steps. */
  readonly learning: { readonly first: number; readonly last: number };
  /** Test accuracy of always answering the most frequent class of the training rows. */
  readonly majorityBaseline: number;
  /** The winner against no prompt, on the same test rows. */
  readonly pairedTest: PairedTest;
  readonly notes: readonly Note[];
  /** The single prompts. */
  readonly prompts: readonly PromptResult[];
  /** Of a run that looks for a prompt for each input: what its policy found. */
  readonly perInput?: PerInputResult;
}

interface SearchSummary {
  readonly origin: SearchOrigin;
  /** As `queries`. */
  readonly queries: Queries;
  readonly stopped: StopReason;
  readonly proposer?: ProposerUse;
  readonly taskModel?: TokenUse;
}

/** What the requests to a model elsewhere took. */
export interface TokenUse extends Spent {
  /** What its tokens cost, where the spec has a price. */
  readonly cost?: string;
}

/** What the task model took in a run. */
interface TaskModelUse extends TokenUse {
  /** Requests that had no answer when the run was interrupted. Absent in results of earlier versions. */
  readonly lost?: number;
}

/** What the model that proposed prompts took. */
export interface ProposerUse extends Usage, TokenUse {
  readonly model: string;
  /** Requests that were on their way when the run was interrupted, asked for again and not in `calls`. */
  readonly lost: number;
}

/** A line of a table of prompts. While a run works, not everything is known yet. */
export interface PromptRow extends ScoredPrompt {
  /** By the score on the pool; test rows play no part. */
  readonly rank: number;
  /** Accuracy on the pool. */
  readonly estimate: TransferScore;
  /** `evaluated`: typed or selected by the user after the run. */
  readonly origin: Origin | 'evaluated';
  readonly test?: TestScore;
  /** Under the policy model; null for the empty prompt. */
  readonly perplexity?: number | null;
  /** Whether the text, in place, gives exactly these ids, in the task model's tokenizer and in the policy's. */
  readonly roundTrip?: boolean;
  /** Held-out accuracy on other models, by model reference. */
  readonly transfer?: Readonly<Record<string, TransferScore>>;
  /** The prompt that ranks first in the table against this one, on the test rows that both have a score for. */
  readonly versusWinner?: PairedTest & { readonly rows: number };
}

/** A line of the table of a finished run. */
export interface PromptResult extends PromptRow {
  readonly origin: Origin;
  readonly tokens: readonly number[];
  readonly roundTrip: boolean;
  readonly perplexity: number | null;
}

/** Accuracy with its 95% Wilson score interval, or mean score with that of its mean, over `n` rows. */
export interface TransferScore {
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly n: number;
}

export interface TestScore extends TransferScore {
  readonly gap: number;
  /** Of classes. */
  readonly macroF1?: number;
  /** Rows by right class, columns by answer. */
  readonly confusion?: readonly (readonly number[])[];
  /** A few rows to look at: wrong answers first, then right ones. Classes are indices. */
  readonly examples?: readonly Example[];
  /** Of generated texts: mean score by metric, and some texts from the worst to the best. */
  readonly metrics?: readonly { readonly name: string; readonly score: number }[];
  readonly texts?: readonly TextExample[];
}

/** A generated text beside its row, each cut where it is long. */
export interface TextExample {
  readonly input: string;
  readonly references: readonly string[];
  readonly output: string;
  readonly score: number;
  readonly parts: readonly { readonly name: string; readonly score: number; readonly reason: string }[];
}

export interface Example {
  /** Cut where it is long. */
  readonly text: string;
  readonly label: number;
  readonly predicted: number;
}

/** What a policy with a prompt for each input found. */
export interface PerInputResult {
  /** On the validation rows, which chose the policy among those that training came by; absent without such rows. */
  readonly estimate?: TransferScore;
  readonly test: TestScore;
  /** The policy against each prompt of the result's table, in its order, on the test rows that both have a score for; null for a prompt without held-out scores. */
  readonly versus: readonly ((PairedTest & { readonly rows: number }) | null)[];
  /** The different prompts that the test rows got, the most frequent first. */
  readonly prompts: readonly GivenPrompt[];
  /** The place of each test row's prompt among those. */
  readonly promptOf: readonly number[];
  /** Some test rows to look at, spread over all. */
  readonly inputs: readonly InputExample[];
}

interface GivenPrompt extends Pick<PromptResult, 'prompt' | 'tokens' | 'pieces'> {
  /** Test rows that got it. */
  readonly rows: number;
}

/** A test row with its prompt, cut where it is long. */
export interface InputExample {
  readonly text: string;
  /** Place among the different prompts. */
  readonly prompt: number;
  /** Of classes; null where the model named none, or where the row has no score. */
  readonly label?: number;
  readonly predicted?: number | null;
  /** Of generated texts; null where the row has no score. */
  readonly score?: number | null;
}

/** Several seeds of one task. */
export interface SeedsResult {
  readonly format: 1;
  readonly seeds: readonly RunResult[];
  /** Mean and sample standard deviation over seeds of the winner's and the empty prompt's test accuracy. */
  readonly winner: { readonly mean: number; readonly deviation: number };
  readonly none: { readonly mean: number; readonly deviation: number };
}

/** What a run measured, with the mean reward of every step. */
type Measured = Pick<
  RunResult,
  | 'seed'
  | 'stopped'
  | 'seconds'
  | 'queries'
  | 'searches'
  | 'randomQueries'
  | 'randomTaskModel'
  | 'taskModelUse'
  | 'cost'
  | 'testQueries'
  | 'prompts'
  | 'pairedTest'
  | 'notes'
  | 'perInput'
> & {
  readonly means: readonly number[];
};

export function buildResult(
  { spec, settings, dataset, verbalizer, labelWords, taskFolder, texts, call }: Experiment,
  { means, prompts, pairedTest, perInput, seed, notes, ...measured }: Measured,
): RunResult {
  const { splits, classes } = dataset;
  const count = (labels: readonly number[], c: number): number => labels.filter((label) => label === c).length;
  const called = call();
  const tenth = Math.max(1, Math.floor(means.length / 10));
  return {
    format: 1,
    status: 'finished',
    spec: spec.file,
    ...(texts && { kind: 'generation', samples: texts.samples }),
    taskModel: spec.taskModel,
    policyModel: spec.policyModel,
    template: templateText(spec.template),
    ...(taskFolder.kind === 'masked' && { maskToken: taskFolder.tokenizer.decode([taskFolder.tokenizer.maskId!]) }),
    classes: classes.map((label, c) => ({
      label,
      word: verbalizer.words[c]!,
      train: count(splits.train.labels, c),
      validation: count(splits.validation.labels, c),
      test: count(splits.test.labels, c),
    })),
    ...(labelWords && { labelWords }),
    ...(called && { call: called }),
    seed,
    steps: means.length,
    queryBudget: settings.queryBudget,
    ...measured,
    peakMemory: Math.round(process.resourceUsage().maxRSS / 1024),
    learning: { first: mean(means.slice(0, tenth)), last: mean(means.slice(-tenth)) },
    majorityBaseline: texts ? 0 : majorityBaseline(dataset.classCounts, splits.test.labels),
    pairedTest,
    notes,
    prompts,
    ...(perInput && { perInput }),
  };
}
