import { Random } from '../../../src/method/random';
import { mean } from '../../../src/run/report/statistics';
import { TEXT_METHODS, type TextMethod, type TextResult } from './results';

const RESAMPLES = 2000;
/** What the default is compared with. */
const RIVALS = ['random+rows', 'compare', 'none'] as const;

/** Tables of a file of results, in Markdown: for each task the held-out scores, and what else the texts are. */
export function textTables(results: Iterable<TextResult>): string {
  const all = [...results];
  return [...new Set(all.map(({ task }) => task))]
    .map((task) =>
      taskTable(
        task,
        all.filter((run) => run.task === task),
      ),
    )
    .join('\n\n');
}

function taskTable(task: string, runs: readonly TextResult[]): string {
  const metrics = Object.keys(runs[0]!.metrics);
  const head = ['texts', 'method', 'runs', 'score (95% interval)', ...RIVALS.map((rival) => `against ${rival}`), ...metrics, 'distinct-2'];
  const budgets = [...new Set(runs.map(({ budget }) => budget))].sort((a, b) => a - b);
  const lines = budgets.flatMap((budget) =>
    TEXT_METHODS.flatMap((method) => {
      const own = runs.filter((run) => run.method === method && run.budget === budget);
      if (own.length === 0) return [];
      const [low, high] = interval(own.map(({ rows }) => rows));
      return [
        [
          budget === 0 ? '' : budget.toLocaleString('en-US'),
          method,
          String(own.length),
          `${percent(score(own))} (${percent(low)}–${percent(high)})`,
          ...RIVALS.map((rival) => (method === 'default' ? against(own, runs, rival) : '')),
          ...metrics.map((name) => percent(mean(own.map((run) => run.metrics[name]!)))),
          percent(mean(own.map((run) => run.distinct2))),
        ],
      ];
    }),
  );
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [`### ${task}`, '', row(head), `|${' --- |'.repeat(head.length)}`, ...lines.map(row)].join('\n');
}

/** The difference on the same rows, and seeds where the rival searched. */
function against(own: readonly TextResult[], runs: readonly TextResult[], method: TextMethod): string {
  const differences = own.flatMap(({ seed, budget, rows }) => {
    const other = runs.find((run) => run.method === method && (run.budget === 0 || (run.seed === seed && run.budget === budget)));
    return other ? [rows.map((x, i) => x - other.rows[i]!)] : [];
  });
  if (differences.length === 0) return '';
  const [low, high] = interval(differences);
  const points = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(100 * x).toFixed(1)}`;
  return `${points(mean(differences.map(mean)))} (${points(low)} to ${points(high)})`;
}

/** A bootstrap draws runs, then rows, the same rows for all runs. */
export function interval(runs: readonly (readonly number[])[]): [low: number, high: number] {
  const random = new Random(0);
  const drawn = <T>(values: readonly T[]): T[] => values.map(() => values[random.below(values.length)]!);
  const places = runs[0]!.map((_, i) => i);
  const means = Array.from({ length: RESAMPLES }, () => {
    const rows = drawn(places);
    return mean(drawn(runs).map((run) => mean(rows.map((i) => run[i]!))));
  }).sort((a, b) => a - b);
  return [means[Math.round(0.025 * (RESAMPLES - 1))]!, means[Math.round(0.975 * (RESAMPLES - 1))]!];
}

function score(runs: readonly TextResult[]): number {
  return mean(runs.map(({ rows }) => mean(rows)));
}

function percent(x: number): string {
  return `${(100 * x).toFixed(1)}%`;
}
