import { CodedError } from '../../wording/wording';
import type { PromptResult } from '../result/result';
import type { RunTask } from './task';

/** The text of a run's `task.json`. By hand, since the extension host reads it too. @throws CodedError when the folder is not a run */
export function parseTask(text: string, folder: string): RunTask {
  const task = parsed(text) as Partial<Record<keyof RunTask, unknown>> | null | undefined;
  if (typeof task?.specFile !== 'string' || typeof task.spec !== 'object' || task.spec === null)
    throw new CodedError('run.notARun', { folder });
  return task as unknown as RunTask;
}

/** The text of a run's `evaluated.json`; none where it is damaged. */
export function parseEvaluated(text: string): readonly PromptResult[] {
  const prompts = parsed(text);
  if (!Array.isArray(prompts)) return [];
  return prompts.filter((one: Partial<PromptResult> | null) => typeof one?.prompt === 'string') as PromptResult[];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
