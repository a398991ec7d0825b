import { distance } from 'fastest-levenshtein';
import type { MetricEntry } from '../spec/generation';
import { word, worded } from '../wording/wording';
import type { Judgment, Metric, MetricRow } from './metric';
import { MetricProblem, type MetricTask } from './entry';

/** The texts that an entry compares with: its own, or the references of each row. @throws MetricProblem */
export function expectations({ type, value }: MetricEntry, { references }: MetricTask): (row: MetricRow) => readonly string[] {
  if (value === undefined) {
    if (!references) throw new MetricProblem('type', worded('metric.noReferences', { type }));
    return (row) => row.references;
  }
  const texts = [value].flat();
  if (texts.length === 0 || !texts.every((text): text is string => typeof text === 'string'))
    throw new MetricProblem('value', worded('metric.notText', { type, found: JSON.stringify(value) }));
  return () => texts;
}

/** 1 if the output is one of the expected texts, else 0. */
export function equals(entry: MetricEntry, task: MetricTask): Metric {
  const expected = expectations(entry, task);
  return {
    key: JSON.stringify(['equals', entry.value]),
    score: (cases) =>
      cases.map(({ output, row }): Judgment => {
        const texts = expected(row);
        const found = texts.find((text) => text.trim() === output);
        return found === undefined
          ? { score: 0, reason: word('metric.notEqual', { expected: texts[0] ?? '' }) }
          : { score: 1, reason: word('metric.equal', { expected: found }) };
      }),
  };
}

const asIs = (text: string): string => text;
const folded = (text: string): string => text.toLowerCase();

/** `contains` and its family: one of the texts, or the share of all of them, with or without case. */
export function contains(fold: 'case' | 'ignoreCase', wanted: 'any' | 'all') {
  return (entry: MetricEntry, task: MetricTask): Metric => {
    const expected = expectations(entry, task);
    const same = fold === 'case' ? asIs : folded;
    return {
      key: JSON.stringify([entry.type.replace(/^not-/, ''), entry.value]),
      score: (cases) =>
        cases.map(({ output, row }): Judgment => {
          const texts = expected(row);
          const text = same(output);
          const found = texts.filter((each) => text.includes(same(each)));
          const score = wanted === 'any' ? Number(found.length > 0) : found.length / Math.max(1, texts.length);
          if (score === 1) return { score, reason: word('metric.contains', { part: found[0] ?? '' }) };
          return { score, reason: word('metric.lacks', { part: texts.find((each) => !found.includes(each)) ?? '' }) };
        }),
    };
  };
}

/** 1 if the output starts with one of the expected texts, else 0. */
export function startsWith(entry: MetricEntry, task: MetricTask): Metric {
  const expected = expectations(entry, task);
  return {
    key: JSON.stringify(['starts-with', entry.value]),
    score: (cases) =>
      cases.map(({ output, row }): Judgment => {
        const texts = expected(row);
        const start = texts.find((text) => output.startsWith(text));
        if (start !== undefined) return { score: 1, reason: word('metric.starts', { start }) };
        return { score: 0, reason: word('metric.noStart', { start: texts[0] ?? '' }) };
      }),
  };
}

/** 1 − edits / characters of the longer text, for the closest of the expected texts. */
export function levenshtein(entry: MetricEntry, task: MetricTask): Metric {
  const expected = expectations(entry, task);
  return {
    key: JSON.stringify(['levenshtein', entry.value]),
    score: (cases) =>
      cases.map(({ output, row }): Judgment => {
        const edits = expected(row).map((text) => ({ edits: distance(output, text), length: Math.max(output.length, text.length, 1) }));
        const best = edits.reduce((a, b) => (b.edits / b.length < a.edits / a.length ? b : a), { edits: 1, length: 1 });
        return { score: 1 - best.edits / best.length, reason: word('metric.edits', best) };
      }),
  };
}
