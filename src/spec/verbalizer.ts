import { distance } from 'fastest-levenshtein';
import type { JSONPath } from 'jsonc-parser';
import { word, worded, type Worded } from '../wording/wording';
import { setTo, TaskError, type Fix, type Problem } from './problem';
import { foldLabel } from './labels';
import type { Spec } from './spec';
import { synonymsOf } from './synonyms';

/** What the verbalizer needs of a tokenizer. */
export interface LabelTokens {
  /** Ids of a text, without special tokens. */
  encode(text: string): number[];
  /** Every token that is one readable word, as text. */
  words(leadingSpace: boolean): readonly string[];
  /** The token for texts outside the vocabulary, in tokenizers that have one. */
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
 * On a causal model a word of several tokens is scored by its first, as long as first tokens differ.
 * A word that the vocabulary cannot spell is refused.
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
  const words = labelWords(spec, classes);
  const refuse = (i: number, complain: (close: string[]) => Worded): number => {
    // Close words that are free: not another class's word, nor possibly the first token of one.
    const free = (candidate: string) => !words.some((word, j) => j !== i && word.trim().startsWith(candidate));
    const close = wordsFor(words[i]!, tokens.words(!place.atStart).filter(free));
    const fixes = [...close.map((word) => setTo(['labels', classes[i]!], word)), searchForWords()];
    problems.push(problemAt(spec, classes[i]!, { ...complain(close), fixes }));
    return -1;
  };
  const ids = words.map((word, i) => {
    const label = classes[i]!;
    if (spec.labels ? word.trim() === '' : !/\p{L}/u.test(word)) {
      problems.push(problemAt(spec, label, { ...worded('spec.labelNoWord', { word, label }), fixes: [searchForWords()] }));
      return -1;
    }
    const space = place.atStart ? '' : ' ';
    const encoded = tokens.encode(space + word.trim());
    const count = encoded.length;
    if (tokens.unknownId !== undefined && encoded.includes(tokens.unknownId))
      return refuse(i, (close) => worded('spec.labelUnknown', { word, whole: count === 1, close }));
    if (count !== 1 && !(place.causal && count > 1))
      return refuse(i, (close) => worded('spec.labelTooLong', { word, tokens: count, close }));
    if (count > 1) {
      const first = firstToken(word.trim(), encoded[0]!, (text) => tokens.encode(space + text));
      const text = worded('spec.labelFirstToken', { word, label, tokens: count, first });
      warnings.push(problemAt(spec, label, { severity: 'warning', ...text, fixes: [searchForWords()] }));
    }
    return encoded[0]!;
  });
  for (const [i, id] of ids.entries()) {
    const word = words[i]!;
    const other = words[ids.indexOf(id)]!;
    if (id < 0 || ids.indexOf(id) === i) continue;
    refuse(i, (close) =>
      other === word ? worded('spec.labelDuplicate', { word, close }) : worded('spec.labelSameToken', { word, other, close }),
    );
  }
  if (problems.length > 0) throw new TaskError(problems);
  return { words, ids, warnings };
}

/**
 * The label word of each class, for a model without a tokenizer here: checked as far as possible without one.
 * @throws TaskError for a word that cannot be said, and for two that cannot be told apart
 */
export function textLabels(spec: Spec, classes: readonly string[]): string[] {
  const words = labelWords(spec, classes).map((word) => word.trim());
  const problems = words.flatMap((word, i) => {
    const label = classes[i]!;
    if (!(spec.labels ? /[\p{L}\p{N}]/u : /\p{L}/u).test(word))
      return problemAt(spec, label, { ...worded('spec.labelNoWord', { word, label }), fixes: [searchForWords()] });
    const other = words.slice(0, i).find((other) => other.toLowerCase() === word.toLowerCase());
    if (other === undefined) return [];
    return problemAt(
      spec,
      label,
      other === word ? worded('spec.labelDuplicate', { word, close: [] }) : worded('spec.labelSameButCapitals', { word, other }),
    );
  });
  if (problems.length > 0) throw new TaskError(problems);
  return words;
}

/** The beginning of a word that is its first token; undefined where a token ends within a character. */
function firstToken(word: string, id: number, encode: (text: string) => number[]): string | undefined {
  const beginnings = Array.from(word, (_, i) =>
    Array.from(word)
      .slice(0, i + 1)
      .join(''),
  );
  return beginnings.findLast((text) => {
    const ids = encode(text);
    return ids.length === 1 && ids[0] === id;
  });
}

/** The fix that leaves the label words to the run. */
function searchForWords(): Fix {
  return setTo(['labels'], 'auto', word('spec.fixAutoLabels'));
}

function labelWords({ labels }: Spec, classes: readonly string[]): string[] {
  return classes.map((label) => labels?.[label] ?? label);
}

function problemAt(spec: Spec, label: string, problem: Parameters<Spec['problemAt']>[1]): Problem {
  const path: JSONPath = spec.labels ? ['labels', label] : ['labels'];
  return spec.problemAt(path, problem);
}

/** Three single-token words to take instead: of the same sense as far as the list of senses goes, else of a similar spelling. */
export function wordsFor(word: string, candidates: readonly string[]): string[] {
  const known = new Set(candidates);
  const synonyms = synonymsOf(foldLabel(word)).filter((synonym) => known.has(synonym));
  return [...new Set([...synonyms, ...closeWords(word, candidates)])].slice(0, 3);
}

/** The three single-token words that look most like a word. */
export function closeWords(word: string, candidates: readonly string[]): string[] {
  const lower = word.trim().toLowerCase();
  const score = (candidate: string): number => {
    const other = candidate.toLowerCase();
    let shared = 0;
    while (shared < other.length && other[shared] === lower[shared]) shared++;
    return distance(lower, other) - shared;
  };
  return candidates
    .filter((candidate) => candidate.length > 2 && candidate !== word)
    .map((candidate) => ({ candidate, score: score(candidate) }))
    .sort((a, b) => a.score - b.score)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
