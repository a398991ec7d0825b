import { alignedTable, csvRows, cut, markdownRows, promptCell, type Cells } from './tables';
import type { TransferModel, TransferResult } from '../store/transferFile';
import { tenths } from '../../wording/numbers';
import { word } from '../../wording/wording';

/** Prompt × model, test accuracy in percent with its 95% interval. */
function cells({ prompts, models }: TransferResult): Cells {
  const header = ['rank', 'prompt', 'origin', ...models.map(({ reference, own }) => (own ? `${reference} (searched on)` : reference))];
  const rows = prompts.map(({ rank, prompt, origin }, p) => [
    String(rank),
    promptCell(prompt),
    origin,
    ...models.map((model) => cell(model, p)),
  ]);
  return [header, ...rows];
}

function cell({ scores }: TransferModel, p: number): string {
  const score = scores[p];
  if (!score) return 'failed';
  const [low, high] = score.interval;
  return `${tenths(score.accuracy)} (${tenths(low)}–${tenths(high)})`;
}

export function transferText(result: TransferResult): string {
  return [
    alignedTable(
      cells(result).map((row) => row.map((cell, c) => (c === 1 ? cut(cell) : cell))),
      new Set([1, 2]),
    ),
    '',
    ...remarks(result),
  ].join('\n');
}

export function transferMarkdown(result: TransferResult): string {
  return [markdownRows(cells(result)), '', ...remarks(result)].join('\n');
}

/** One row for each prompt and model; shares as fractions. */
export function transferCsv({ prompts, models }: TransferResult): string {
  const header = ['rank', 'prompt', 'origin', 'model', 'searched_on', 'test_accuracy', 'test_low', 'test_high', 'test_rows', 'error'];
  const rows = models.flatMap((model) =>
    prompts.map(({ rank, prompt, origin }, p) => {
      const score = model.scores[p];
      const numbers = score ? [score.accuracy, ...score.interval, score.n] : ['', '', '', ''];
      return [rank, prompt, origin, model.reference, model.own, ...numbers, model.error ?? ''];
    }),
  );
  return csvRows([header, ...rows]);
}

/** Remarks under the table: how many rows, what was done for a model, what failed. */
function remarks({ kind, testRows, notes, models }: TransferResult): string[] {
  return [
    word('report.transfer', { ofTexts: kind !== undefined, rows: testRows }),
    ...notes.map(sentence),
    ...models.flatMap(({ reference, notes: own, error, scores }) => [
      ...own.map((note) => `${reference}: ${sentence(note)}`),
      ...(error === undefined ? [] : [word('report.transferFailed', { reference, problem: sentence(error), earlier: scores.length > 0 })]),
    ]),
  ];
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
