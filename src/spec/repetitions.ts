import { word, worded } from '../wording/wording';
import { twinLabels } from './labels';
import { setTo, type Problem, type ProblemAt } from './problem';
import type { ParsedSpec } from './schema';

/** What a spec may name only once: a seed, a prompt to compare, a column, a class. */
export function repetitions({ data, labels = {}, compare, search }: ParsedSpec, problemAt: ProblemAt): Problem[] {
  const problems: Problem[] = [];
  if (data.input !== undefined && data.input === data.label)
    problems.push(problemAt(['data', 'label'], worded('spec.sameColumn', { column: data.input })));

  for (const [first, ...others] of data.ignoreCase ? twinLabels(Object.keys(labels)) : [])
    for (const label of others) {
      const path = ['labels', label];
      const fixes = [{ title: word('spec.fixRemove', { name: label }), path, change: 'remove' as const }];
      problems.push(problemAt(path, { ...worded('spec.twinLabel', { label, first: first! }), fixes }));
    }

  const { seeds = [] } = search;
  const uniqueSeeds = [setTo(['search', 'seeds'], [...new Set(seeds)], word('spec.fixDuplicates', { what: 'seed' }))];
  for (const [i, seed] of seeds.entries())
    if (seeds.indexOf(seed) < i)
      problems.push(problemAt(['search', 'seeds', i], { ...worded('spec.duplicateSeed', { seed }), fixes: uniqueSeeds }));

  const isEmpty = (prompt: string): boolean => prompt.trim() === '';
  const unique = [...new Set(compare.filter((prompt) => !isEmpty(prompt)))];
  const fixes = [setTo(['compare'], unique, word('spec.fixDuplicates', { what: 'prompt' }))];
  for (const [i, prompt] of compare.entries())
    if (isEmpty(prompt) || compare.indexOf(prompt) < i)
      problems.push(
        problemAt(['compare', i], { ...worded(isEmpty(prompt) ? 'spec.emptyPrompt' : 'spec.duplicatePrompt', { prompt }), fixes }),
      );
  return problems;
}
