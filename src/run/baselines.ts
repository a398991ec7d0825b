import type { ScoredPrompt } from '../search/prompt';
import type { GivenRows } from '../search/search';
import { scoreAll } from '../search/selection';
import { givenPrompts } from '../spec/searches';
import type { Experiment } from './open/experiment';
import type { RowLog } from './store/rows/storedModel';

/** The prompts that are there before a search: none, and the user's. */
interface Baselines {
  /** (Prompt, row) pairs. */
  readonly pairs: number;
  /** Scores them. `rows`: what they gave on each row, for a search that shows rows to a model. */
  score(log: RowLog, signal?: AbortSignal): Promise<{ readonly prompts: readonly ScoredPrompt[]; readonly rows: GivenRows[] }>;
}

export function baselinesOf(experiment: Experiment): Baselines {
  const { train, validation } = experiment.dataset.splits;
  const given = [[], ...givenPrompts(experiment.spec).map((text) => experiment.encodePrompt(text))];
  return {
    pairs: given.length * (train.labels.length + validation.labels.length),
    score: async (log, signal) => {
      const rows: GivenRows[] = [];
      const kept = experiment.proposing ? keeping(log, rows) : log;
      const scorers = [experiment.scorer('train', kept), experiment.scorer('validation', kept)] as const;
      return { prompts: await scoreAll(given, ...scorers, experiment.prompt, signal), rows };
    },
  };
}

/** The same log, which also keeps what it hears. */
function keeping(log: RowLog, rows: GivenRows[]): RowLog {
  return {
    known: (split, ids) => {
      const known = log.known(split, ids);
      // Before the model takes out what it uses.
      if (known?.size)
        rows.push({ split, ids, rows: [...known.keys()], values: Float32Array.from([...known.values()].flatMap((each) => [...each])) });
      return known;
    },
    keep: (results) => {
      rows.push(...results);
      log.keep(results);
    },
  };
}
