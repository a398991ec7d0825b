import type { HeldOut } from '../view/heldOut';
import type { PromptRow, RunHead, RunView, TransferScore } from '../view/runView';
import { escapeHtml, htmlTable, type Cell } from './htmlText';
import { exampleTexts, number, paragraph, textRows, wrongRows } from './htmlRows';
import { measured } from './report';
import { STYLE } from './htmlStyle';
import { svgChart, type ChartLevel } from './svgChart';
import { orderCell, promptCell } from './tables';
import { amount, count, percent, tenths } from '../../wording/numbers';
import { sortedNotes } from '../../wording/note';
import { word } from '../../wording/wording';

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
    section('Prompts', prompts(head, rows)),
    section('Inputs and their prompts', inputs(head)),
    section('Charts', charts({ head, curves, rows })),
    head.texts ? '' : section('Label words', labelWords(head)),
    winner?.test?.confusion ? section('Answers of the winner', confusion(head, winner.test.confusion)) : '',
    head.texts
      ? section('Texts of the winner', winnersTexts(held, winner))
      : section(
          'Rows that the winner gets wrong',
          typeof held === 'string' ? paragraph(held) : 'classes' in held ? wrongRows(held, winner) : '',
        ),
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

function winnersTexts(held: HeldOut | string, winner: PromptRow | undefined): string {
  if (typeof held !== 'string' && 'metrics' in held) return textRows(held, winner);
  return winner?.test?.texts ? exampleTexts(winner.test.texts) : '';
}

function verdict({ verdict: judged, texts, summary }: RunHead, winner: PromptRow | undefined): string {
  if (!winner) return paragraph('No prompt has a score yet.');
  const given = summary?.perInput;
  const { test } = given ?? winner;
  const estimate = given ? given.estimate : winner.estimate;
  const figures = [
    ...(test ? [`<b>${percent(test.accuracy)}</b> held out (${range(test)})`] : []),
    ...(estimate ? [`<b>${percent(estimate.accuracy)}</b> estimated`] : []),
    ...(judged?.others ?? []).map(
      ({ origin, accuracy }) => `<b>${percent(accuracy)}</b> ${word('name.origin', { origin })}’s best, held out`,
    ),
    ...(judged && !texts ? [`<b>${percent(judged.majority)}</b> most common class`] : []),
  ];
  return `<section class="verdict verdict-${judged?.kind ?? 'open'}">
<h2>${escapeHtml(judged?.title ?? 'Best so far')}</h2>
<p>${given ? 'A prompt for each input' : `<code class="winner">${escapeHtml(promptCell(winner.prompt))}</code>`} <span class="origin">${escapeHtml(given ? amount(given.prompts.length, 'different prompt') : originOf(winner))}</span></p>
${judged ? paragraph(judged.text) : ''}
<ul class="figures">${figures.map((figure) => `<li>${figure}</li>`).join('')}</ul>
</section>`;
}

function facts(head: RunHead): string {
  const { summary, rows, queries, queryBudget } = head;
  const each = head.texts?.samples ?? 1;
  const proposed = (summary?.searches ?? []).flatMap(({ proposer }) => proposer ?? []);
  const entries: (readonly [name: string, value: string])[] = [
    ['Task model', head.taskModel],
    ...(head.policyModel === head.taskModel ? [] : [['Policy model', head.policyModel] as const]),
    ['Template', head.template],
    ['Prompt length', amount(head.promptLength, 'token')],
    ...(rows ? [['Rows', `${count(rows.train + rows.validation)} to search on, ${count(rows.test)} held out`] as const] : []),
    ...(head.texts ? [['Metrics', head.texts.metrics.join(', ')] as const] : []),
    [
      head.texts ? 'Generations' : 'Queries',
      `${count(each * queries.computed)} of ${count(each * queryBudget)}, ${amount(head.step, 'step')}`,
    ],
    ...(summary?.randomQueries
      ? [
          [
            summary.perInput ? 'Best single prompt' : 'Random search',
            `${count(each * summary.randomQueries.computed)} ${head.texts ? 'generations' : 'queries'}`,
          ] as const,
        ]
      : []),
    ...(summary?.taskModelUse ? [['Tokens of the task model', word('run.took', summary.taskModelUse)] as const] : []),
    ...proposed.map((use) => ['Proposals', word('run.proposed', use)] as const),
    ...(summary?.cost !== undefined && summary.taskModelUse && proposed.length > 0 ? [['Cost of both', summary.cost] as const] : []),
    ...(head.ended === undefined ? [] : [['Search ended', head.ended] as const]),
    ['Time', `${head.seconds.toFixed(0)} s${summary ? `, peak memory ${count(summary.peakMemory)} MiB` : ''}`],
    ['Seed', String(head.seed)],
    ['Started', head.created],
    ['Task spec', head.specFile],
    ['Run', head.id],
  ];
  return `<dl>${entries.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')}</dl>`;
}

