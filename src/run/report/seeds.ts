import type { PromptResult, RunResult, SeedsResult } from '../result';
import { mean, standardDeviation } from './statistics';

/** Mean and spread over seeds; undefined for a single run. */
export function summarizeSeeds(seeds: readonly RunResult[]): SeedsResult | undefined {
  if (seeds.length < 2) return undefined;
  const over = (pick: (prompts: readonly PromptResult[]) => PromptResult | undefined): SeedsResult['winner'] => {
    const accuracies = seeds.map((run) => pick(run.prompts)?.test?.accuracy ?? Number.NaN);
    return { mean: mean(accuracies), deviation: standardDeviation(accuracies) };
  };
  return { format: 1, seeds, winner: over((prompts) => prompts[0]), none: over((prompts) => prompts.find((p) => p.origin === 'none')) };
}
