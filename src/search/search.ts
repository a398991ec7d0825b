import type { PolicyModel } from '../method/policyModel';
import type { Scorer } from '../method/scorer';
import type { StepReport as TrainingStep } from '../method/trainer';
import type { Compute } from '../model/local/session';
import type { PromptIds, RowsOfPrompt } from '../model/taskModel';
import type { SearchSettings } from '../spec/schema';
import type { StartingPrompt } from '../spec/startingPrompts';
import type { InputPolicy } from './inputPolicy';
import type { FilledIn, Prompt, ScoredPrompt, SplitScore } from './prompt';
import type { CandidateRecord, CandidateUpdate, Usage } from './reflect/record';
import type { Outcome, Proposed, TrainRow } from './reflect/task';
import type { Note } from '../wording/note';

/** What a search works on: the frozen models, the tokens, and the rows that may steer it. */
export interface SearchContext {
  readonly settings: SearchSettings;
  /** Tokens of a prompt. */
  readonly length: number;
  readonly seed: number;
  /** Queries that the search may compute, its choice of finalists included. */
  readonly budget: number;
  readonly compute: Compute;
  readonly policyModel: PolicyModel;
  /** Token ids that a prompt may be made of, in the policy's tokenizer. */
  readonly actions: readonly number[];
  /** From the policy's tokens to the task model's. */
  readonly toTask: (ids: PromptIds) => number[];
  /** Whether the task's template takes a prompt of the policy's tokens, or the beginning of one, as it is; absent if it takes all. */
  readonly admits?: ((ids: PromptIds) => boolean) | undefined;
  /** Prompts that the search begins with; none without a warm start. */
  readonly starts: readonly Start[];
  /** The inputs of a split as sources of their prompts, in the policy's tokens: rows in order. */
  readonly inputs: (split: 'train' | 'validation') => readonly PromptIds[];
  /** A prompt from the task model's tokens. */
  readonly prompt: (ids: PromptIds) => Prompt;
  /** Of a generation task: scores of the first texts of prompts on training rows, whatever number a query has (`samples`). */
  readonly texts?:
    | {
        readonly samples: number;
        readonly sample: (
          jobs: readonly { readonly ids: PromptIds; readonly row: number }[],
          count: number,
          signal?: AbortSignal,
        ) => Promise<number[][]>;
      }
    | undefined;
  /** What a search that asks a model for prompts needs beside that. */
  readonly reflection?: Reflection | undefined;
  /** Every search has scorers of its own: caches and counts start empty. Test rows are out of reach. */
  readonly scorer: (split: 'train' | 'validation') => Scorer;
}

/** How a search asks a model for prompts, and what it may show it: rows that steer the search, never test rows. */
export interface Reflection {
  readonly train: readonly TrainRow[];
  readonly validation: readonly TrainRow[];
  /** What the task model answered on train rows, by what a scorer has of it: logits of the classes, or a score. */
  describe(
    ids: PromptIds,
    rows: readonly number[],
    values: readonly Float32Array[],
    signal?: AbortSignal,
  ): Promise<Pick<Outcome, 'got' | 'reason'>[]>;
  /** @param id of the candidate that the answer may become */
  propose(id: number, request: string, signal?: AbortSignal): Promise<Proposed>;
  /** Requests that may be sent. */
  readonly calls: number;
  readonly encode: (text: string) => PromptIds;
  /** Prompts to start from; the first is the one to improve. */
  readonly start: readonly StartingPrompt[];
  readonly frozen: readonly string[];
  readonly maxTokens: number;
  /** Answers of the task model that are paid for, to the prompts that were there before. */
  readonly given: readonly GivenRows[];
  readonly report: (records: readonly (CandidateRecord | CandidateUpdate)[]) => void;
}

export interface GivenRows extends RowsOfPrompt {
  readonly split: 'train' | 'validation' | 'test';
  readonly values: Float32Array;
}

/** A prompt that is there before the search. */
export interface Start {
  readonly origin: StartingPrompt['origin'];
  /** In the task model's tokens, and in the policy's. */
  readonly ids: PromptIds;
  readonly tokens: PromptIds;
}

/** Whose prompt it is, which also names a stage of a run; `single` is the control of a search for a prompt for each input. */
export type SearchOrigin = 'policy' | 'reflect' | 'random' | 'single';

/** Whether a search follows another one, on as many queries as that computed. */
export function isControl({ origin }: Pick<SearchKind, 'origin'>): boolean {
  return origin === 'random' || origin === 'single';
}

