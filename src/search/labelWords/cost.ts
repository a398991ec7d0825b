import type { Dataset } from '../../data/dataset';
import { isTextModel } from '../../spec/scheme';
import { searchSettings, type SearchSettings } from '../../spec/schema';
import { withLabels, type Spec } from '../../spec/spec';
import { startingPrompts } from '../../spec/startingPrompts';
import { labelRows } from './choice';

/** Share of the budget that label words may take, but for one query a row. */
const SHARE = 1 / 10;
/** Prompts beside none that label words are chosen with: words that suit the empty prompt alone leave less to find. */
const MOST_PROMPTS = 4;

export interface LabelCost {
  readonly settings: SearchSettings;
  /** The most queries that label words may take of the run's budget. */
  readonly claimed: number;
  /** The prompts that a local model's are chosen with: none, then those that a search begins with. */
  readonly prompts: readonly string[];
}

/** The settings of a run that first searches for label words, and what those take. */
export function labelCost(spec: Spec, { classes, splits }: Pick<Dataset, 'classes' | 'splits'>): LabelCost {
  // The budget depends on the number of classes that have words.
  const settings = searchSettings(withLabels(spec, Object.fromEntries(classes.map((label) => [label, label]))));
  const share = Math.floor(settings.queryBudget * SHARE);
  if (isTextModel(spec.taskModel)) return { settings, claimed: share, prompts: [''] };
  const rows = labelRows(splits).labels.length;
  const others = Math.max(0, Math.min(MOST_PROMPTS, Math.floor(share / rows) - 1));
  const prompts = [
    '',
    ...startingPrompts(spec)
      .slice(0, others)
      .map(({ text }) => text),
  ];
  return { settings, claimed: rows * prompts.length, prompts };
}
