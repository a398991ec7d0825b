import { mean } from '../../src/run/report/statistics';
import { bootstrap, type Interval, type Observation } from './bootstrap';
import { GIVEN, keyOf, TIERS, type Cell, type Method } from './cells';
import type { Result } from './results';
import { TASKS, type TaskName } from './tasks';

export type Results = ReadonlyMap<string, Result>;
/** What the runs of one picture and its tables have in common. */
export type Setting = Pick<Cell, 'model' | 'length' | 'warmStart'>;

const ALL_TASKS = Object.keys(TASKS) as TaskName[];
const ORDER: readonly Method[] = ['default', 'plain', 'random+rows', 'evolution', 'thompson', 'policy', 'paper', ...GIVEN];

/** Runs of a method with figures. */
export function runsOf(results: Results, wanted: Partial<Cell>): Result[] {
  const fields = Object.entries(wanted) as [keyof Cell, unknown][];
  return [...results.values()].filter((run) => !run.cannotRun && fields.every(([field, value]) => run[field] === value));
}

/** Differences in points of held-out accuracy to the same split and seed of another method or budget; ordinary prompts have no seed. */
export function paired(results: Results, runs: readonly Result[], against: Partial<Cell>): Observation[] {
  return runs.flatMap((run) => {
    const given = (GIVEN as readonly string[]).includes(against.method ?? '');
    const other = results.get(keyOf({ ...run, ...against, ...(given && { seed: 0 }) }));
    return other && !other.cannotRun ? [{ split: run.split, value: run.accuracy - other.accuracy }] : [];
  });
}

/** All tables of a file of results, in Markdown. */
export function tables(results: Results): string {
  return settings(results)
    .flatMap((setting) => [
      `### ${titleOf(setting)}`,
      `![Curves](${pictureOf(setting)})`,
      ...budgets(results, setting),
      aboveLargeRandom(results, setting),
    ])
    .filter(Boolean)
    .join('\n\n');
}

export function settings(results: Results): Setting[] {
  const known = new Map<string, Setting>();
  for (const { model, length, warmStart } of [...TIERS, ...results.values()])
    if (runsOf(results, { model, length, warmStart, method: 'default' }).length > 0)
      known.set([model, length, warmStart].join(), { model, length, warmStart });
  return [...known.values()];
}

export function titleOf({ model, length, warmStart }: Setting): string {
  return `${model}, prompts of ${length} tokens, ${warmStart ? 'with' : 'without'} a warm start`;
}

/** Where the picture of a setting is, beside the document. */
export function pictureOf({ model, length, warmStart }: Setting): string {
  return `benchmarks/${model.replace(':', '-')}-${length}${warmStart ? '-warm' : ''}.svg`;
}

function budgets(results: Results, setting: Setting): string[] {
  const all = [...new Set(runsOf(results, setting).map(({ budget }) => budget))].sort((a, b) => a - b);
  return all.filter((budget) => budget > 0).map((budget) => oneBudget(results, setting, budget));
}

function oneBudget(results: Results, setting: Setting, budget: number): string {
  const controls: Method[] = ['plain', 'random+rows'];
  const [control, ...others] = controls.filter((method) => runsOf(results, { ...coldIfPlain(setting, method), budget, method }).length > 0);
  const methods = ORDER.filter((method) => runsOf(results, { ...setting, budget: budgetOf(method, budget), method }).length > 0);
  const rows = methods.map((method) => {
    const own = { ...setting, method, budget: budgetOf(method, budget) };
    const cells = ALL_TASKS.map((task) => {
      const runs = runsOf(results, { ...own, task });
      return runs.length === 0 ? '' : `${accuracyOf(runs)} (${runs.length})`;
    });
    const differences = [control, ...others].map((against) => {
      if (against === undefined || against === method) return '';
      return interval(bootstrap(ALL_TASKS.map((task) => differencesTo(results, own, task, against, budget))));
    });
    return row([method, ...cells, ...differences]);
  });
  const head = [
    'method',
    ...ALL_TASKS.map((task) => TASKS[task].title),
    ...[control, ...others].map((name) => `mean against ${name ?? 'random'}`),
  ];
  return [`**${count(budget)} queries**`, table(head, rows), ...perTask(results, setting, budget, control)].join('\n\n');
}

/** Plain random search has no warm start: it is the control of both. */
function coldIfPlain(setting: Setting, method: Method): Setting {
  return method === 'plain' ? { ...setting, warmStart: false } : setting;
}

/** The default's difference to the control in each task. */
function perTask(results: Results, setting: Setting, budget: number, control: Method | undefined): string[] {
  if (control === undefined) return [];
  const own = { ...setting, method: 'default' as const, budget };
  const each = ALL_TASKS.flatMap((task) => {
    const difference = bootstrap([differencesTo(results, own, task, control, budget)]);
    return difference ? [`${TASKS[task].title} ${interval(difference)}`] : [];
  });
  return each.length > 0 ? [`The default against ${control}, by task: ${each.join('; ')}.`] : [];
}

function differencesTo(
  results: Results,
  own: Setting & { method: Method; budget: number },
  task: TaskName,
  against: Method,
  budget: number,
): Observation[] {
  const runs = runsOf(results, { ...own, task });
  const cold = against === 'plain' && { warmStart: false };
  if (own.budget > 0) return paired(results, runs, { method: against, ...cold });
  // An ordinary prompt meets every seed of the control.
  return paired(results, runsOf(results, { ...own, ...cold, task, method: against, budget }), { method: own.method, budget: 0 }).map(
    ({ split, value }) => ({
      split,
      value: -value,
    }),
  );
}

/** Against plain random search with 48,000 queries. */
function aboveLargeRandom(results: Results, setting: Setting): string {
  const large = { method: 'plain', budget: 48_000, warmStart: false } as const;
  const rows = [1000, 2000, 5000, 12_000].flatMap((budget) => {
    const each = ALL_TASKS.map((task) => paired(results, runsOf(results, { ...setting, task, budget, method: 'default' }), large));
    if (each.every((pairs) => pairs.length === 0)) return [];
    return [row([count(budget), ...each.map((pairs) => interval(bootstrap([pairs]))), interval(bootstrap(each))])];
  });
  if (rows.length === 0) return '';
  const head = ['queries of the default', ...ALL_TASKS.map((task) => TASKS[task].title), 'mean'];
  return `**Against plain random search with 48,000 queries**\n\n${table(head, rows)}`;
}

function budgetOf(method: Method, budget: number): number {
  return (GIVEN as readonly string[]).includes(method) ? 0 : budget;
}

function accuracyOf(runs: readonly Result[]): string {
  return `${mean(runs.map(({ accuracy }) => accuracy)).toFixed(1)}% / ${mean(runs.map(({ gap }) => gap)).toFixed(3)}`;
}

function interval(of: Interval | undefined): string {
  return of ? `${signed(of.mean)} (${signed(of.low)} to ${signed(of.high)})` : '';
}

function signed(points: number): string {
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [row(head), `|${' --- |'.repeat(head.length)}`, ...rows].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function count(n: number): string {
  return n.toLocaleString('en-US');
}
