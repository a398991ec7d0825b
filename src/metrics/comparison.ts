import type { MetricEntry } from '../spec/generation';
import { word, worded } from '../wording/wording';
import type { Judgment, Metric, MetricRow } from './metric';
import { MetricProblem, type MetricContext } from './entry';

/** The texts that an entry compares with: its own, or the references of each row. @throws MetricProblem */
export function expectations(
  { type, value }: MetricEntry,
  { references }: Pick<MetricContext, 'references'>,
): (row: MetricRow) => readonly string[] {
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
export function equals(entry: MetricEntry, context: MetricContext): Metric {
  const expected = expectations(entry, context);
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

/** 1 if the output contains one of the expected texts, else 0; both folded alike. */
export function contains(entry: MetricEntry, context: MetricContext, fold: (text: string) => string): Metric {
  const expected = expectations(entry, context);
  return {
    key: JSON.stringify([entry.type.replace(/^not-/, ''), entry.value]),
    score: (cases) =>
      cases.map(({ output, row }): Judgment => {
        const texts = expected(row);
        const text = fold(output);
        const part = texts.find((each) => text.includes(fold(each)));
        return part === undefined
          ? { score: 0, reason: word('metric.lacks', { part: texts[0] ?? '' }) }
          : { score: 1, reason: word('metric.contains', { part }) };
      }),
  };
}
