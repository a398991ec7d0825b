import type { PerInputResult, PromptRow, RunResult, SeedsResult, TransferScore } from '../result/result';
import { tenths } from '../../wording/numbers';
import { word } from '../../wording/wording';
import type { Verdict } from '../result/verdict';
import type { RunHead } from '../view/runView';
import { alignedTable, csvRows, cut, cutApart, escapeMarkdown, orderCell, markdownRows, promptCell, visible } from './tables';

/** The columns of a table: of classes, or of generated texts, which have a score by metric. */
function columns(prompts: readonly PromptRow[]): string[] {
  const metrics = metricsOf(prompts);
  if (!metrics) return ['rank', 'prompt', 'origin', measured(prompts) ? 'margin' : 'gap', ...REST];
  return [
    'rank',
    'prompt',
    'origin',
    'estimate',
    '95% interval',
    'held out',
    '95% interval',
    ...metrics,
    'prompt’s perplexity',
    'round trip',
  ];
}

/** Whether the margins order the prompts of a classification task. */
export function measured(prompts: readonly PromptRow[]): boolean {
  return prompts.some(({ choice }) => choice !== undefined);
}

function metricsOf(prompts: readonly PromptRow[]): readonly string[] | undefined {
  return prompts.find(({ test }) => test?.metrics)?.test!.metrics!.map(({ name }) => name);
}

const REST = ['estimate', '95% interval', 'held out', '95% interval', 'macro-F1', 'perplexity', 'round trip'] as const;

function cells(p: PromptRow, metrics: readonly string[] | undefined, byMargin: boolean): string[] {
  const ofMetrics = metrics?.map((_, m) => (p.test?.metrics ? tenths(p.test.metrics[m]!.score) : ''));
  return [
    String(p.rank),
    promptCell(p.prompt),
    word('name.withForm', { origin: p.origin, form: p.form }),
    ...(metrics ? [] : [orderCell(byMargin, p)]),
    ...score(p.estimate),
    ...score(p.test),
    ...(ofMetrics ?? [p.test?.macroF1?.toFixed(3) ?? '']),
    p.perplexity?.toFixed(0) ?? '',
    p.roundTrip === undefined ? '' : p.roundTrip ? '✓' : '✗',
  ];
}

function score(value: TransferScore | undefined): [accuracy: string, interval: string] {
  if (!value) return ['not scored', ''];
  return [tenths(value.accuracy), value.interval.map(tenths).join('–')];
}

function tableCells(prompts: readonly PromptRow[]): string[][] {
  const metrics = metricsOf(prompts);
  return [columns(prompts), ...prompts.map((prompt) => cells(prompt, metrics, measured(prompts)))];
}

/** Ranked table in aligned columns, for a terminal; below it, the first prompt in full if it has no room there. */
export function textTable(prompts: readonly PromptRow[]): string {
  const rows = tableCells(prompts);
  const short = cutApart(rows.map((row) => row[1]!));
  const cells = rows.map((row, r) => row.map((cell, c) => (c === 1 ? short[r]! : cell)));
  const table = alignedTable(cells, new Set([1, 2, columns(prompts).length - 1]));
  const best = prompts[0]?.prompt ?? '';
  return cut(best) === visible(best)
    ? table
    : `${table}\n\n${best
        .split(/\r\n|\r|\n/)
        .map(visible)
        .join('\n')}`;
}

/** With the scores on other models. */
export function markdownTable(prompts: readonly PromptRow[]): string {
  const models = [...new Set(prompts.flatMap(({ transfer = {} }) => Object.keys(transfer)))];
  const transferred = ({ transfer }: PromptRow): string[] =>
    models.map((model) => {
      const other = transfer?.[model];
      return other ? score(other).join(' (') + ')' : '';
    });
  const [header, ...body] = tableCells(prompts);
  return markdownRows([
    [...header!, ...models.map((model) => `on ${model}`)],
    ...prompts.map((prompt, i) => [...body[i]!, ...transferred(prompt)]),
  ]);
}

