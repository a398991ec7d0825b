import { foldLabel } from '../../spec/labels';
import { synonymsOf } from '../../spec/synonyms';

/**
 * Where a candidate comes from, the closest to the label first: the word that the label had, a word in it, a synonym, a token
 * near it in the model's embedding, a word that the model gives after the class's texts.
 */
export type WordOrigin = 'own' | 'part' | 'synonym' | 'near' | 'given';

/** A word that a class may get. */
interface Candidate {
  readonly word: string;
  readonly origin: WordOrigin;
}

/** The words in a label: `card_arrival`, `cardArrival` and `Sci/Tech` have two each. */
export function wordsIn(label: string): string[] {
  const spaced = label.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/[^\p{L}\p{N}'’]+/gu, ' ');
  return foldLabel(spaced)
    .split(' ')
    .filter((word) => /\p{L}{2}/u.test(word));
}

/** Words that say how much or not: alone they do not name a class. */
const EMPTY = new Set([
  'very',
  'somewhat',
  'slightly',
  'strongly',
  'most',
  'the',
  'and',
  'of',
  'or',
  'is',
  'to',
  'in',
  'an',
  'class',
  'label',
]);
/** In a label such as "not spam", the other words name another class. */
const NEGATIONS = new Set(['not', 'non', 'no', 'neither', 'without', 'un']);

/** Candidates that need no model: the label's own word, the words in it, and synonyms. */
export function namedCandidates(label: string, own: string | undefined): Candidate[] {
  const parts = wordsIn(label);
  const negated = parts.length > 1 && parts.some((word) => NEGATIONS.has(word));
  const telling = negated ? [] : parts.filter((word) => !EMPTY.has(word));
  const whole = parts.join(' ');
  const folded = foldLabel(label);
  const names = [...new Set([folded, whole, ...(own === undefined ? [] : [foldLabel(own)])])];
  const known = names.flatMap(synonymsOf);
  // A label of several words has the sense of each only where no sense has the whole.
  const synonyms = known.length > 0 ? known : telling.flatMap(synonymsOf);
  return distinct([
    ...(own === undefined ? [] : [{ word: own, origin: 'own' as const }]),
    ...telling.map((word) => ({ word, origin: 'part' as const })),
    ...synonyms.map((word) => ({ word, origin: 'synonym' as const })),
  ]);
}

/** Each word once, with its closest origin. */
export function distinct(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ word }) => !seen.has(word) && seen.add(word));
}
