import type { JSONPath } from 'jsonc-parser';
import type { Problem } from './problem';
import type { Spec } from './spec';

/** What a spec says twice where once is all that has a meaning: a seed, a prompt to compare, a column for text and class. */
export function repetitions({ data, compare, search, problemAt }: Spec): Problem[] {
  const problems: Problem[] = [];
  if (data.input !== undefined && data.input === data.label)
    problems.push(
      problemAt(['data', 'label'], {
        message: '"input" and "label" name the same column',
        found: JSON.stringify(data.label),
        expected: 'the column of the class here, and that of the text as "input"',
      }),
    );

  const seeds = search.seeds ?? [];
  for (const [i, seed] of seeds.entries())
    if (seeds.indexOf(seed) < i)
      problems.push(
        problemAt(['search', 'seeds', i], {
          message: `seed ${seed} stands twice`,
          found: String(seed),
          expected: 'each seed once: its run would be the same again',
          fixes: keepOnce('seed', ['search', 'seeds'], seeds),
        }),
      );

  const isEmpty = (prompt: string): boolean => prompt.trim() === '';
  const fixes = keepOnce(
    'prompt',
    ['compare'],
    compare.filter((prompt) => !isEmpty(prompt)),
  );
  for (const [i, prompt] of compare.entries())
    if (isEmpty(prompt))
      problems.push(
        problemAt(['compare', i], {
          message: 'this prompt is empty',
          found: JSON.stringify(prompt),
          expected: 'a text; no prompt is in every table already',
          fixes,
        }),
      );
    else if (compare.indexOf(prompt) < i)
      problems.push(
        problemAt(['compare', i], {
          message: 'this prompt stands twice',
          found: JSON.stringify(prompt),
          expected: 'each prompt once',
          fixes,
        }),
      );
  return problems;
}

function keepOnce(noun: string, path: JSONPath, list: readonly unknown[]): Problem['fixes'] {
  return [{ title: `Keep each ${noun} once`, path, change: { value: [...new Set(list)] } }];
}
