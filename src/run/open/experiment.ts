import { readModel, type ModelFolder } from '../../model/local/modelFolder';
import { PolicyModel } from '../../method/policyModel';
import { ServerError } from '../../model/server/serverError';
import type { Compute } from '../../model/local/session';
import { Scorer, type LabeledRows } from '../../method/scorer';
import type { JudgeCalls } from '../../metrics/judge/judgeCalls';
import type { ScoredTexts } from '../../metrics/scoredTexts';
import type { PromptIds, TaskModel } from '../../model/taskModel';
import { loadDataset, type Dataset, type SplitName } from '../../data/dataset';
import { problemNote, TaskError, type Problem } from '../../spec/problem';
import { searchSettings, type SearchSettings } from '../../spec/schema';
import { hasMethod } from '../../spec/searches';
import { priceOf } from '../../spec/price';
import { startingPrompts } from '../../spec/startingPrompts';
import type { Spec } from '../../spec/spec';
import { actionsOf } from '../../model/local/localTask';
import type { Prompt } from '../../search/prompt';
import type { LabelWordChoice } from '../../search/labelWords/choice';
import type { Reflection, SearchContext, Start } from '../../search/search';
import type { ModelCall } from '../../model/call';
import { cutNotes, type Access, type OpenTask } from '../../model/door';
import { openTask } from '../../model/openTask';
import { isTextModel } from '../../spec/scheme';
import { word } from '../../wording/wording';
import { ModelError } from '../../model/modelError';
import { openTexts } from './openTexts';
import { excerpt, passageOf, travel } from './passage';
import { openProposing, type Proposing } from './proposing';
import {
  planRuns,
  preview,
  previewProposals,
  type JudgePreview,
  type Plan,
  type Preview,
  type QueryPlan,
  type ProposalPreview,
} from '../consent/preview';
import { hashesOf, type Scripts } from '../../metrics/script/script';
import { StoredModel, type RowLog } from '../store/rows/storedModel';
import type { Note } from '../../wording/note';

/** A task spec with its data read, its models open and its template laid out: all that a run needs. */
export interface Experiment {
  readonly spec: Spec;
  readonly settings: SearchSettings;
  readonly compute: Compute;
  readonly dataset: Dataset;
  readonly taskFolder: OpenTask['folder'];
  readonly policyFolder: Pick<ModelFolder, 'reference' | 'hash'>;
  readonly policyModel: PolicyModel;
  /** The label word of each class. */
  readonly verbalizer: { readonly words: readonly string[] };
  /** How the label words were found, where the spec left them to the run. */
  readonly labelWords: LabelWordChoice | undefined;
  /** Queries that the search may compute: the budget less what the label words took. */
  readonly searchBudget: number;
  /** Token ids that a prompt may be made of, in the policy's tokenizer. */
  readonly actions: readonly number[];
  /** What the user should know, the warnings about the spec among it; grows while a server is asked. */
  readonly notes: readonly Note[];
  readonly warnings: readonly Problem[];
  /** What a run will ask of a server, and how long that takes; undefined for a model that runs here. */
  readonly preview: Preview | undefined;
  /** The most queries that a run of the spec may ask. */
  readonly plan: QueryPlan;
  /** What metrics will ask of servers. */
  readonly judges: readonly JudgePreview[];
  /** How often they have asked, and may; undefined for a classification. */
  readonly judgeCalls: JudgeCalls | undefined;
  /** What it will ask of the model that proposes prompts; undefined if that runs here. */
  readonly proposals: ProposalPreview | undefined;
  readonly model: Pick<TaskModel, 'key' | 'classes' | 'answered' | 'spent' | 'countFor'>;
  /** SHA-256 of each script among the metrics. */
  readonly scripts: Readonly<Record<string, string>>;
  /** The same model of a generation task, which shows what it wrote. */
  readonly texts: ScoredTexts | undefined;
  /** Scores of its single texts on training rows. */
  readonly sample: NonNullable<SearchContext['texts']>['sample'] | undefined;
  /** A new scorer, whose cache and counts start empty; a log gets every result before the scorer does. */
  readonly scorer: (split: SplitName, log?: RowLog) => Scorer;
  /** Whether a chat's template takes a prompt of the policy's tokens, or the beginning of one, as it is; undefined if it takes all. */
  readonly admits: ((ids: PromptIds) => boolean) | undefined;
  /** How a run proposes prompts, if it does. */
  readonly proposing: Proposing | undefined;
  /** When the models were opened: the date that chat templates print. */
  readonly now: Date;
  /** The inputs of a split as sources of their prompts, in the policy's tokens; none where one prompt serves all. */
  readonly inputs: (split: SplitName) => readonly PromptIds[];
  /** A prompt of the policy's tokens in the task model's tokens; it travels as text where the vocabularies differ. */
  readonly toTask: (ids: PromptIds) => number[];
  encodePrompt(text: string): number[];
  /** The prompts that a search with a warm start begins with, each once. */
  readonly starts: readonly Start[];
  /** A prompt from its ids in the task model's tokenizer. */
  readonly prompt: (ids: PromptIds) => Prompt;
  /** Whether the prompt, in place as text, gives the scored ids in the task model's and the policy's tokenizer. */
  roundTrip(ids: PromptIds): boolean;
  /** How other code calls the task model; undefined where it cannot. */
  readonly call: () => ModelCall | undefined;
  /** Perplexity of a prompt under the policy model; NaN for the empty one and for instructions. */
  perplexity(ids: PromptIds): Promise<number>;
  release(): Promise<void>;
}

