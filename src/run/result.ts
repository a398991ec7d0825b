import type { StopReason, Queries } from './events';
import type { Experiment } from './experiment';
import { majorityBaseline, mean, type PairedTest } from './report/statistics';

export type Origin = 'policy' | 'manual' | 'random' | 'none';

/** `result.json`: what a run found. */
export interface RunResult {
  readonly format: 1;
  readonly status: 'finished' | 'failed';
  /** Why a failed run failed, for people. */
  readonly error?: string;
  readonly spec: string;
  readonly taskModel: string;
  readonly policyModel: string;
  readonly template: string;
  /** Text of the mask token, of a masked task model. */
  readonly maskToken?: string;
  readonly classes: readonly {
    readonly label: string;
    readonly word: string;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  }[];
  readonly seed: number;
  readonly steps: number;
  readonly stopped: StopReason;
  readonly seconds: number;
  /** Most memory that the process has held, in MiB. */
  readonly peakMemory: number;
  /** Of the policy's search: training, validation and ranking. */
  readonly queries: Queries;
  /** Of random search, on an equal budget of its own. */
  readonly randomQueries: Queries | null;
  readonly testQueries: number;
  /** Mean reward of the first and of the last tenth of the steps. */
  readonly learning: { readonly first: number; readonly last: number };
  /** Test accuracy of always answering the class that most training rows have. */
  readonly majorityBaseline: number;
  /** The winner against no prompt, on the same test rows. */
  readonly pairedTest: PairedTest;
  readonly notes: readonly string[];
  readonly prompts: readonly PromptResult[];
}

export interface PromptResult {
  /** By the mean gap over train and validation rows; test rows play no part. */
  readonly rank: number;
  /** The text that goes into the template's `{prompt}`. */
  readonly prompt: string;
  /** Its ids in the task model's tokenizer. */
  readonly tokens: readonly number[];
  readonly pieces: readonly string[];
  readonly origin: Origin;
  /** The text, in place, gives exactly these ids, in the task model's tokenizer and in the policy's. */
  readonly roundTrip: boolean;
  readonly gap: number;
  readonly train: SplitScore;
  readonly validation: SplitScore;
  readonly test?: TestScore;
  /** Under the policy model; null for the empty prompt. */
  readonly perplexity: number | null;
  /** Test rows that only the winner (first) gets right, and that only this prompt does, of those that both have a score for. */
  readonly versusWinner?: { readonly onlyFirst: number; readonly onlySecond: number; readonly rows: number };
}

export interface SplitScore {
  readonly reward: number;
  readonly gap: number;
  readonly accuracy: number;
}

export interface TestScore {
  readonly accuracy: number;
  /** 95 % Wilson score interval. */
  readonly interval: readonly [number, number];
  readonly n: number;
  readonly macroF1: number;
  readonly gap: number;
  /** Rows by right class, columns by answer. */
  readonly confusion: readonly (readonly number[])[];
  /** A few rows to look at: wrong answers first, then right ones. Classes are indices. */
  readonly examples: readonly Example[];
}

export interface Example {
  /** Cut where it is long. */
  readonly text: string;
  readonly label: number;
  readonly predicted: number;
}

/** Several seeds of one task. */
export interface SeedsResult {
  readonly format: 1;
  readonly seeds: readonly RunResult[];
  /** Mean and sample standard deviation over seeds of the winner's and the empty prompt's test accuracy. */
  readonly winner: { readonly mean: number; readonly deviation: number };
  readonly none: { readonly mean: number; readonly deviation: number };
}

/** What a run measured, for its result. */
export type Measured = Pick<
  RunResult,
  'seed' | 'steps' | 'stopped' | 'seconds' | 'queries' | 'randomQueries' | 'testQueries' | 'prompts' | 'pairedTest'
> & {
  /** Mean reward of every step. */
  readonly rewards: readonly number[];
};

export function buildResult(
  { spec, dataset, verbalizer, notes, taskFolder }: Experiment,
  { rewards, prompts, pairedTest, ...measured }: Measured,
): RunResult {
  const { splits, classes } = dataset;
  const count = (labels: readonly number[], c: number): number => labels.filter((label) => label === c).length;
  const tenth = Math.max(1, Math.floor(rewards.length / 10));
  return {
    format: 1,
    status: 'finished',
    spec: spec.file,
    taskModel: spec.taskModel,
    policyModel: spec.policyModel,
    template: spec.template,
    ...(taskFolder.kind === 'masked' && { maskToken: taskFolder.tokenizer.decode([taskFolder.tokenizer.maskId!]) }),
    classes: classes.map((label, c) => ({
      label,
      word: verbalizer.words[c]!,
      train: count(splits.train.labels, c),
      validation: count(splits.validation.labels, c),
      test: count(splits.test.labels, c),
    })),
    ...measured,
    peakMemory: Math.round(process.resourceUsage().maxRSS / 1024),
    learning: { first: mean(rewards.slice(0, tenth)), last: mean(rewards.slice(-tenth)) },
    majorityBaseline: majorityBaseline(dataset.classCounts, splits.test.labels),
    pairedTest,
    notes,
    prompts,
  };
}
