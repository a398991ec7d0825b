import { NoKeptKeys } from './graphs/keepingGraphs';
import type { Layout } from './layout';
import type { ModelFolder } from './modelFolder';
import { PrefixTaskModel } from './prefixTaskModel';
import type { Compute } from './session';
import type { TaskModel } from '../taskModel';
import { WholeRowTaskModel } from './wholeRowTaskModel';

export interface OpenTaskModel {
  readonly model: TaskModel;
  /** What a person should know of its speed. */
  readonly notes: readonly string[];
}

/** Opens a model of a folder to score label words, in the fastest way that gives the scores of whole rows. @throws ModelError */
export async function openTaskModel(
  model: ModelFolder,
  layout: Layout,
  template: string,
  labelIds: readonly number[],
  compute: Compute,
): Promise<OpenTaskModel> {
  const { reference, whole } = model;
  const wholeHead = `${reference}: the output head of its graph is of a kind that cannot be narrowed to the label words, so each score computes the whole vocabulary, which is slower`;
  if (model.kind === 'causal' && layout.inputFirst) {
    try {
      const task = await PrefixTaskModel.open(model, layout, template, labelIds, compute);
      return { model: task, notes: task.narrow ? [] : [wholeHead] };
    } catch (error) {
      if (!(error instanceof NoKeptKeys)) throw error;
    }
  }
  const task = await WholeRowTaskModel.open(model, layout, template, labelIds, compute);
  const notes = task.narrow ? [] : [wholeHead];
  if (whole.file.batchDependent)
    notes.push(
      `${reference}: its activations are quantised by the range of all tokens of a run, so rows are scored one at a time, which is slower on long runs than a file in fp32, fp16 or q4`,
    );
  else if (model.kind === 'causal' && layout.inputFirst)
    notes.push(
      `${reference}: its graph does not go on from kept keys and values, so each prompt reads every text again; an export with past (optimum-cli --task text-generation-with-past) is faster`,
    );
  return { model: task, notes };
}
