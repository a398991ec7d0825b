import type { PromptResult, RunResult } from '../result/result';
import type { RunFolder } from '../store/storage';
import { parseEvaluated } from '../store/taskFile';

/** A prompt of a run's table. */
export interface TablePrompt extends Pick<PromptResult, 'prompt' | 'tokens'> {
  readonly origin: PromptResult['origin'] | 'evaluated';
}

/** The prompts of a run's table, each text once: as ranked, then those that were evaluated later. */
export function promptsOf(folder: RunFolder, { prompts }: Pick<RunResult, 'prompts'>): TablePrompt[] {
  const all = [...prompts, ...evaluated(folder)];
  return all.filter(({ prompt }, i) => all.findIndex((other) => other.prompt === prompt) === i);
}

function evaluated(folder: RunFolder): TablePrompt[] {
  const all = parseEvaluated(folder.read('evaluated.json') ?? '');
  return all.map(({ prompt, tokens }) => ({ prompt, tokens, origin: 'evaluated' }));
}

const LONGEST = 2000;

/** As much of a long text as is shown. */
export function cutText(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
