import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../files/replaceFile';

/** `label.json`: what the user says about a run. */
export interface RunLabel {
  /** In place of the task's name. */
  readonly name?: string;
  /** First in lists. */
  readonly pinned?: boolean;
}

export const LABEL_FILE = 'label.json';

/** Empty where there is none that can be read: a run is shown without one too. */
export async function readLabel(folder: string): Promise<RunLabel> {
  try {
    const { name, pinned } = JSON.parse(await readFile(join(folder, LABEL_FILE), 'utf8')) as RunLabel;
    return { ...(typeof name === 'string' && { name }), ...(pinned === true && { pinned }) };
  } catch {
    return {};
  }
}

export function writeLabel(folder: string, label: RunLabel): void {
  replaceFile(join(folder, LABEL_FILE), `${JSON.stringify(label)}\n`);
}