function prompts({ texts }: RunHead, rows: readonly PromptRow[]): string {
  const models = [...new Set(rows.flatMap(({ transfer = {} }) => Object.keys(transfer)))];
  const byMargin = measured(rows);
  const header = [
    '#',
    'Prompt',
    'From',
    ...(texts ? ['Estimate', 'Held out', ...texts.metrics] : [byMargin ? 'Margin' : 'Gap', 'Estimate', 'Held out', 'Macro-F1']),
    texts ? 'Prompt’s perplexity' : 'Perplexity',
    ...models.map((model) => `On ${model}`),
  ];
  const cells = rows.map((row): Cell[] => [
    number(String(row.rank)),
    { text: promptCell(row.prompt), kind: 'prompt' },
    originOf(row),
    ...(texts ? [] : [number(orderCell(byMargin, row))]),
    score(row.estimate),
    score(row.test),
    ...(texts ? texts.metrics.map((_, m) => metricScore(row, m)) : [number(row.test?.macroF1?.toFixed(3) ?? '')]),
    number(typeof row.perplexity === 'number' ? count(row.perplexity) : ''),
    ...models.map((model) => score(row.transfer?.[model])),
  ]);
  const note = `Estimates come from rows that steer the search. Held-out rows chose nothing: their ${texts ? 'score' : 'accuracy'} is the one that counts. Intervals are 95%.`;
  return rows.length === 0 ? '' : `${htmlTable(header, cells, 'Ranked prompts')}\n${paragraph(note, 'muted')}`;
}

function charts({ head, curves, rows }: Pick<RunView, 'head' | 'curves' | 'rows'>): string {
  const { estimates, randomEstimates, greedy, shares } = curves;
  const levels = (['none', 'manual'] as const).flatMap((origin): ChartLevel[] => {
    const values = rows.filter((row) => row.origin === origin).map((row) => row.estimate.accuracy);
    return values.length > 0 ? [{ label: origin === 'none' ? 'No prompt' : 'Your best prompt', value: Math.max(...values) }] : [];
  });
  return [
    svgChart(
      head.texts ? 'Estimated score' : 'Estimated accuracy',
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

/** Some held-out inputs with the prompts that a policy gave them. */
function inputs({ summary }: RunHead): string {
  const given = summary?.perInput;
  if (!given) return '';
  const answer = (predicted: number | null | undefined): string =>
    typeof predicted === 'number' ? (summary.classes[predicted]?.label ?? '') : 'none';
  const cells = given.inputs.map(({ text, prompt, label, predicted, score }): Cell[] => [
    text,
    { text: promptCell(given.prompts[prompt]!.prompt), kind: 'prompt' },
    score === undefined
      ? { text: answer(predicted), kind: predicted === label ? 'right' : 'wrong' }
      : number(score === null ? 'not scored' : tenths(score)),
  ]);
  return htmlTable(
    ['Input', 'Prompt', given.inputs[0]?.score === undefined ? 'Answer' : 'Score'],
    cells,
    'Held-out inputs with their prompts',
  );
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

function metricScore({ test }: PromptRow, m: number): Cell {
  const own = test?.metrics?.[m];
  return number(own ? percent(own.score) : '');
}

function originOf({ origin, form }: PromptRow): string {
  return word('name.withForm', { origin: word('name.origin', { origin }), form });
}

function score(value: TransferScore | undefined): Cell {
  return number(value ? `${percent(value.accuracy)} (${range(value)})` : '');
}

function range({ interval: [low, high] }: TransferScore): string {
  return `${tenths(low)}–${tenths(high)}`;
}
