import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ModelError } from '../model/modelError';
import { readModel } from '../model/local/modelFolder';
import { loadDataset } from '../data/dataset';
import { TaskError, type Problem } from '../spec/problem';
import { parseSpec, type Spec } from '../spec/spec';
import { layOutTask } from '../model/local/localTask';

/** Data files of more bytes than this are not read while a person types. */
const MOST_BYTES = 20e6;

/**
 * What is wrong with a task spec: its fields, with `data` the files it names, with `models` its label words and template in the
 * tokens of a bundled model (others are only opened by a run). Everything that a run would refuse, found without one.
 */
export async function checkSpec(text: string, file: string, { data, models }: { data: boolean; models: boolean }): Promise<Problem[]> {
  let spec: Spec | undefined;
  try {
    spec = parseSpec(text, file);
    if (!data || (await bytes(spec)) > MOST_BYTES) return [];
    const { classes } = await loadDataset(spec);
    if (!models || !spec.taskModel.startsWith('bundled:')) return [];
    return [...layOutTask(spec, classes, await readModel(spec.taskModel, spec.folder), false).verbalizer.warnings];
  } catch (error) {
    if (error instanceof TaskError) return [...error.problems];
    if (error instanceof ModelError && spec)
      return [spec.problemAt(['taskModel'], { message: error.message, found: undefined, expected: undefined })];
    throw error;
  }
}

async function bytes({ data, folder }: Spec): Promise<number> {
  const files = [...new Set([data.train, data.validation, data.test])].filter((name) => name !== undefined);
  const sizes = await Promise.all(
    files.map((name) =>
      stat(resolve(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((a, b) => a + b, 0);
}
