import { readFileSync } from 'node:fs';
import { Random } from '../../src/method/random';
import { mean } from '../../src/run/report/statistics';

/** A line of curves.ts. */
interface Line {
  readonly task: string;
  readonly split: string;
  readonly seed: number;
  readonly budget: number;
  readonly method: string;
  readonly gap: number;
  readonly accuracy: number;
}

const RESAMPLES = 2000;

/**
 * Markdown of the lines of `node dist/curves.js --out FILE`: held-out accuracy and gap of each method, and its difference
 * in points to plain random search on the same splits and seeds, with a 95% interval by a bootstrap of the splits, then of
 * the seeds within them. A later line replaces an earlier one of the same run.
 */
export function summary(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const runs = [...new Map(lines.map((text) => JSON.parse(text) as Line).map((line) => [keyOf(line), line])).values()];
  const known = new Map(runs.map((line) => [keyOf(line), line]));
  const sections = unique(runs.map(({ budget }) => budget)).sort((a, b) => a - b);
  return sections
    .map((budget) => {
      const here = runs.filter((line) => line.budget === budget);
      const tasks = unique(here.map(({ task }) => task));
      const rows = unique(here.map(({ method }) => method)).map((method) => {
        const cells = tasks.map((task) => {
          const own = here.filter((line) => line.method === method && line.task === task);
          if (own.length === 0) return 'not run';
          const score = `${mean(own.map(({ accuracy }) => accuracy)).toFixed(1)}% / ${mean(own.map(({ gap }) => gap)).toFixed(3)}`;
          const pairs = paired(own, known);
          return `${score}${difference([pairs])} (n = ${own.length})`;
        });
        const all = tasks.map((task) =>
          paired(
            here.filter((line) => line.method === method && line.task === task),
            known,
          ),
        );
        return `| ${method} | ${cells.join(' | ')} | ${all.every((pairs) => pairs.length > 0) ? difference(all) : ''} |`;
      });
      return [
        `### ${budget.toLocaleString('en-US')} queries`,
        '',
        `| method | ${tasks.join(' | ')} | mean of the tasks |`,
        `|${' --- |'.repeat(tasks.length + 2)}`,
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

interface Pair {
  readonly split: string;
  readonly points: number;
}

/** Differences to plain random search at the same budget, split and seed. */
function paired(own: readonly Line[], known: ReadonlyMap<string, Line>): Pair[] {
  return own.flatMap((line) => {
    const plain = known.get(keyOf({ ...line, method: 'plain' }));
    return plain && line.method !== 'plain' ? [{ split: line.split, points: line.accuracy - plain.accuracy }] : [];
  });
}

/** The mean difference over tasks, with its interval. */
function difference(tasks: readonly (readonly Pair[])[]): string {
  if (tasks.some((pairs) => pairs.length === 0)) return '';
  const random = new Random(0);
  const resampled = Array.from({ length: RESAMPLES }, () => mean(tasks.map((pairs) => mean(resample(pairs, random)))));
  resampled.sort((a, b) => a - b);
  const at = (share: number): string => signed(resampled[Math.floor(share * (RESAMPLES - 1))]!);
  return ` ${signed(mean(tasks.map((pairs) => mean(pairs.map(({ points }) => points)))))} (${at(0.025)} to ${at(0.975)})`;
}

function resample(pairs: readonly Pair[], random: Random): number[] {
  const splits = unique(pairs.map(({ split }) => split)).map((split) => pairs.filter((pair) => pair.split === split));
  return splits.flatMap(() => {
    const split = splits[random.below(splits.length)]!;
    return split.map(() => split[random.below(split.length)]!.points);
  });
}

function keyOf({ task, split, seed, budget, method }: Omit<Line, 'gap' | 'accuracy'>): string {
  return [task, split, seed, budget, method].join();
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function signed(points: number): string {
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;
}
