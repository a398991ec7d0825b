import type { PromptRow, RunResult, SeedsResult } from '../result';
import { alignedTable, csvRows, markdownRows, percent, promptCell } from './tables';

export { percent };

const COLUMNS = [
  'rank',
  'prompt',
  'origin',
  'gap',
  'train',
  'validation',
  'test',
  '95% interval',
  'macro-F1',
  'perplexity',
  'round trip',
] as const;

function cells(p: PromptRow): string[] {
  return [
    String(p.rank),
    promptCell(p.prompt),
    p.origin,
    p.gap.toFixed(3),
    percent(p.train.accuracy),
    percent(p.validation.accuracy),
    p.test ? percent(p.test.accuracy) : '',
    p.test ? `${percent(p.test.interval[0])}–${percent(p.test.interval[1])}` : '',
    p.test ? p.test.macroF1.toFixed(3) : '',
    typeof p.perplexity === 'number' ? perplexity(p.perplexity) : '',
    p.roundTrip === undefined ? '' : p.roundTrip ? '✓' : '✗',
  ];
}

function perplexity(value: number): string {
  return value >= 1e5 ? value.toExponential(1) : value.toFixed(0);
}

/** Ranked table in aligned columns, for a terminal. */
export function textTable(prompts: readonly PromptRow[]): string {
  return alignedTable([COLUMNS, ...prompts.map(cells)], new Set([1, 2, 10]));
}

export function markdownTable(prompts: readonly PromptRow[]): string {
  return markdownRows([COLUMNS, ...prompts.map(cells)]);
}

/** RFC 4180, with a header; shares as fractions. */
export function csvTable(prompts: readonly PromptRow[]): string {
  const header = [
    'rank',
    'prompt',
    'tokens',
    'origin',
    'gap',
    'train_accuracy',
    'validation_accuracy',
    'test_accuracy',
    'test_low',
    'test_high',
    'test_rows',
    'test_macro_f1',
    'perplexity',
    'round_trip',
  ];
  const rows = prompts.map((p) => [
    p.rank,
    p.prompt,
    p.tokens?.join(' ') ?? '',
    p.origin,
    p.gap,
    p.train.accuracy,
    p.validation.accuracy,
    p.test?.accuracy ?? '',
    p.test?.interval[0] ?? '',
    p.test?.interval[1] ?? '',
    p.test?.n ?? '',
    p.test?.macroF1 ?? '',
    p.perplexity ?? '',
    p.roundTrip ?? '',
  ]);
  return csvRows([header, ...rows]);
}

/** A few lines under the table of a run. */
export function summary(result: RunResult): string {
  const { queries, randomQueries, pairedTest, prompts, learning } = result;
  const none = prompts.find((p) => p.origin === 'none');
  const winner = prompts[0]!;
  const random = prompts.find((p) => p.origin === 'random');
  const policy = prompts.find((p) => p.origin === 'policy');
  const lines = [
    `${result.steps} steps in ${result.seconds.toFixed(0)} s (${STOPPED[result.stopped]}). Mean reward, first tenth to last tenth: ${learning.first.toFixed(1)} to ${learning.last.toFixed(1)}. Peak memory: ${result.peakMemory} MiB.`,
    `Queries: ${count(queries.asked)} asked, ${count(queries.computed)} computed${randomQueries ? `; random search ${count(randomQueries.asked)} asked, ${count(randomQueries.computed)} computed` : ''}; ${count(result.testQueries)} on test rows.`,
  ];
  if (winner.test && none?.test) {
    const difference = 100 * (winner.test.accuracy - none.test.accuracy);
    lines.push(
      winner === none
        ? 'No prompt beat the empty one on train and validation.'
        : `Held out (${winner.test.n} rows): the winner ${percent(winner.test.accuracy)}%, no prompt ${percent(none.test.accuracy)}% (${signed(difference)} points; McNemar's exact test p = ${pValue(pairedTest.p)}), majority class ${percent(result.majorityBaseline)}%.`,
    );
  }
  if (random?.test && policy?.test)
    lines.push(
      `At an equal budget: the policy's best ${percent(policy.test.accuracy)}%, random search's best ${percent(random.test.accuracy)}%.`,
    );
  return lines.join('\n');
}

export function seedsSummary(result: SeedsResult): string {
  const each = result.seeds.map(
    (run) => `  seed ${run.seed}: ${JSON.stringify(run.prompts[0]!.prompt)} ${percent(run.prompts[0]!.test!.accuracy)}%`,
  );
  return [
    `${result.seeds.length} seeds:`,
    ...each,
    `Test accuracy of the winner: mean ${percent(result.winner.mean)}%, standard deviation ${percent(result.winner.deviation)}; no prompt ${percent(result.none.mean)}%.`,
  ].join('\n');
}

const STOPPED = {
  steps: 'all steps done',
  budget: 'query budget spent',
  converged: 'converged: every prompt in a step is the same',
  patience: 'no better validation within its patience',
  time: 'time limit reached',
  storage: 'its folder cannot be written',
  exhausted: 'every prompt scored',
} as const;

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function signed(x: number): string {
  return `${x >= 0 ? '+' : '−'}${Math.abs(x).toFixed(1)}`;
}

function pValue(p: number): string {
  return p < 0.001 ? p.toExponential(1) : p.toFixed(3);
}
