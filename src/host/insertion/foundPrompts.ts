import type { PromptRow, RunHead } from '../../run/view/runView';
import { parseTemplate } from '../../spec/template';
import type { Runs } from '../runs/runs';
import type { FoundPrompt } from './foundPrompt';

/**
 * A line of a run's table as something to put into code. Until its summary tells, a run whose template has a mask may be one of a
 * masked model: then the mask token is left open, and no function is written with a guess.
 */
export function foundPrompt(head: RunHead, row: PromptRow): FoundPrompt {
  const maskToken = head.summary?.maskToken;
  const maskOpen = head.summary === undefined && parseTemplate(head.template).parts.some(({ kind }) => kind === 'mask');
  return {
    prompt: row.prompt,
    template: head.template,
    taskName: head.name,
    taskModel: head.taskModel,
    ...(maskOpen && { masked: true }),
    ...(maskToken !== undefined && { masked: true, maskToken }),
    ...(row.test && { accuracy: row.test.accuracy, interval: row.test.interval, n: row.test.n }),
    runFolder: head.id,
    created: head.created,
  };
}

/** The prompts of all finished runs, the latest run first and the best prompt of each first; the empty prompt is none. */
export async function foundPrompts(runs: Runs): Promise<FoundPrompt[]> {
  const finished = (await runs.list()).filter(({ state }) => state === 'finished');
  const tables = await Promise.all(
    finished.map(async (head) => {
      // Deleted since it was listed: none.
      const builder = await runs.get(head.id).catch(() => undefined);
      return (builder?.rows ?? []).filter(({ prompt }) => prompt !== '').map((row) => foundPrompt(head, row));
    }),
  );
  return tables.flat();
}
