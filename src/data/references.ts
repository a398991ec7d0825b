import { setTo, type Problem } from '../spec/problem';
import { generationOf } from '../spec/schema';
import type { Spec } from '../spec/spec';
import type { Note } from '../wording/note';
import { word, worded } from '../wording/wording';

/** A share of the rows that is worth a warning. */
const MANY = 0.1;
/** Tokens that a word of a reference may take. */
const TOKENS_PER_WORD = 1.5;

interface Rows {
  readonly texts: readonly string[];
  readonly references?: readonly (readonly string[])[];
}

interface Checked {
  readonly notes: readonly Note[];
  readonly warnings: readonly Problem[];
}

/** What stands out about the references that metrics compare with: their length, and those that only repeat the input. */
export function checkReferences(spec: Spec, splits: Readonly<Record<string, Rows>>): Checked {
  const rows = Object.values(splits).flatMap(({ texts, references = [] }) => references.map((own, i) => ({ input: texts[i]!, own })));
  if (rows.length === 0 || !comparesWithReferences(spec)) return { notes: [], warnings: [] };
  // The shortest reference of a row is the one that a text reaches first.
  const lengths = rows.map(({ own }) => Math.min(...own.map((reference) => reference.split(/\s+/).length))).sort((a, b) => a - b);
  const { maxTokens } = generationOf(spec);
  const long = lengths.filter((words) => words > maxTokens).length;
  const repeated = rows.filter(({ input, own }) => own.some((reference) => reference.toLowerCase() === input.toLowerCase())).length;
  const path = ['generation', 'maxTokens'];
  const enough = 8 * Math.ceil((TOKENS_PER_WORD * lengths[Math.floor(0.95 * (lengths.length - 1))]!) / 8);
  const warnings = [
    ...(long >= MANY * rows.length
      ? [
          spec.problemAt(path, {
            severity: 'warning',
            ...worded('data.longReferences', { long, of: rows.length, maxTokens }),
            ...(enough > maxTokens && { fixes: [setTo(path, enough)] }),
          }),
        ]
      : []),
    ...(repeated >= MANY * rows.length
      ? [spec.problemAt(['data', 'reference'], { severity: 'warning', ...worded('data.referencesRepeat', { repeated, of: rows.length }) })]
      : []),
  ];
  const mean = lengths.reduce((a, b) => a + b, 0) / lengths.length;
  return { notes: [word('data.references', { rows: rows.length, mean, most: lengths.at(-1)! })], warnings };
}

function comparesWithReferences({ metrics = [] }: Spec): boolean {
  // JSON needs no schema; the value of rouge-n may be the order of its n-grams.
  return metrics.some(({ type, value }) => (value === undefined && !type.endsWith('-json')) || type.endsWith('rouge-n'));
}
