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
export class Experiment {
  private constructor(
    readonly spec: Spec,
    readonly settings: SearchSettings,
    readonly dataset: Dataset,
    readonly taskFolder: ModelFolder,
    readonly policyFolder: ModelFolder,
    readonly taskModel: TaskModel,
    readonly policyModel: PolicyModel,
    readonly verbalizer: Verbalizer,
    /** Token ids that a prompt may be made of, in the policy's tokenizer. */
    readonly actions: readonly number[],
    readonly notes: readonly string[],
    readonly warnings: readonly Problem[],
    private readonly parts: readonly Part[],
    private readonly layout: Layout,
    private readonly policyLayout: Layout,
    private readonly splits: Readonly<Record<SplitName, LabelledRows>>,
    private readonly sameVocabulary: boolean,
  ) {}

  /** @throws TaskError, ModelError */
  static async open(spec: Spec, compute: Compute): Promise<Experiment> {
    const settings = searchSettings(spec);
    const dataset = await loadDataset(spec);
    const taskFolder = await readModel(spec.taskModel, spec.folder);
    const policyFolder = spec.policyModel === spec.taskModel ? taskFolder : await readModel(spec.policyModel, spec.folder);
    const parts = templateParts(spec, taskFolder.kind);
    const { tokenizer } = taskFolder;
    const bare = new Layout(parts, tokenizer, taskFolder.context, 0);
    // Room for the longest prompt: what is searched for, and what the user wants to compare.
    const room = Math.max(spec.prompt.length, ...spec.compare.map((prompt) => bare.encodePrompt(prompt).length));
    const layout = new Layout(parts, tokenizer, taskFolder.context, room);
    const verbalizer = verbalize(spec, dataset.classes, tokenizer, { atStart: layout.maskAtStart, causal: taskFolder.kind === 'causal' });

    const prefix = taskFolder.kind === 'causal' && layout.inputFirst;
    const taskModel = await (prefix ? PrefixTaskModel : WholeRowTaskModel).open(taskFolder, layout, spec.template, verbalizer.ids, compute);
    const policyModel = await PolicyModel.open(policyFolder, compute);
    const sameVocabulary = policyFolder.tokenizer.sameVocabulary(tokenizer);
    const actions = settings.tokens === 'words' ? policyFolder.tokenizer.wordIds(true) : policyFolder.tokenizer.ordinaryIds();
    const notes = [...dataset.notes];
    const layOut = (name: SplitName): LabelledRows => {
      const { texts, labels } = dataset.splits[name];
      const set = taskModel.rows(texts);
      if (set.cut > 0)
        notes.push(`${name}: ${set.cut} of ${texts.length} texts were cut to fit the model's context of ${taskFolder.context} tokens`);
      return { set, labels };
    };
    const splits = { train: layOut('train'), validation: layOut('validation'), test: layOut('test') };
    const policyLayout = new Layout(parts, policyFolder.tokenizer, Infinity, 0);
    return new Experiment(spec, settings, dataset, taskFolder, policyFolder, taskModel, policyModel, verbalizer, actions, notes, verbalizer.warnings, parts, layout, policyLayout, splits, sameVocabulary); // prettier-ignore
  }

  scorer(split: SplitName): Scorer {
    return new Scorer(this.taskModel, this.splits[split], this.settings.classWeights);
  }

  /** A prompt of the policy's tokens in the task model's tokens; it travels as text where the vocabularies differ. */
  toTask(ids: PromptIds): number[] {
    return this.sameVocabulary ? [...ids] : this.taskFolder.tokenizer.encode(this.policyFolder.tokenizer.decode(ids));
  }

  encodePrompt(text: string): number[] {
    return this.layout.encodePrompt(text);
  }

  /** The text to put into the template's `{prompt}` for ids of the task model. */
  promptText(ids: PromptIds): string {
    return this.layout.promptText(ids);
  }

  /** Whether the prompt, in place as text, gives the scored ids in the task model's and the policy's tokenizer. */
  roundTrip(ids: PromptIds): boolean {
    const short = this.dataset.splits.train.texts.reduce((a, b) => (b.length < a.length ? b : a));
    const policyIds = this.policyIds(ids);
    return (
      roundTrips(this.parts, this.layout, this.taskFolder.tokenizer, ids, short) &&
      roundTrips(
        this.parts.filter((part) => part.kind !== 'mask'),
        this.policyLayout.without('mask'),
        this.policyFolder.tokenizer,
        policyIds,
        short,
      )
    );
  }

  /** Perplexity of a prompt under the policy model. */
  perplexity(ids: PromptIds): Promise<number> {
    return this.policyModel.perplexity(this.policyIds(ids));
  }

  private policyIds(ids: PromptIds): number[] {
    return this.sameVocabulary ? [...ids] : this.policyFolder.tokenizer.encode(this.taskFolder.tokenizer.decode(ids));
  }

  async release(): Promise<void> {
    await Promise.all([this.taskModel.release(), this.policyModel.release()]);
  }
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
