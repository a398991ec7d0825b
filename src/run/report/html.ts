import type { HeldOut, HeldOutAnswers } from '../heldOut';
import type { PromptRow, RunHead, RunView, TransferScore } from '../view/runView';
import { escapeHtml, htmlTable, type Cell } from './htmlText';
import { STYLE } from './htmlStyle';
import { svgChart, type ChartLevel } from './svgChart';
import { percent, promptCell } from './tables';
import { sortedNotes } from '../../wording/note';

/** Origins as the panel names them. */
const ORIGINS: Partial<Record<string, string>> = { policy: 'RLPrompt', manual: 'yours', random: 'random search', none: 'no prompt' };

/** Rows of the text that a report has room for. */
const MOST_ROWS = 500;

/**
 * A report of a run as one HTML file: no script, nothing that is loaded, light or dark as the reader's system. Every text from
 * files and models is escaped.
 * @param held the held-out rows, or why there are none
 */
export function htmlReport({ head, curves, rows }: RunView, held: HeldOut | string): string {
  const winner = rows.find(({ origin }) => origin !== 'evaluated');
  const { warnings, remarks } = sortedNotes(head.notes);
  const sections = [
    verdict(head, winner),
    section('Warnings', list(warnings)),
    section('The task', facts(head)),
    section('Prompts', prompts(rows)),
    section('Charts', charts({ head, curves, rows })),
    head.summary?.classes.length === 1 ? '' : section('Label words', labelWords(head)),
    winner?.test?.confusion ? section('Answers of the winner', confusion(head, winner.test.confusion)) : '',
    winner?.test?.texts ? section('Texts of the winner', texts(winner.test.texts)) : '',
    section('Rows that the winner gets wrong', typeof held === 'string' ? paragraph(held) : wrongRows(held, winner)),
    section('Notes', list(remarks)),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(head.name)}: prompts found by RLPrompt</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(head.name)}</h1>