/** One way to find prompts. A run does one after the other, each on an equal budget; random search is the control. */
export interface SearchKind {
  readonly origin: SearchOrigin;
  /** Whether it asks a model for prompts, and has `reflection` for that. */
  readonly proposes?: true;
  /** Starts the search, or with `saved` resumes it where `save` was called. */
  open(context: SearchContext, saved?: unknown): Promise<Search>;
}

export interface Search {
  readonly queries: Queries;
  /** Why there is no further step; undefined while there is one. */
  readonly ended: StopReason | undefined;
  /** The most queries that `finalists` may compute from here on. */
  readonly finalistQueries: number;
  /** What a model that proposes prompts took so far. */
  readonly proposer?: Usage;
  /** What the user should know of it so far. */
  readonly notes?: readonly Note[];
  /**
   * Does one step. When the signal aborts, it throws within moments and leaves the search as it was before the step, so that
   * it can be saved and resumed with the same trace.
   */
  advance(signal?: AbortSignal): Promise<StepReport>;
  /** The prompts that get held-out scores, best first. */
  finalists(signal?: AbortSignal): Promise<Finalist[]>;
  /** What a search for a prompt for each input found, once `finalists` is done. */
  readonly found?: InputPolicy;
  /** All that `open` needs to continue as if the search had never stopped: plain data for v8's `serialize`. */
  save(): unknown;
  release(): Promise<void>;
}

/** A prompt that a search leaves for the table, with its origin where the search did not find it. */
export type Finalist = ScoredPrompt & { readonly origin?: Start['origin'] };

export interface Queries {
  /** (Prompt, row) pairs that were wanted. */
  readonly asked: number;
  /** Those that the model had to score: what the budget bounds. */
  readonly computed: number;
}

/** `request`: the user asked for the ranking now. */
export type StopReason = 'steps' | 'budget' | 'converged' | 'patience' | 'time' | 'storage' | 'exhausted' | 'idle' | 'calls' | 'request';

/** What a step did: a line of the run's journal, less its seconds. */
export type StepReport = StartsStep | PolicyStep | ReflectStep | RandomStep;

/** The prompts that a search begins with, each scored on few rows. */
export interface StartsStep {
  readonly event: 'starts';
  /** Before the first. */
  readonly step: 0;
  readonly prompts: readonly (ScoredPrompt & { readonly origin: Start['origin'] })[];
  readonly queries: Queries;
}

export interface PolicyStep extends Omit<TrainingStep, 'bestPrompt'> {
  readonly event: 'step';
  readonly bestPrompt: string;
  /** Scores of the greedy prompts on the validation rows, of a policy that gives each input its own. */
  readonly policy?: SplitScore;
  /** The greedy prompt, every few steps; with a memory the best prompt so far, by estimates. */
  readonly greedy?: ScoredPrompt;
  /** How many of the step's prompts came from each proposer. */
  readonly shares?: Readonly<Record<string, number>>;
  readonly estimate?: StepEstimate;
  readonly queries: Queries;
}

/** Estimated accuracies on the pool, of a search with a memory. */
interface StepEstimate extends FilledIn {
  /** Of the best prompt so far, which `rows` and `worth` are about. */
  readonly best: number;
  /** Mean of the step's prompts. */
  readonly mean: number;
}

/** Proposals that a search by reflection tried, or, at step 0, the prompts that it starts from. */
export interface ReflectStep {
  readonly event: 'reflect';
  readonly step: number;
  readonly attempts: readonly Pick<CandidateRecord, 'id' | 'operator' | 'state' | 'refused'>[];
  /** The best so far, with its scores on the rows that it has. */
  readonly best: ScoredPrompt;
  /** Its estimated accuracy, or mean score, by so many rows. */
  readonly estimate: { readonly best: number; readonly rows: number };
  /** Probability of each operator. */
  readonly operators: Readonly<Record<string, number>>;
  /** What the proposer took so far. */
  readonly proposer: Usage;
  readonly queries: Queries;
}

export interface RandomStep {
  readonly event: 'random';
  readonly step: number;
  /** Mean and best reward of the step's prompts. */
  readonly mean: number;
  readonly best: number;
  readonly estimate?: StepEstimate;
  readonly queries: Queries;
}

/** A step's point of the learning curve: a mean reward, or of a search by reflection the best estimate. None at what a search begins with. */
export function learnedAt(report: StepReport): number | undefined {
  if (report.step === 0 || report.event === 'starts') return undefined;
  return report.event === 'reflect' ? report.estimate.best : report.mean;
}

/** The counts of several scorers together. */
export function queriesOf(...scorers: readonly Scorer[]): Queries {
  return { asked: scorers.reduce((sum, s) => sum + s.asked, 0), computed: scorers.reduce((sum, s) => sum + s.computed, 0) };
}