export interface OpenOptions extends Access {
  /** What will be asked, which bounds what may be sent to a server; a run with random search when absent. */
  readonly plan?: Plan;
  /** Whether to open the model that proposes prompts, if the spec's searches need one. */
  readonly proposes?: boolean;
  /** Runs that this process starts, one a seed. */
  readonly runs?: number;
  /** The date that chat templates print, of a run that is resumed; today when absent. */
  readonly now?: Date | undefined;
  /** Those that a run began with: the presets may have changed since. */
  readonly settings?: SearchSettings | undefined;
  /** The scripts among the metrics, which the user has agreed to run. */
  readonly scripts?: Scripts | undefined;
  /** How the spec's label words were found, if they were. */
  readonly labelWords?: LabelWordChoice | undefined;
}

/** @throws TaskError, ModelError */
export async function openExperiment(spec: Spec, compute: Compute, options: OpenOptions = {}): Promise<Experiment> {
  if (isTextModel(spec.policyModel)) throw new ModelError('model.policyElsewhere', { scheme: spec.policyModel.split(':')[0]! });
  const dataset = await loadDataset(spec);
  const settings = options.settings ?? searchSettings(spec, dataset.classes.length);
  const policyFolder = await readModel(spec.policyModel, spec.folder);
  const policy = policyFolder.tokenizer;
  const { train } = dataset.splits;
  const { labelWords, now = new Date() } = options;
  const claimed = labelWords?.queries ?? 0;
  const plan = (options.plan ?? planRuns(true))(spec, settings, dataset, claimed);
  const needs = { spec, classes: dataset.classes, samples: train.texts, policy: policyFolder, mostQueries: plan.total, now };
  const texts = spec.kind === 'generation' ? await placed(spec, openTexts(needs, dataset, compute, options)) : undefined;
  const task: OpenTask = texts ?? (await placed(spec, openTask(needs, compute, options)));
  const proposing =
    options.proposes && hasMethod(spec, 'reflect') ? await openProposing(spec, settings, task.context, compute, options) : undefined;
  options.opening?.end();
  const { tokenizer } = task.folder;
  const policyModel = await PolicyModel.open(policyFolder, compute);

  const warnings = [...dataset.warnings, ...task.warnings];
  const notes = [...dataset.notes];
  const layOut = (name: SplitName): LabeledRows => {
    const { texts: inputs, labels, references } = dataset.splits[name];
    const set = task.model.rows(inputs, references);
    notes.push(...cutNotes(name, set, task.context));
    return { set, labels };
  };
  const splits = mapSplits(layOut);
  const inputs = settings.perInput
    ? mapSplits((name) => {
        const sources = dataset.splits[name].texts.map((text) => policyModel.sourceOf(text, spec.prompt.length));
        const cut = sources.filter((source) => source.cut).length;
        notes.push(...(cut > 0 ? [word('run.sourcesCut', { split: name, cut, of: sources.length })] : []));
        return sources.map(({ ids }) => ids);
      })
    : undefined;

  // A prompt touches the end of a text only, so an excerpt, which fits every context, stands for a long one.
  const shortest = excerpt(train.texts.reduce((a, b) => (b.length < a.length ? b : a)));
  const passage = passageOf(spec, task.parts, policy, shortest);
  const { toTask, toPolicy, admits } = travel({
    spec,
    passage,
    policy,
    tokenizer,
    encodePrompt: (text) => task.encodePrompt(text),
    promptText: (ids) => task.promptText(ids),
    roundTrip: (ids) => task.roundTrip(ids, shortest),
  });
  const actions = actionsOf(spec, policy);
  return {
    spec,
    settings,
    compute,
    dataset,
    taskFolder: task.folder,
    policyFolder,
    policyModel,
    verbalizer: task,
    labelWords,
    searchBudget: settings.queryBudget - claimed,
    actions: spec.turns ? actions.filter((id) => passage.keeps([id])) : actions,
    admits,
    now,
    get notes() {
      return [...warnings.map(problemNote), ...notes, ...task.notes()];
    },
    warnings,
    plan,
    preview: task.pace && preview(plan, task.pace, priceOf(spec)),
    proposals:
      proposing?.proposer.remote &&
      previewProposals(proposing.proposer, (options.runs ?? 1) * proposing.calls, proposing.maxTokens, train.texts, priceOf(spec)),
    proposing,
    judges: texts?.judges ?? [],
    judgeCalls: texts?.judgeCalls,
    model: task.model,
    scripts: hashesOf(options.scripts ?? new Map()),
    texts: texts?.model,
    sample:
      texts && ((jobs, count, signal) => texts.model.sample(jobs, splits.train.set as ReturnType<ScoredTexts['rows']>, count, signal)),
    scorer: (split, log) => new Scorer(log ? new StoredModel(task.model, split, log) : task.model, splits[split], settings.classWeights),
    inputs: (split) => inputs?.[split] ?? [],
    toTask,
    encodePrompt: (text) => task.encodePrompt(text),
    starts: settings.warmStart
      ? startingPrompts(spec)
          .map(({ text, origin }) => ({ origin, ids: task.encodePrompt(text) }))
          .filter(({ ids }, i, all) => ids.length > 0 && all.findIndex((other) => other.ids.join() === ids.join()) === i)
          .map(({ origin, ids }) => ({ origin, ids, tokens: toPolicy(ids) }))
      : [],
    prompt: (ids) => ({ prompt: task.promptText(ids), pieces: ids.map((id) => tokenizer.decodeBehind([id])), tokens: ids }),
    roundTrip: (ids) => task.roundTrip(ids, shortest) && passage.keeps(toPolicy(ids)),
    call: () => task.call(),
    perplexity: (ids) => (ids.length > LONG ? Promise.resolve(NaN) : policyModel.perplexity(toPolicy(ids))),
    release: async () => {
      await Promise.all([task.model.release(), policyModel.release(), proposing?.proposer.release()]);
    },
  };
}

/** Tokens of a prompt that is an instruction, whose perplexity nobody asks for: it would take a run of the model for each token. */
const LONG = 64;

/** What a search sees of an experiment: no test rows. */
export function searchContext(experiment: Experiment, seed: number, budget: number, log?: RowLog, reflection?: Reflection): SearchContext {
  const { settings, spec, compute, policyModel, actions, inputs, toTask, admits, starts, prompt } = experiment;
  const scorer: SearchContext['scorer'] = (split) => experiment.scorer(split, log);
  const texts = experiment.texts && experiment.sample && { samples: experiment.texts.samples, sample: experiment.sample };
  return {
    settings,
    length: spec.prompt.length,
    seed,
    budget,
    compute,
    policyModel,
    actions,
    inputs,
    toTask,
    admits,
    starts,
    prompt,
    texts,
    scorer,
    reflection,
  };
}

function mapSplits<T>(make: (name: SplitName) => T): Record<SplitName, T> {
  return { train: make('train'), validation: make('validation'), test: make('test') };
}

/** A server's complaint about a field of the spec, at that field; without the field's value, which may hold a key. */
async function placed<T>(spec: Spec, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof ServerError && error.field) throw new TaskError(spec.problemAt([...error.field], error.worded));
    throw error;
  }
}
