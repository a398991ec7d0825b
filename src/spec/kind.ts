import { word, worded } from '../wording/wording';
import { setTo, type Problem, type ProblemAt } from './problem';
import type { SchemaSpec } from './schema';

/** The field of `search` that bounds the queries: for `generation`, the texts. */
export function budgetField(kind: SchemaSpec['kind']): 'queryBudget' | 'generationBudget' {
  return kind === 'generation' ? 'generationBudget' : 'queryBudget';
}

/** Fields that one kind of task needs, or has no use for. */
export function kindProblems({ kind, data, labels, generation, metrics, search }: SchemaSpec, problemAt: ProblemAt): Problem[] {
  const foreign = (path: readonly string[], value: unknown, of: SchemaSpec['kind']): Problem[] =>
    value === undefined || kind === of
      ? []
      : [
          problemAt([...path], {
            ...worded('spec.otherKind', { field: path.join('.'), kind, of }),
            fixes: [{ title: word('spec.fixRemove', { name: path.at(-1)! }), path, change: 'remove' }],
          }),
        ];
  // With `proposals` too, the mean of the texts counts.
  const ofPaper = (name: 'bestOf' | 'bootstraps'): Problem[] =>
    search[name] === undefined || kind !== 'generation' || (search.preset === 'paper' && !search.proposals)
      ? []
      : [problemAt(['search', name], { ...worded('spec.onlyPaper', { name }), fixes: [setTo(['search', 'preset'], 'paper')] })];
  return [
    ...foreign(['labels'], labels, 'classification'),
    ...foreign(['data', 'label'], data.label, 'classification'),
    ...foreign(['data', 'ignoreCase'], data.ignoreCase, 'classification'),
    ...foreign(['search', 'queryBudget'], search.queryBudget, 'classification'),
    ...foreign(['data', 'reference'], data.reference, 'generation'),
    ...foreign(['generation'], generation, 'generation'),
    ...foreign(['metrics'], metrics, 'generation'),
    ...foreign(['search', 'generationBudget'], search.generationBudget, 'generation'),
    ...foreign(['search', 'bestOf'], search.bestOf, 'generation'),
    ...foreign(['search', 'bootstraps'], search.bootstraps, 'generation'),
    ...(['bestOf', 'bootstraps'] as const).flatMap((name) => ofPaper(name)),
    ...foreign(['search', 'judgeBudget'], search.judgeBudget, 'generation'),
    ...(kind === 'generation' && metrics === undefined ? [problemAt(['kind'], worded('spec.noMetrics'))] : []),
    ...(metrics?.every(({ weight }) => weight === 0) ? [problemAt(['metrics'], worded('spec.noWeight'))] : []),
  ];
}
