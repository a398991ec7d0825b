import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadDataset } from '../data/dataset';
import { bundledTokens } from '../model/local/bundledTokens';
import { layOutTask, layOutTemplate } from '../model/local/localTask';
import { metricProblems } from '../metrics/open';
import { readScripts } from '../metrics/script/readScript';
import { ModelError } from '../model/modelError';
import { budgetProblem } from '../search/budget';
import { labelCost } from '../search/labelWords/cost';
import { TaskError, type Problem } from '../spec/problem';
import { searchSettings } from '../spec/schema';
import { parseSpec, type Spec } from '../spec/spec';

/** Larger data files, in bytes, are not read while the user types. */
const MOST_BYTES = 20e6;

/**
 * Finds without a run what a run would refuse: the spec's fields; with `data` also the files it names and its budget; with
 * `models` also its template and label words in the tokens of a bundled model (only a run opens other models).
 */
export async function checkSpec(text: string, file: string, { data, models }: { data: boolean; models: boolean }): Promise<Problem[]> {
  let spec: Spec;
  try {
    spec = parseSpec(text, file);
  } catch (error) {
    if (error instanceof TaskError) return [...error.problems];
    throw error;
  }
  if (!data || (await isLarge(spec))) return [];
  const problems: Problem[] = [];
  const dataset = await collect(spec, problems, () => loadDataset(spec));
  problems.push(...(dataset?.warnings ?? []));
  const { settings, claimed } =
    spec.autoLabels && dataset ? labelCost(spec, dataset) : { settings: searchSettings(spec, dataset?.classes.length), claimed: 0 };
  const budget = dataset && budgetProblem(spec, settings, dataset.splits, claimed);
  if (budget) problems.push(budget);
  // Label words do not wait for the data to be right: the spec names its classes.
  const classes = dataset?.classes ?? Object.keys(spec.labels ?? {});
  if (spec.kind === 'generation') {
    // Without data, the references may be there.
    const references = dataset === undefined || dataset.splits.train.references !== undefined;
    problems.push(...metricProblems(spec.metrics!, { references }, spec.problemAt));
    await collect(spec, problems, () => Promise.resolve(readScripts(spec.metrics!, spec)));
  }
  if (models && spec.taskModel.startsWith('bundled:'))
    await collect(spec, problems, async () => {
      const tokens = await bundledTokens(spec.taskModel);
      if (spec.autoLabels || spec.kind === 'generation') layOutTemplate(spec, tokens, false);
      else problems.push(...layOutTask(spec, classes, tokens, false).verbalizer.warnings);
    });
  return problems;
}

/** The result of a part of a check; undefined if it fails, with what is wrong added to the problems. */
async function collect<T>(spec: Spec, problems: Problem[], part: () => Promise<T>): Promise<T | undefined> {
  try {
    return await part();
  } catch (error) {
    if (error instanceof TaskError) problems.push(...error.problems);
    else if (error instanceof ModelError) problems.push(spec.problemAt(['taskModel'], error.worded));
    else throw error;
    return undefined;
  }
}

export async function isLarge({ data, folder }: Spec): Promise<boolean> {
  const files = [...new Set([data.train, data.validation, data.test])].filter((name) => name !== undefined);
  const sizes = await Promise.all(
    files.map((name) =>
      stat(resolve(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((a, b) => a + b, 0) > MOST_BYTES;
}
