import { Margins } from '../../src/method/margins';
import { classMean } from '../../src/method/reward';
import { mean } from '../../src/run/report/statistics';
import type { Known } from '../../src/search/archive';
import { Runner, type Where } from './runner';
import { TASKS, type TaskName } from './tasks';

type Measure = (gaps: readonly number[], labels: readonly number[]) => number;

const of =
  (value: (gap: number) => number): Measure =>
  (gaps, labels) =>
    classMean(gaps.map(value), labels, 'balanced');

/** What a choice among prompts could go by, from their gaps on the rows of the pool. */
const MEASURES: Record<string, Measure> = {
  'margins, the default': (gaps, labels) => {
    const margins = new Margins(new Set(labels).size);
    gaps.forEach((gap, row) => margins.add(labels[row]!, gap));
    return margins.score();
  },
  'tanh(3 gap)': of((gap) => Math.tanh(3 * gap)),
  'tanh(1.5 gap)': of((gap) => Math.tanh(1.5 * gap)),
  'root of gap': of((gap) => Math.sign(gap) * Math.sqrt(Math.abs(gap))),
  gap: of((gap) => gap),
  'share of right answers': of((gap) => Number(gap > 0)),
};
const CANDIDATES = 40;
const SPLITS = ['13', '21', '42', '87', '100'];
/** Yelp has no test file: the rows that would judge here are its test rows. */
const JUDGED: readonly TaskName[] = ['sst-2', 'agnews', 'sst-5'];

/**
 * Which measure on the pool chooses best among what searches found: the forty best by the estimates of the default search and
 * of random search with rows, 5,000 queries each. The rows of the other splits judge. For each task, the measure that is best on the
 * other tasks is what cross-validation picks.
 */
export async function compareChoices(where: Omit<Where, 'judge'>): Promise<void> {
  const names = Object.keys(MEASURES);
  const chosen = new Map<TaskName, number[][]>();
  const middle = new Map<TaskName, number[]>();
  for (const task of JUDGED)
    for (const split of SPLITS) {
      const runner = new Runner({ ...where, judge: 'pool' }, { task, split, model: 'bundled:causal' });
      const prompts: (readonly number[])[] = [];
      for (const method of ['default', 'random+rows'] as const) {
        const search = await runner.open({ method, split, seed: 0, budget: 5000, length: 5, warmStart: false });
        while (!search.ended) await search.advance();
        const known = [...(search.save() as { readonly prompts: readonly Known[] }).prompts];
        prompts.push(
          ...known
            .sort((a, b) => b.estimate - a.estimate)
            .slice(0, CANDIDATES)
            .map(({ ids }) => ids),
        );
        await search.release();
      }
      const { labels, gaps, accuracy } = await runner.gaps(prompts);
      await runner.release();
      const best = names.map((name) => {
        const scores = gaps.map((each) => MEASURES[name]!(each, labels));
        return accuracy[scores.indexOf(Math.max(...scores))]!;
      });
      chosen.set(task, [...(chosen.get(task) ?? []), best]);
      middle.set(task, [...(middle.get(task) ?? []), mean(accuracy)]);
      console.error(`${task} ${split}: ${names.map((name, i) => `${name} ${best[i]!.toFixed(1)}`).join(', ')}`);
    }
  const accuracyOf = (task: TaskName, m: number): number => mean(chosen.get(task)!.map((each) => each[m]!));
  const cells = (values: readonly number[]): string => values.map((value) => `${value.toFixed(1)}%`).join(' | ');
  console.log(`| choice by | ${JUDGED.map((task) => TASKS[task].title).join(' | ')} | mean |\n|${' --- |'.repeat(JUDGED.length + 2)}`);
  names.forEach((name, m) => {
    const each = JUDGED.map((task) => accuracyOf(task, m));
    console.log(`| ${name} | ${cells([...each, mean(each)])} |`);
  });
  console.log(
    `| any of the candidates | ${cells([...JUDGED.map((task) => mean(middle.get(task)!)), mean(JUDGED.map((task) => mean(middle.get(task)!)))])} |\n`,
  );
  for (const task of JUDGED) {
    const others = names.map((_, m) => mean(JUDGED.filter((other) => other !== task).map((other) => accuracyOf(other, m))));
    const m = others.indexOf(Math.max(...others));
    console.log(`Picked without ${TASKS[task].title}: ${names[m]}, ${accuracyOf(task, m).toFixed(1)}% there.`);
  }
}
