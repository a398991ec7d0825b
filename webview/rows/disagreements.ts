import type { HeldOutAnswers, HeldOutClasses } from '../../src/messages/page';
import { sharedRows } from './sharedRows';

export interface Disagreements {
  /** Rows that all runs have. */
  readonly shared: number;
  /** Rows that only this run's prompt gets right, by run. */
  readonly onlyRight: readonly number[];
  readonly rows: readonly DisputedRow[];
}

interface DisputedRow {
  readonly line: number;
  readonly text: string;
  readonly label: string;
  /** A label for each run; undefined where there is none. */
  readonly answers: readonly (string | undefined)[];
}

/** Rows of the first run that every other has too, at the same place with the same text, and that the prompts do not answer alike. */
export function disagreements(runs: readonly { readonly held: HeldOutClasses; readonly answers: HeldOutAnswers }[]): Disagreements {
  const onlyRight = runs.map(() => 0);
  const rows: DisputedRow[] = [];
  const shared = sharedRows(runs);
  for (const at of shared) {
    const answers = runs.map(({ held, answers: { predicted } }, i) => held.classes[predicted[at[i]!] ?? -1]);
    const { held } = runs[0]!;
    const row = held.rows[at[0]!]!;
    const label = held.classes[row.label]!;
    const right = answers.map((answer) => answer === label);
    if (right.filter(Boolean).length === 1) onlyRight[right.indexOf(true)]!++;
    if (new Set(answers).size > 1) rows.push({ line: row.line, text: row.text, label, answers });
  }
  return { shared: shared.length, onlyRight, rows };
}
