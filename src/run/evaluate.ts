import { scoreAll } from '../search/selection';
import type { Experiment } from './open/experiment';
import type { RowLog } from './store/rows/storedModel';
import { rank, table, withOrigin, type Table } from './result/table';

/** Scores given prompts, and no prompt, on every split: the same table as a run's. A log gets the results on held-out rows. */
export async function evaluate(experiment: Experiment, texts: readonly string[], signal?: AbortSignal, log?: RowLog): Promise<Table> {
  const prompts = [[], ...texts.map((text) => experiment.encodePrompt(text))];
  const scored = await scoreAll(prompts, experiment.scorer('train'), experiment.scorer('validation'), experiment.prompt, signal);
  const isEmpty = ({ tokens }: { tokens?: readonly number[] }): boolean => tokens?.length === 0;
  const entries = [
    ...withOrigin('none', scored.filter(isEmpty)),
    ...withOrigin(
      'manual',
      scored.filter((prompt) => !isEmpty(prompt)),
    ),
  ];
  return table(experiment, rank(entries), experiment.scorer('test', log), signal);
}
