import { l as rougeL, n as rougeN } from 'js-rouge';
import { z } from 'zod';
import type { MetricEntry } from '../spec/generation';
import { word, worded } from '../wording/wording';
import { MetricProblem, type MetricTask } from './entry';
import { expectations } from './comparison';
import type { Metric } from './metric';
import { bleuScore, chrfScore } from './ngrams';

/** A metric that is a similarity to the closest reference. */
function similarity(
  name: string,
  entry: MetricEntry,
  task: MetricTask,
  score: (output: string, references: readonly string[]) => number,
): Metric {
  const expected = expectations(entry, task);
  return {
    key: JSON.stringify([name, entry.value]),
    score: (cases) =>
      cases.map(({ output, row }) => {
        const own = score(output, expected(row));
        return { score: own, reason: word('metric.similarity', { name, score: own }) };
      }),
  };
}

const best = (references: readonly string[], score: (reference: string) => number): number => Math.max(0, ...references.map(score));

/** Sentence BLEU with effective order and exponential smoothing, tokens as in WMT's 13a (Post 2018). */
export function bleu(entry: MetricEntry, task: MetricTask): Metric {
  return similarity('bleu', entry, task, bleuScore);
}

/** chrF2: character n-grams up to 6, recall counting twice (Popović 2015). */
export function chrf(entry: MetricEntry, task: MetricTask): Metric {
  return similarity('chrf', entry, task, (output, references) => best(references, (reference) => chrfScore(output, reference)));
}

/** F1 of tokens, as SQuAD's evaluation: without case, punctuation and English articles (Rajpurkar et al. 2016). */
export function f1(entry: MetricEntry, task: MetricTask): Metric {
  return similarity('f1', entry, task, (output, references) => best(references, (reference) => tokenF1(output, reference)));
}

const order = z.number().int().min(1).max(4);

/** F-measure of n-grams; `value` is n, the number of words in one. @throws MetricProblem */
export function rougeNgrams(entry: MetricEntry, task: MetricTask): Metric {
  const n = typeof entry.value === 'number' ? entry.value : 1;
  if (!order.safeParse(n).success) throw new MetricProblem('value', worded('metric.notOrder', { found: JSON.stringify(entry.value) }));
  // A number is the order; the texts are then the references of the row.
  const { value: _, ...rest } = entry;
  const texts = typeof entry.value === 'number' ? rest : entry;
  const score = (output: string, reference: string): number => rouge(output, reference, n, (a, b) => rougeN(a, b, { n }));
  return similarity(`rouge-${n}`, texts, task, (output, references) => best(references, (reference) => score(output, reference)));
}

/** F-measure of the longest common subsequence of words. */
export function rougeLongest(entry: MetricEntry, task: MetricTask): Metric {
  const score = (output: string, reference: string): number => rouge(output, reference, 1, (a, b) => rougeL(a, b, {}));
  return similarity('rouge-l', entry, task, (output, references) => best(references, (reference) => score(output, reference)));
}

/** Words as in Google's rouge_score, but with the letters of all languages. */
function rouge(output: string, reference: string, least: number, score: (a: string, b: string) => number): number {
  const [a, b] = [words(output), words(reference)];
  return a.length < least || b.length < least ? 0 : score(a.join(' '), b.join(' ')) || 0;
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

export function tokenF1(output: string, reference: string): number {
  const [a, b] = [answerTokens(output), answerTokens(reference)];
  if (a.length === 0 || b.length === 0) return Number(a.length === b.length);
  const left = new Map<string, number>();
  for (const token of b) left.set(token, (left.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of a) {
    const count = left.get(token) ?? 0;
    if (count > 0) common++;
    left.set(token, count - 1);
  }
  return (2 * common) / (a.length + b.length);
}

function answerTokens(text: string): string[] {
  const bare = text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, '')
    .replace(/\b(a|an|the)\b/g, ' ');
  return bare.split(/\s+/).filter((token) => token !== '');
}
