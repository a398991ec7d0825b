import type { Dataset } from '../../data/dataset';
import { isTextModel } from '../../spec/scheme';
import { searchSettings, type SearchSettings } from '../../spec/schema';
import { withLabels, type Spec } from '../../spec/spec';
import { labelRows } from './choice';

/** Share of the budget that a server's race of label words may take. */
const SHARE = 1 / 10;

/** The settings of a run that first searches for label words, and the most queries that those may take of its budget. */
export function labelCost(
  spec: Spec,
  { classes, splits }: Pick<Dataset, 'classes' | 'splits'>,
): { settings: SearchSettings; claimed: number } {
  // The budget depends on the number of classes that have words.
  const settings = searchSettings(withLabels(spec, Object.fromEntries(classes.map((label) => [label, label]))));
  return { settings, claimed: isTextModel(spec.taskModel) ? Math.floor(settings.queryBudget * SHARE) : labelRows(splits).labels.length };
}