${sections.filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

function section(title: string, content: string): string {
  return content === '' ? '' : `<section>\n<h2>${escapeHtml(title)}</h2>\n${content}\n</section>`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}</ul>`;
}

function paragraph(text: string, kind = ''): string {
  return `<p${kind === '' ? '' : ` class="${kind}"`}>${escapeHtml(text)}</p>`;
}

function verdict({ verdict: judged }: RunHead, winner: PromptRow | undefined): string {
  if (!winner) return paragraph('No prompt has a score yet.');
  const figures = [
    ...(winner.test ? [`<b>${percent(winner.test.accuracy)}%</b> held out (${range(winner.test)})`] : []),
    `<b>${percent(winner.estimate.accuracy)}%</b> estimated`,
    ...(judged?.random ? [`<b>${percent(judged.random.accuracy)}%</b> random search’s best, held out`] : []),
    ...(judged ? [`<b>${percent(judged.majority)}%</b> most common class`] : []),
  ];
  return `<section class="verdict verdict-${judged?.kind ?? 'open'}">
<h2>${escapeHtml(judged?.title ?? 'Best so far')}</h2>
<p><code class="winner">${escapeHtml(promptCell(winner.prompt))}</code> <span class="origin">${escapeHtml(originOf(winner))}</span></p>
${judged ? paragraph(judged.text) : ''}
<ul class="figures">${figures.map((figure) => `<li>${figure}</li>`).join('')}</ul>
</section>`;
}

function facts(head: RunHead): string {
  const { summary, rows, queries, queryBudget } = head;
  const entries: (readonly [name: string, value: string])[] = [
    ['Task model', head.taskModel],
    ...(head.policyModel === head.taskModel ? [] : [['Policy model', head.policyModel] as const]),
    ['Template', head.template],
    ['Prompt length', `${head.promptLength} tokens`],
    ...(rows ? [['Rows', `${count(rows.train + rows.validation)} to search on, ${count(rows.test)} held out`] as const] : []),
    ['Queries', `${count(queries.computed)} of ${count(queryBudget)}, ${count(head.step)} steps`],
    ...(summary?.randomQueries ? [['Random search', `${count(summary.randomQueries.computed)} queries`] as const] : []),
    ...(head.ended === undefined ? [] : [['Search ended', head.ended] as const]),
    ['Time', `${head.seconds.toFixed(0)} s${summary ? `, peak memory ${count(summary.peakMemory)} MiB` : ''}`],
    ['Seed', String(head.seed)],
    ['Started', head.created],
    ['Task spec', head.specFile],
    ['Run', head.id],
  ];
  return `<dl>${entries.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')}</dl>`;
}

function prompts(rows: readonly PromptRow[]): string {
  const models = [...new Set(rows.flatMap(({ transfer = {} }) => Object.keys(transfer)))];
  const header = ['#', 'Prompt', 'From', 'Gap', 'Estimate', 'Held out', 'Macro-F1', 'Perplexity', ...models.map((model) => `On ${model}`)];
  const cells = rows.map((row): Cell[] => [
    number(String(row.rank)),
    { text: promptCell(row.prompt), kind: 'prompt' },
    originOf(row),
    number(row.gap.toFixed(3)),
    score(row.estimate),
    score(row.test),
    number(row.test?.macroF1?.toFixed(3) ?? ''),
    number(typeof row.perplexity === 'number' ? count(row.perplexity) : ''),
    ...models.map((model) => score(row.transfer?.[model])),
  ]);
  const note =
    'Estimates come from rows that steer the search. Held-out rows chose nothing: their accuracy is the one that counts. Intervals are 95%.';
  return rows.length === 0 ? '' : `${htmlTable(header, cells, 'Ranked prompts')}\n${paragraph(note, 'muted')}`;
}

function charts({ curves, rows }: Pick<RunView, 'head' | 'curves' | 'rows'>): string {
  const { estimates, randomEstimates, greedy, shares } = curves;
  const levels = (['none', 'manual'] as const).flatMap((origin): ChartLevel[] => {
    const values = rows.filter((row) => row.origin === origin).map((row) => row.estimate.accuracy);
    return values.length > 0 ? [{ label: origin === 'none' ? 'No prompt' : 'Your best prompt', value: Math.max(...values) }] : [];
  });
  return [
    svgChart(
      'Estimated accuracy',
      [
        { label: 'Best so far', style: 1, x: estimates.queries, y: estimates.best, low: estimates.low, high: estimates.high },
        { label: 'Mean of a step', style: 2, x: estimates.queries, y: estimates.mean },
        { label: 'Greedy prompt', style: 2, x: greedy.queries, y: greedy.accuracy },
        { label: 'Random search, best so far', style: 3, x: randomEstimates.queries, y: randomEstimates.best },
      ],
      levels,
    ),
    svgChart('Share of each proposer', [
      { label: 'Policy', style: 1, x: shares.queries, y: shares.policy },
      { label: 'Thompson sampling', style: 3, x: shares.queries, y: shares.thompson },
      { label: 'Edits', style: 2, x: shares.queries, y: shares.edits },
    ]),
  ]
    .filter(Boolean)
    .join('\n');
}

function labelWords({ summary }: RunHead): string {
  if (!summary || summary.classes.length === 0) return '';
  const rows = summary.classes.map(({ label, word, train, validation, test }): Cell[] => [
    { text: label, kind: 'head' },
    { text: word, kind: 'prompt' },
    ...[train, validation, test].map((rowsOf) => number(count(rowsOf))),
  ]);
  return htmlTable(['Class', 'Label word', 'Training rows', 'Validation rows', 'Held-out rows'], rows, 'Classes with their label words');
}

function confusion({ summary }: RunHead, counts: readonly (readonly number[])[]): string {
  const label = (c: number): string => summary?.classes[c]?.label ?? String(c);
  const rows = counts.map((own, c): Cell[] => [
    { text: label(c), kind: 'head' },
    ...own.map((n, answer): Cell => ({ text: count(n), kind: answer === c ? 'number right' : 'number' })),
  ]);
  return htmlTable(['Class', ...counts.map((_, c) => `Answered ${label(c)}`)], rows, 'Held-out rows by class and answer');
}

function texts(examples: NonNullable<NonNullable<PromptRow['test']>['texts']>): string {
  const rows = examples.map(({ input, references, output, score, parts }): Cell[] => [
    input,
    references.join(' · '),
    output,
    number(percent(score)),
    parts.map(({ name, score: own, reason }) => `${name} ${percent(own)}: ${reason}`).join('; '),
  ]);
  return htmlTable(['Input', 'Reference', 'Output', 'Score', 'Reasons'], rows, 'Texts on held-out rows, lowest scores first');
}

function wrongRows({ rows, classes, file, prompts: all }: HeldOut, winner: PromptRow | undefined): string {
  const own = all.find(({ prompt }) => prompt === winner?.prompt);
  if (!own) return '';
  const none = own.prompt === '' ? undefined : all.find(({ prompt }) => prompt === '');
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

function originOf({ origin }: PromptRow): string {
  return ORIGINS[origin] ?? origin;
}

function score(value: TransferScore | undefined): Cell {
  return number(value ? `${percent(value.accuracy)}% (${range(value)})` : '');
}

function range({ interval: [low, high] }: TransferScore): string {
  return `${percent(low)}–${percent(high)}`;
}

function number(text: string): Cell {
  return { text, kind: 'number' };
}

function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}
