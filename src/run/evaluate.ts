import type { Experiment } from './experiment';
import { candidates, rank, table, type Entry } from './ranking';
import type { PromptResult } from './result';

/** Scores given prompts, and no prompt, on every split: the same table as a run's. */
export async function evaluate(experiment: Experiment, prompts: readonly string[], signal?: AbortSignal): Promise<PromptResult[]> {
  const scored = await candidates(
    [[], ...prompts.map((text) => experiment.encodePrompt(text))],
    experiment.scorer('train'),
    experiment.scorer('validation'),
    signal,
  );
  const entries: Entry[] = scored.map((candidate) => ({ ...candidate, origin: candidate.ids.length === 0 ? 'none' : 'manual' }));
  return (await table(experiment, rank(entries), experiment.scorer('test'), signal)).prompts;
}
