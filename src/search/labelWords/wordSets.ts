import { foldLabel } from '../../spec/labels';
import { namedCandidates } from './candidates';

/** Sets that a server is tried on, the labels' own words among them. */
const MOST_SETS = 8;

/**
 * Sets of label words that need no model, one word for each class: the labels' own words, if they can be told apart, then the
 * first synonym of every class, the second, and so on. A class with fewer synonyms keeps its last or its own word.
 */
export function wordSets(classes: readonly string[], own: readonly string[] | undefined): string[][] {
  const named = classes.map((label, c) =>
    namedCandidates(label, own?.[c])
      .filter(({ origin }) => origin !== 'own')
      .map(({ word }) => word),
  );
  const sets: string[][] = own ? [[...own]] : [];
  const longest = Math.max(...named.map((words) => words.length));
  for (let i = 0; i < longest && sets.length < MOST_SETS; i++) {
    const set = named.map((words, c) => words[Math.min(i, words.length - 1)] ?? own?.[c] ?? '');
    if (areApart(set) && !sets.some((known) => known.join('\n') === set.join('\n'))) sets.push(set);
  }
  return sets;
}

function areApart(words: readonly string[]): boolean {
  return words.every((word) => word !== '') && new Set(words.map(foldLabel)).size === words.length;
}
