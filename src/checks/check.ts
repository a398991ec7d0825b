import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadDataset } from '../data/dataset';
import { bundledTokens } from '../model/local/bundledTokens';
import { layOutTask } from '../model/local/localTask';
import { ModelError } from '../model/modelError';
import { budgetProblem } from '../search/budget';
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
  let spec: Spec | undefined;
  const warnings: Problem[] = [];
  try {
    spec = parseSpec(text, file);
    if (!data || (await isLarge(spec))) return [];
    const { classes, splits, warnings: twins } = await loadDataset(spec);
    warnings.push(...twins);
    const problem = budgetProblem(spec, searchSettings(spec), splits);
    if (problem) return [...warnings, problem];
    if (!models || !spec.taskModel.startsWith('bundled:')) return warnings;
    return [...warnings, ...layOutTask(spec, classes, await bundledTokens(spec.taskModel), false).verbalizer.warnings];
  } catch (error) {
    if (error instanceof TaskError) return [...warnings, ...error.problems];
    if (error instanceof ModelError && spec) return [...warnings, spec.problemAt(['taskModel'], error.worded)];
    throw error;
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
