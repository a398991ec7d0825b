import type { JSONPath } from 'jsonc-parser';
import { TaskError } from './problem';
import type { Spec } from './spec';

/**
 * The label word of each class, for a model whose tokenizer is not here: only what a tokenizer need not decide is checked.
 * @throws TaskError for a word that cannot be said, and for two that cannot be told apart
 */
export function textLabels(spec: Spec, classes: readonly string[]): string[] {
  const words = classes.map((label) => (spec.labels?.[label] ?? label).trim());
  const problems = words.flatMap((word, i) => {
    const at: JSONPath = spec.labels ? ['labels', classes[i]!] : ['labels'];
    const quoted = JSON.stringify(word);
    const label = JSON.stringify(classes[i]);
    if (!(spec.labels ? /[\p{L}\p{N}]/u : /\p{L}/u).test(word)) {
      const message = `the label ${quoted} is no word that a model could say`;
      return [spec.problemAt(at, { message, found: quoted, expected: `"labels": { ${label}: "a word", … }` })];
    }
    const same = words.slice(0, i).find((other) => other.toLowerCase() === word.toLowerCase());
    if (same === undefined) return [];
    const message =
      same === word ? 'two classes have the same label word' : `the label word differs from ${JSON.stringify(same)} in its capitals only`;
    return [spec.problemAt(at, { message, found: quoted, expected: 'another word' })];
  });
  if (problems.length > 0) throw new TaskError(problems);
  return words;
}
