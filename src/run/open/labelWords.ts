import { loadDataset, type Dataset } from '../../data/dataset';
import { isTextModel } from '../../spec/scheme';
import { readModel } from '../../model/local/modelFolder';
import { labelRows, type LabelWordChoice } from '../../search/labelWords/choice';
import { labelCost, type LabelCost } from '../../search/labelWords/cost';
import { findLocalWords, type Watch } from '../../search/labelWords/localWords';
import { findServerWords } from '../../search/labelWords/serverWords';
import type { TaskModel } from '../../model/taskModel';
import { withLabels, type Spec } from '../../spec/spec';
import { word } from '../../wording/wording';
import type { FrontEnd } from '../frontEnd';
import { agreeToServers } from '../consent/servers';
import { planRuns, preview, type Plan } from '../consent/preview';
import { describePreview } from '../report/previewText';
import { whileTelling } from '../whileTelling';

/** A spec whose label words are settled, and how they were found. */
export interface Settled {
  readonly spec: Spec;
  readonly labelWords?: LabelWordChoice | undefined;
  /** The user agreed to what the whole run asks of a server. */
  readonly agreed?: boolean;
}

interface LabelTask {
  readonly spec: Spec;
  readonly dataset: Dataset;
  readonly threads: number;
  readonly cost: LabelCost;
}

/** Searches for label words where the spec leaves them to the run. @throws TaskError, ModelError, Declined */
export async function settleLabels(spec: Spec, threads: number, frontEnd: FrontEnd, plan?: Plan): Promise<Settled> {
  if (!spec.autoLabels) return { spec };
  const dataset = await loadDataset(spec);
  const { classes } = dataset;
  const elsewhere = isTextModel(spec.taskModel);
  const models: Pick<TaskModel, 'answered'>[] = [];
  const watch: Watch = {
    signal: frontEnd.signal,
    opened: (model) => void models.push(model),
    planned: (queries) => (total = queries),
  };
  const task: LabelTask = { spec, dataset, threads, cost: labelCost(spec, dataset) };
  let total = task.cost.claimed;
  const began = performance.now();
  const tell = (): void => {
    const done = models.reduce((sum, { answered = 0 }) => sum + answered, 0);
    const seconds = Math.round(performance.now() - began) / 1000;
    frontEnd.progress?.({ event: 'progress', stage: 'labels', done: Math.min(done, total), total, seconds });
  };
  tell();
  const labelWords = await whileTelling(tell, () => (elsewhere ? onServer : here)(task, frontEnd, watch, plan));
  tell();
  frontEnd.status(`${word('search.labelWords', labelWords)}.`);
  const words = Object.fromEntries(classes.map((label, c) => [label, labelWords.chosen.words[c]!]));
  return { spec: withLabels(spec, words), labelWords, agreed: elsewhere };
}

async function here({ spec, dataset, threads, cost }: LabelTask, frontEnd: FrontEnd, watch: Watch): Promise<LabelWordChoice> {
  const pool = labelRows(dataset.splits);
  const policy = await readModel(spec.policyModel, spec.folder);
  const folder = spec.taskModel === policy.reference ? policy : await readModel(spec.taskModel, spec.folder);
  frontEnd.status(word('search.findingLabels', { rows: pool.labels.length }));
  return findLocalWords(spec, dataset.classes, pool, cost.prompts, folder, policy, { threads }, watch);
}

async function onServer(
  { spec, dataset, cost }: LabelTask,
  frontEnd: FrontEnd,
  { signal, opened }: Watch,
  plan: Plan = planRuns(true),
): Promise<LabelWordChoice> {
  const { classes, splits } = dataset;
  const { ask } = frontEnd;
  const policy = await readModel(spec.policyModel, spec.folder);
  const { settings, claimed: queries } = cost;
  const planned = plan(spec, settings, dataset, queries);
  const whole = { ...planned, search: planned.search + queries, total: planned.total + queries };
  return findServerWords(
    { spec, classes, policy },
    labelRows(splits),
    queries,
    { signal, ask },
    async ({ pace }) => {
      if (pace) await agreeToServers([{ name: spec.taskModel, lines: describePreview(preview(whole, pace)) }], frontEnd);
      frontEnd.status(word('search.findingLabels', { rows: queries }));
    },
    opened,
  );
}