/** The verdict, the model, the template, the label words, and the table. */
export function markdownReport(
  { name, verdict, taskModel, template, summary }: Pick<RunHead, 'name' | 'verdict' | 'taskModel' | 'template' | 'summary'>,
  prompts: readonly PromptRow[],
): string {
  const words =
    summary?.classes
      .filter(({ label }) => label !== '')
      .map((one) => `${one.label} “${one.word}”`)
      .join(', ') ?? '';
  const facts = [`Task model: ${taskModel}`, `Template: ${template}`, ...(words === '' ? [] : [`Label words: ${words}`])];
  const paragraphs = [
    `# ${escapeMarkdown(name)}`,
    ...(verdict ? [`**${verdict.title}.** ${escapeMarkdown(verdict.text)}`] : []),
    facts.map((fact) => `- ${escapeMarkdown(visible(fact))}`).join('\n'),
    markdownTable(prompts),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

/** RFC 4180, with a header; shares as fractions. The winner's row has the kind of the verdict; generated texts have a score by metric. */
export function csvTable(prompts: readonly PromptRow[], verdict?: Verdict): string {
  const metrics = metricsOf(prompts) ?? [];
  const header = [
    'rank',
    'prompt',
    'tokens',
    'origin',
    'gap',
    'margin',
    'estimate',
    'estimate_low',
    'estimate_high',
    'estimate_rows',
    'test_accuracy',
    'test_low',
    'test_high',
    'test_rows',
    'test_macro_f1',
    'perplexity',
    'round_trip',
    'verdict',
    ...metrics.map((name) => `score_${name}`),
  ];
  const winner = prompts.find(({ origin }) => origin !== 'evaluated');
  const rows = prompts.map((p) => [
    p.rank,
    p.prompt,
    p.tokens?.join(' ') ?? '',
    p.origin,
    p.gap,
    p.choice ?? '',
    p.estimate.accuracy,
    ...p.estimate.interval,
    p.estimate.n,
    p.test?.accuracy ?? '',
    p.test?.interval[0] ?? '',
    p.test?.interval[1] ?? '',
    p.test?.n ?? '',
    p.test?.macroF1 ?? '',
    p.perplexity ?? '',
    p.roundTrip ?? '',
    verdict && p === winner ? verdict.kind : '',
    ...metrics.map((_, m) => p.test?.metrics?.[m]?.score ?? ''),
  ]);
  return csvRows([header, ...rows]);
}

/** The searches of a run, which get equal budgets. */
const SEARCHES = ['policy', 'reflect', 'random'] as const;

/** What a run did and found, in a few lines under its table; the verdict comes last. */
export function summary(result: RunResult, verdict: Verdict | undefined): string {
  const { queries, queryBudget, randomQueries, prompts, learning, samples, labelWords } = result;
  const forWords = labelWords?.queries ?? 0;
  const ofTexts = samples !== undefined;
  const lines = [
    ...(labelWords ? [`${word('search.labelWords', labelWords)}.`] : []),
    word('report.search', {
      steps: result.steps,
      seconds: result.seconds,
      why: word('run.ended', { reason: result.stopped }),
      // The steps of a search by reflection have no rewards.
      learned: { what: result.searches?.[0]?.origin === 'reflect' ? 'estimate' : 'reward', ...learning },
      peakMemory: result.peakMemory,
    }),
    word('report.estimate', { ...prompts[0]!.estimate, of: result.perInput ? 'single' : 'winner', ofTexts }),
    word('report.queries', {
      samples,
      computed: queries.computed + forWords,
      budget: queryBudget,
      forWords,
      withRepeats: queries.asked > queries.computed ? queries.asked : undefined,
      control: randomQueries ? { of: result.perInput ? 'single' : 'random', computed: randomQueries.computed } : undefined,
      test: result.testQueries,
    }),
  ];
  if (result.perInput) lines.push(perInputLine(result.perInput, prompts, ofTexts));
  if (result.taskModelUse) lines.push(word('report.taskModel', { took: word('run.took', result.taskModelUse) }));
  const proposed = (result.searches ?? []).flatMap(({ proposer }) => proposer ?? []);
  lines.push(...proposed.map((use) => word('run.proposed', use)));
  if (result.cost !== undefined && result.taskModelUse && proposed.length > 0) lines.push(word('report.cost', { cost: result.cost }));
  const bests = SEARCHES.flatMap((origin) => {
    const best = prompts.find((prompt) => prompt.origin === origin);
    return best?.test ? [{ search: word('name.origin', { origin }), accuracy: best.test.accuracy }] : [];
  });
  if (bests.length > 1) lines.push(word('report.equalBudgets', { bests }));
  if (verdict) {
    const { title, text, next } = verdict;
    lines.push(`${title}. ${text}`, ...(next.length > 0 ? [word('verdict.next', { next })] : []));
  }
  return lines.join('\n');
}

/** How the policy of a run with a prompt for each input does on held-out rows, beside the single prompts. */
function perInputLine({ test, prompts: given, versus }: PerInputResult, prompts: readonly PromptRow[], ofTexts: boolean): string {
  const rival = (origin: PromptRow['origin']) => {
    const at = prompts.findIndex((prompt, i) => prompt.origin === origin && versus[i]);
    return at < 0 ? undefined : { accuracy: prompts[at]!.test!.accuracy, p: versus[at]!.p };
  };
  return word('report.perInput', {
    test,
    ofTexts,
    single: rival('single'),
    none: rival('none'),
    prompts: given.length,
    examples: given.slice(0, 2).map(({ prompt, rows }) => ({ prompt: promptCell(prompt.trim()), rows })),
  });
}

export function seedsSummary({ seeds, winner, none }: SeedsResult): string {
  const each = seeds.map(({ seed, perInput, prompts: [first] }) =>
    word('report.seed', {
      seed,
      prompt: perInput ? undefined : first!.prompt,
      accuracy: perInput ? perInput.test.accuracy : first!.test!.accuracy,
    }),
  );
  return [
    word('report.seeds', { seeds: seeds.length }),
    ...each.map((line) => `  ${line}`),
    word('report.seedsMean', { ...winner, none: none.mean }),
  ].join('\n');
}
