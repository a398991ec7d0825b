import type { HeldOutAnswers, HeldOutClasses } from '../view/heldOut';
import type { HeldOutOutputs, HeldOutTexts } from '../view/heldOutTexts';
import type { PromptRow, TextExample } from '../result/result';
import { escapeHtml, htmlTable, type Cell } from './htmlText';
import { mean } from './statistics';
import { count, percent } from '../../wording/numbers';

/** Rows of the text that a report has room for. */
const MOST_ROWS = 500;

/** The held-out rows that the winner gets wrong, with the answers of no prompt. */
export function wrongRows({ rows, classes, file, prompts: all }: HeldOutClasses, winner: PromptRow | undefined): string {
  const own = all.find(({ prompt }) => prompt === winner?.prompt);
  if (!own) return '';
  const none = noPrompt(all, own);
  const wrong = rows.flatMap((row, i) => (own.predicted[i] === null || own.predicted[i] === row.label ? [] : [i]));
  const answer = ({ predicted, confidence }: HeldOutAnswers, i: number): Cell => {
    const said = predicted[i];
    if (said === null || said === undefined) return 'not scored';
    const text = said < 0 ? 'none of the classes' : `${classes[said]} ${(100 * confidence[i]!).toFixed(0)}%`;
    return { text, kind: said === rows[i]!.label ? 'right' : 'wrong' };
  };
  const cells = wrong.slice(0, MOST_ROWS).map((i): Cell[] => {
    const { line, text, label } = rows[i]!;
    return [number(String(line)), text, classes[label]!, answer(own, i), ...(none ? [answer(none, i)] : [])];
  });
  const said = `${count(wrong.length)} of ${count(rows.length)} held-out rows of ${file}${wrong.length > MOST_ROWS ? `; the first ${MOST_ROWS} are here` : ''}.`;
  const table = htmlTable(['Line', 'Text', 'Label', 'Winner', ...(none ? ['No prompt'] : [])], cells, 'Rows that the winner gets wrong');
  return wrong.length === 0 ? paragraph(said) : `${paragraph(said)}\n<details open><summary>Rows</summary>\n${table}\n</details>`;
}

/** What the winner wrote for the held-out rows, with the texts of no prompt; lowest scores first. */
export function textRows({ rows, of, metrics, file, prompts: all }: HeldOutTexts, winner: PromptRow | undefined): string {
  const own = all.find(({ prompt }) => prompt === winner?.prompt);
  if (!own) return '';
  const none = noPrompt(all, own);
  const meanOf = ({ outputs }: HeldOutOutputs, i: number): number => mean(outputs[i]!.map(({ score }) => score));
  const there = rows.flatMap((_, i) => (own.outputs[i]!.length > 0 ? [i] : [])).sort((a, b) => meanOf(own, a) - meanOf(own, b));
  const withReferences = rows.some(({ references }) => references.length > 0);
  const cellsOf = (prompt: HeldOutOutputs, i: number): Cell[] =>
    prompt.outputs[i]!.length === 0 ? ['not scored', ''] : [prompt.outputs[i]![0]!.output, number(percent(meanOf(prompt, i)))];
  const cells = there.slice(0, MOST_ROWS).map((i): Cell[] => {
    const { line, text, references } = rows[i]!;
    const reasons = own.outputs[i]![0]!.parts.map(([score, reason], m) => `${metrics[m]} ${percent(score)}: ${reason}`).join('; ');
    return [
      number(String(line)),
      text,
      ...(withReferences ? [references.join(' · ')] : []),
      ...cellsOf(own, i),
      reasons,
      ...(none ? cellsOf(none, i) : []),
    ];
  });
  const samples = own.outputs.find(({ length }) => length > 0)?.length ?? 1;
  const said = [
    `${count(there.length)} of ${count(of)} held-out rows of ${file}, lowest scores first${there.length > MOST_ROWS ? `; the first ${MOST_ROWS} are here` : ''}.`,
    ...(samples > 1 ? [`A score is the mean of ${samples} texts; the first of them is here.`] : []),
  ].join(' ');
  const header = [
    'Line',
    'Input',
    ...(withReferences ? ['Reference'] : []),
    'Winner',
    'Score',
    'Reasons',
    ...(none ? ['No prompt', 'Score'] : []),
  ];
  return `${paragraph(said)}\n<details open><summary>Rows</summary>\n${htmlTable(header, cells, 'What the winner wrote')}\n</details>`;
}

/** The few texts that a result has, where the run kept no more. */
export function exampleTexts(examples: readonly TextExample[]): string {
  const rows = examples.map(({ input, references, output, score, parts }): Cell[] => [
    input,
    references.join(' · '),
    output,
    number(percent(score)),
    parts.map(({ name, score: own, reason }) => `${name} ${percent(own)}: ${reason}`).join('; '),
  ]);
  return htmlTable(['Input', 'Reference', 'Output', 'Score', 'Reasons'], rows, 'Texts on held-out rows, lowest scores first');
}

function noPrompt<P extends { readonly prompt: string }>(all: readonly P[], own: P): P | undefined {
  return own.prompt === '' ? undefined : all.find(({ prompt }) => prompt === '');
}

export function paragraph(text: string, kind = ''): string {
  return `<p${kind === '' ? '' : ` class="${kind}"`}>${escapeHtml(text)}</p>`;
}

export function number(text: string): Cell {
  return { text, kind: 'number' };
}
