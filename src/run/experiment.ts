import { readModel, type ModelFolder } from '../lm/modelFolder';
import { Layout } from '../lm/layout';
import { PolicyModel } from '../lm/policyModel';
import { PrefixTaskModel } from '../lm/prefixTaskModel';
import { roundTrips } from '../lm/roundTrip';
import type { Compute } from '../lm/session';
import type { TaskModel } from '../lm/taskModel';
import { WholeRowTaskModel } from '../lm/wholeRowTaskModel';
import { Scorer, type LabelledRows, type PromptIds } from '../reward/scorer';
import { loadDataset, type Dataset, type SplitName } from '../task/dataset';
import { TaskError, type Problem } from '../task/problem';
import { searchSettings, type SearchSettings } from '../task/schema';
import type { Spec } from '../task/spec';
import { forCausal, parseTemplate, type Part } from '../task/template';
import { verbalize, type Verbalizer } from '../task/verbalizer';

/** A task spec with its data read, its models open and its template laid out: all that a run needs. */
export interface Experiment {
  readonly spec: Spec;
  readonly settings: SearchSettings;
  readonly dataset: Dataset;
  readonly taskFolder: ModelFolder;
  readonly policyFolder: ModelFolder;
  readonly policyModel: PolicyModel;
  readonly verbalizer: Verbalizer;
  /** Token ids that a prompt may be made of, in the policy's tokenizer. */
  readonly actions: readonly number[];
  readonly notes: readonly string[];
  readonly warnings: readonly Problem[];
  /** A scorer of its own: cache and counts start empty. */
  scorer(split: SplitName): Scorer;
  /** A prompt of the policy's tokens in the task model's tokens; it travels as text where the vocabularies differ. */
  toTask(ids: PromptIds): number[];
  encodePrompt(text: string): number[];
  /** The text to put into the template's `{prompt}` for ids of the task model. */
  promptText(ids: PromptIds): string;
  /** Whether the prompt, in place as text, gives the scored ids in the task model's and the policy's tokenizer. */
  roundTrip(ids: PromptIds): boolean;
  /** Perplexity of a prompt under the policy model; NaN for the empty one. */
  perplexity(ids: PromptIds): Promise<number>;
  release(): Promise<void>;
}

/** @throws TaskError, ModelError */
export async function openExperiment(spec: Spec, compute: Compute): Promise<Experiment> {
  const settings = searchSettings(spec);
  const dataset = await loadDataset(spec);
  const taskFolder = await readModel(spec.taskModel, spec.folder);
  const policyFolder = spec.policyModel === spec.taskModel ? taskFolder : await readModel(spec.policyModel, spec.folder);
  const [task, policy] = [taskFolder.tokenizer, policyFolder.tokenizer];
  const parts = templateParts(spec, taskFolder.kind);
  const bare = new Layout(parts, task, taskFolder.context, 0);
  // Room for the longest prompt: what is searched for, and what the user wants to compare.
  const room = Math.max(spec.prompt.length, ...spec.compare.map((prompt) => bare.encodePrompt(prompt).length));
  const layout = new Layout(parts, task, taskFolder.context, room);
  const verbalizer = verbalize(spec, dataset.classes, task, { atStart: layout.maskAtStart, causal: taskFolder.kind === 'causal' });

  const readOnce = taskFolder.kind === 'causal' && layout.inputFirst;
  const taskModel: TaskModel = await (readOnce ? PrefixTaskModel : WholeRowTaskModel).open(
    taskFolder,
    layout,
    spec.template,
    verbalizer.ids,
    compute,
  );
  const policyModel = await PolicyModel.open(policyFolder, compute);
  const notes = [...dataset.notes];
  const layOut = (name: SplitName): LabelledRows => {
    const { texts, labels } = dataset.splits[name];
    const set = taskModel.rows(texts);
    if (set.cut > 0)
      notes.push(`${name}: ${set.cut} of ${texts.length} texts were cut to fit the model's context of ${taskFolder.context} tokens`);
    return { set, labels };
  };
  const splits = { train: layOut('train'), validation: layOut('validation'), test: layOut('test') };

  const sameVocabulary = policy.sameVocabulary(task);
  const policyIds = (ids: PromptIds): number[] => (sameVocabulary ? [...ids] : policy.encode(task.decode(ids)));
  const shortest = dataset.splits.train.texts.reduce((a, b) => (b.length < a.length ? b : a));
  const readable = parts.filter((part) => part.kind !== 'mask');
  const policyLayout = new Layout(readable, policy, Infinity, 0);
  return {
    spec,
    settings,
    dataset,
    taskFolder,
    policyFolder,
    policyModel,
    verbalizer,
    actions: settings.tokens === 'words' ? policy.wordIds(true) : policy.ordinaryIds(),
    notes,
    warnings: verbalizer.warnings,
    scorer: (split) => new Scorer(taskModel, splits[split], settings.classWeights),
    toTask: (ids) => (sameVocabulary ? [...ids] : task.encode(policy.decode(ids))),
    encodePrompt: (text) => layout.encodePrompt(text),
    promptText: (ids) => layout.promptText(ids),
    roundTrip: (ids) =>
      roundTrips(parts, layout, task, ids, shortest) && roundTrips(readable, policyLayout, policy, policyIds(ids), shortest),
    perplexity: (ids) => policyModel.perplexity(policyIds(ids)),
    release: async () => {
      await Promise.all([taskModel.release(), policyModel.release()]);
    },
  };
}

function templateParts(spec: Spec, kind: 'causal' | 'masked'): readonly Part[] {
  const template = parseTemplate(spec.template);
  if (kind === 'masked') {
    if (template.parts.some((part) => part.kind === 'mask')) return template.parts;
    throw new TaskError([
      spec.problemAt(['template'], {
        message: `${spec.taskModel} is a masked model: its template needs {mask} where the label word goes`,
        found: JSON.stringify(spec.template),
        expected: 'for example "{input} {prompt} {mask} ."',
      }),
    ]);
  }
  const { parts, error } = forCausal(template);
  if (error !== undefined)
    throw new TaskError([
      spec.problemAt(['template'], { message: error, found: JSON.stringify(spec.template), expected: 'for example "{input} {prompt}"' }),
    ]);
  return parts;
}
