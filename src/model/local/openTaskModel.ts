import { NoKvCache } from './graphs/cachedGraphs';
import type { ChatLayout } from './chat/chatLayout';
import type { Layout } from './layout';
import type { ModelFolder } from './modelFolder';
import { PrefixTaskModel } from './prefixTaskModel';
import type { Compute } from './session';
import type { TaskModel } from '../taskModel';
import { WholeRowTaskModel } from './wholeRowTaskModel';
import { word } from '../../wording/wording';

interface OpenTaskModel {
  readonly model: TaskModel;
  /** What users should know about its speed. */
  readonly notes: readonly string[];
}

/** Opens a model of a folder to score label words, in the fastest way that gives the scores of whole rows. @throws ModelError */
export async function openTaskModel(
  model: ModelFolder,
  layout: Layout | ChatLayout,
  template: string,
  labelIds: readonly number[],
  compute: Compute,
): Promise<OpenTaskModel> {
  const about = { model: model.reference };
  const kept = model.kind === 'causal' && layout.inputFirst ? layout : undefined;
  const wholeHead = word('model.wholeHead', about);
  if (kept) {
    try {
      const task = await PrefixTaskModel.open(model, kept, template, labelIds, compute);
      return { model: task, notes: task.narrow ? [] : [wholeHead] };
    } catch (error) {
      if (!(error instanceof NoKvCache)) throw error;
    }
  }
  const task = await WholeRowTaskModel.open(model, layout, template, labelIds, compute);
  const notes = task.narrow ? [] : [wholeHead];
  if (model.whole.file.batchDependent) notes.push(word('model.oneByOne', about));
  else if (kept) notes.push(word('model.noPast', about));
  return { model: task, notes };
}
