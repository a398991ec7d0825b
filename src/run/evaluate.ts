import type { Spec } from '../spec/spec';
import type { Experiment } from './experiment';
import { candidates, rank, table, type Entry } from './ranking';
import type { PromptResult } from './result';

/** Has the texts cut as in a run of the spec, or by more where one of these prompts is longer than all of its own. */
export function makeRoom(spec: Spec, prompts: readonly string[]): void {
  spec.compare = [...spec.compare, ...prompts];
}

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
