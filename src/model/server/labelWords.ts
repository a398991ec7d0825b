import { logSumExp } from '../logits';
import type { TopToken } from './choices';
import { fold } from './fold';
import type { Sent, TextModel, TextScore } from './textModel';

/** A label word as a server's tokenizer sees it. */
export interface LabelWord {
  readonly word: string;
  /** Its first token, without the space before it; the word itself when it is a single token. */
  readonly first: string;
}

/** Where the likeliest tokens were reported: after the `text` itself, or at the start of a chat's `answer`. */
export type Place = 'text' | 'answer';

/**
 * Finds the label words among the likeliest tokens. After a `text`, the token with its leading space counts (without it
 * only when no such token is reported); at the start of an `answer`, all tokens that spell the word, whatever their
 * spaces and capitals, with their probabilities added.
 */
export function scoreWords(top: readonly TopToken[], words: readonly LabelWord[], place: Place): TextScore {
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

/** The first token of a word, told from the likeliest tokens at a place where the word must come. */
export function firstToken(word: string, top: readonly TopToken[]): string | undefined {
  const candidates = top.map(({ text, logprob }) => ({ text: text.replace(/^ /, ''), logprob }));
  if (candidates.some(({ text }) => fold(text) === fold(word))) return word;
  const beginnings = candidates.filter(({ text }) => text.trim() !== '' && fold(word).startsWith(fold(text)));
  // The tokenizer's own split is what the model was trained on: by far the likeliest of the beginnings.
  return beginnings.sort((a, b) => b.logprob - a.logprob)[0]?.text;
}

type Tops = (texts: readonly Sent[], signal?: AbortSignal) => Promise<readonly (readonly TopToken[] | undefined)[]>;

/** Scores label words by their log-probabilities among the likeliest tokens that `tops` reports. */
export function logprobModel(
  about: Pick<TextModel, 'identity' | 'batch' | 'how' | 'call' | 'count'>,
  words: readonly LabelWord[],
  place: Place,
  tops: Tops,
): TextModel {
  const score = async (texts: readonly Sent[], signal?: AbortSignal): Promise<TextScore[]> =>
    (await tops(texts, signal)).map((top = []) => scoreWords(top, words, place));
  return { ...about, score };
}
