import type { JSONPath } from 'jsonc-parser';
import { TaskError, type Fix, type Problem } from './problem';
import { editDistance, type Spec } from './spec';

/** What the verbalizer needs of a tokenizer. */
export interface LabelTokens {
  /** Ids of a text, no special tokens. */
  encode(text: string): number[];
  /** Every token that is one readable word, as text. */
  words(leadingSpace: boolean): readonly string[];
  /** The token of every text that the vocabulary has none for, in tokenizers that have one. */
  readonly unknownId?: number | undefined;
}

export interface Verbalizer {
  /** The label word of each class. */
  readonly words: readonly string[];
  /** The token that scores each class. */
  readonly ids: readonly number[];
  readonly warnings: readonly Problem[];
}

/**
 * The token of each label word at its place: with its leading space after text, without it at the start.
 * On a causal model a word of several tokens counts by its first, as long as first tokens differ.
 * A word that the vocabulary cannot spell is none.
 * @throws TaskError naming the word and close single-token words
 */
export function verbalize(
  spec: Spec,
  classes: readonly string[],
  tokens: LabelTokens,
  place: { atStart: boolean; causal: boolean },
): Verbalizer {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const words = classes.map((label) => spec.labels?.[label] ?? label);
  const at = (label: string): JSONPath => (spec.labels ? ['labels', label] : ['labels']);
  // Close words that are free: none that is, or may be the first token of, another class's word.
  const closeTo = (i: number): string[] => {
    const free = (candidate: string) => !words.some((word, j) => j !== i && word.trim().startsWith(candidate));
    return closeWords(words[i]!, tokens.words(!place.atStart).filter(free));
  };
  const setTo = (label: string, close: string[]): Fix[] =>
    close.map((word) => ({ title: `Change to ${word}`, path: ['labels', label], change: { value: JSON.parse(word) as string } }));
  const ids = words.map((word, i) => {
    const label = classes[i]!;
    if (spec.labels ? word.trim() === '' : !/\p{L}/u.test(word)) {
      problems.push(
        spec.problemAt(at(label), {
          message: `the label ${JSON.stringify(word)} is no word that a model could say`,
          found: JSON.stringify(word),
          expected: `"labels": { ${JSON.stringify(label)}: "a word", … }`,
        }),
      );
      return -1;
    }
    const encoded = tokens.encode((place.atStart ? '' : ' ') + word.trim());
    if (tokens.unknownId !== undefined && encoded.includes(tokens.unknownId)) {
      problems.push(
        spec.problemAt(at(label), {
          message: `the task model does not know the label word ${JSON.stringify(word)}: its vocabulary has no token for ${encoded.length === 1 ? 'it' : 'a part of it'}`,
          found: JSON.stringify(word),
          expected: `a word of the model's vocabulary, such as ${closeTo(i).join(', ')}`,
          fixes: setTo(label, closeTo(i)),
        }),
      );
      return -1;
    }
    if (encoded.length !== 1 && !(place.causal && encoded.length > 1)) {
      problems.push(
        spec.problemAt(at(label), {
          message: `the label word is ${encoded.length} tokens of the task model; at the mask there is room for one`,
          found: JSON.stringify(word),
          expected: `a word of one token, such as ${closeTo(i).join(', ')}`,
          fixes: setTo(label, closeTo(i)),
        }),
      );
      return -1;
    }
    if (encoded.length > 1) {
      warnings.push(
        spec.problemAt(at(label), {
          severity: 'warning',
          message: `the label word is ${encoded.length} tokens of the task model; it is scored by the first of them`,
          found: JSON.stringify(word),
        }),
      );
    }
    return encoded[0]!;
  });
  ids.forEach((id, i) => {
    const first = ids.indexOf(id);
    if (id >= 0 && first < i) {
      const same = words[first] === words[i];
      problems.push(
        spec.problemAt(at(classes[i]!), {
          message: same
            ? 'two classes have the same label word'
            : `the label word begins with the same token as ${JSON.stringify(words[first])}`,
          found: JSON.stringify(words[i]),
          expected: `another word, such as ${closeTo(i).join(', ')}`,
          fixes: setTo(classes[i]!, closeTo(i)),
        }),
      );
    }
  });
  if (problems.length > 0) throw new TaskError(problems);
  return { words, ids, warnings };
}

/** Three single-token words that look most like a word. */
export function closeWords(word: string, candidates: readonly string[]): string[] {
  const lower = word.trim().toLowerCase();
  const score = (candidate: string): number => {
    const other = candidate.toLowerCase();
    let shared = 0;
    while (shared < other.length && other[shared] === lower[shared]) shared++;
    return editDistance(lower, other) - shared;
  };
  return [...candidates]
    .filter((candidate) => candidate.length > 2 && candidate !== word)
    .map((candidate) => ({ candidate, score: score(candidate) }))
    .sort((a, b) => a.score - b.score)
    .slice(0, 3)
    .map(({ candidate }) => JSON.stringify(candidate));
}
