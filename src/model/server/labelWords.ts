import { logSumExp } from '../local/logits';
import type { TopToken } from './choices';

/** A label word as a server's tokenizer sees it. */
export interface LabelWord {
  readonly word: string;
  /** Its first token, without the space before it; the word itself where that is one token. */
  readonly first: string;
}

/** Scores of the label words at one place. */
export interface WordScores {
  /** Log-probability of each word's first token. */
  readonly logits: number[];
  /** Words that were not among the reported tokens: they score as the least of those. */
  readonly missing: number;
}

/**
 * Finds the label words among the likeliest tokens. `place` says what counts as a word: in the middle of a `text` the
 * token with its leading space (without it only where no such token is reported), at the start of an `answer` any token
 * that is the word, whatever its spaces and capitals, their probabilities added.
 */
export function scoreWords(top: readonly TopToken[], words: readonly LabelWord[], place: 'text' | 'answer'): WordScores {
  // Nothing reported: all words alike.
  const floor = top.reduce((least, { logprob }) => Math.min(least, logprob), 0);
  let missing = 0;
  const logits = words.map(({ first }) => {
    const found = place === 'text' ? inText(top, first) : inAnswer(top, first);
    if (found !== undefined) return found;
    missing++;
    return floor;
  });
  return { logits, missing };
}

function inText(top: readonly TopToken[], first: string): number | undefined {
  const find = (text: string): number | undefined => top.find((token) => token.text === text)?.logprob;
  return find(` ${first}`) ?? find(first);
}

function inAnswer(top: readonly TopToken[], first: string): number | undefined {
  const wanted = fold(first);
  const found = top.filter(({ text }) => fold(text) === wanted).map(({ logprob }) => logprob);
  return found.length === 0 ? undefined : logSumExp(Float32Array.from(found));
}

/** The token that a word begins with, told by the tokens that a model thinks likely where the word must come. */
export function firstToken(word: string, top: readonly TopToken[]): string | undefined {
  const candidates = top.map(({ text, logprob }) => ({ text: text.replace(/^ /, ''), logprob }));
  if (candidates.some(({ text }) => fold(text) === fold(word))) return word;
  const beginnings = candidates.filter(({ text }) => text.trim() !== '' && fold(word).startsWith(fold(text)));
  // The tokenizer's own split is what the model has always seen: by far the likeliest of the beginnings.
  return beginnings.sort((a, b) => b.logprob - a.logprob)[0]?.text;
}

export function fold(text: string): string {
  return text.trim().toLowerCase();
}
