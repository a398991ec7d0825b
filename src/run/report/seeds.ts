import type { RunResult, SeedsResult, TransferScore } from '../result/result';
import { mean, standardDeviation } from './statistics';

/** Mean and spread over seeds; undefined for a single run. */
export function summarizeSeeds(seeds: readonly RunResult[]): SeedsResult | undefined {
  if (seeds.length < 2) return undefined;
  const over = (pick: (run: RunResult) => TransferScore | undefined): SeedsResult['winner'] => {
    const accuracies = seeds.map((run) => pick(run)?.accuracy ?? Number.NaN);
    return { mean: mean(accuracies), deviation: standardDeviation(accuracies) };
  };
  const winner = over(({ perInput, prompts }) => perInput?.test ?? prompts[0]!.test);
  return { format: 1, seeds, winner, none: over(({ prompts }) => prompts.find(({ origin }) => origin === 'none')?.test) };
}
