import type { HeldOutOutputs, HeldOutTexts } from '../../src/messages/page';
import { sharedRows } from './sharedRows';
import { scoreAt } from './textFilter';

export interface TextDifferences {
  /** Rows that all runs have texts of. */
  readonly shared: number;
  /** Rows on which this run's prompt alone has the highest score, by run. */
  readonly onlyBest: readonly number[];
  /** The furthest apart first. */
  readonly rows: readonly ComparedTexts[];
}

interface ComparedTexts {
  readonly line: number;
  readonly text: string;
  readonly outputs: readonly { readonly output: string; readonly score: number }[];
}

/** Rows of the first run that every other has too, with what each run's prompt wrote for them. */
export function textDifferences(runs: readonly { readonly held: HeldOutTexts; readonly answers: HeldOutOutputs }[]): TextDifferences {
  const onlyBest = runs.map(() => 0);
  const rows: (ComparedTexts & { readonly spread: number })[] = [];
  for (const at of sharedRows(runs)) {
    const scores = runs.map(({ answers }, i) => scoreAt(answers, at[i]!, undefined));
    if (scores.includes(undefined)) continue;
    const known = scores as number[];
    const best = Math.max(...known);
    if (known.filter((score) => score === best).length === 1) onlyBest[known.indexOf(best)]!++;
    const outputs = runs.map(({ answers }, i) => ({ output: answers.outputs[at[i]!]![0]!.output, score: known[i]! }));
    const { line, text } = runs[0]!.held.rows[at[0]!]!;
    rows.push({ line, text, outputs, spread: best - Math.min(...known) });
  }
  return { shared: rows.length, onlyBest, rows: rows.sort((a, b) => b.spread - a.spread || a.line - b.line) };
}
