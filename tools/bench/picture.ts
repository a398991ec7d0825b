import { mean } from '../../src/run/report/statistics';
import { bootstrap } from './bootstrap';
import type { Method } from './cells';
import type { Result } from './results';
import { count, runsOf, titleOf, type Results, type Setting } from './tables';
import { TASKS, type TaskName } from './tasks';

/** Middle tones, which stand out from a light and from a dark page. */
const COLORS: Partial<Record<Method, string>> = {
  default: '#d9480f',
  plain: '#868e96',
  'random+rows': '#228be6',
  evolution: '#2f9e44',
  thompson: '#ae3ec9',
  policy: '#e8a200',
  paper: '#0c8599',
};
const FLAT: Partial<Record<Method, string>> = { manual: '4 3', none: '1 3' };
const TITLES: Partial<Record<Method, string>> = { manual: 'ordinary prompt chosen by the pool', none: 'no prompt' };

const [WIDE, HIGH, LEFT, TOP, GAP] = [190, 130, 46, 44, 44] as const;
const MEASURES = [
  { name: 'accuracy', title: 'held-out accuracy, %', of: (run: Result) => run.accuracy, digits: 0 },
  { name: 'gap', title: 'held-out probability gap', of: (run: Result) => run.gap, digits: 2 },
] as const;

/** Held-out accuracy and gap against queries, a column for each task, as an SVG that needs no font, script or background. */
export function picture(results: Results, setting: Setting): string {
  const tasks = (Object.keys(TASKS) as TaskName[]).filter((task) => runsOf(results, { ...setting, task }).length > 0);
  const methods = (Object.keys(COLORS) as Method[]).filter((method) => runsOf(results, { ...setting, method }).length > 0);
  const flat = (Object.keys(FLAT) as Method[]).filter((method) => runsOf(results, { ...setting, method }).length > 0);
  const width = LEFT + tasks.length * (WIDE + GAP);
  const height = TOP + MEASURES.length * (HIGH + GAP) + 24;
  const panels = MEASURES.flatMap((measure, r) =>
    tasks.map((task, c) =>
      panel(results, { ...setting, task }, measure, [...methods, ...flat], LEFT + c * (WIDE + GAP), TOP + r * (HIGH + GAP)),
    ),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${titleOf(setting)}: held-out accuracy and gap against queries</title>`,
    '<style>text { font: 11px sans-serif; fill: #868e96 } .axis { stroke: #868e96; stroke-width: 1; opacity: .5 } .line { fill: none; stroke-width: 2 }</style>',
    ...panels,
    legend([...methods, ...flat], height - 10),
    '</svg>\n',
  ].join('\n');
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

function panel(
  results: Results,
  where: Setting & { task: TaskName },
  measure: (typeof MEASURES)[number],
  methods: readonly Method[],
  left: number,
  top: number,
): string {
  const lines = methods.map((method) => ({ method, points: pointsOf(runsOf(results, { ...where, method }), measure.of) }));
  const budgets = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].filter((x) => x > 0).sort((a, b) => a - b);
  const [from, to] = [Math.log(budgets[0] ?? 1000), Math.log(budgets.at(-1) ?? 48_000)];
  const values = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = (most - least) * 0.06 || 1;
  const X = (budget: number): number => left + 6 + ((WIDE - 12) * (Math.log(budget) - from)) / (to - from || 1);
  const Y = (value: number): number => top + HIGH - (HIGH * (value - least + margin)) / (most - least + 2 * margin);
  const at = (x: number, y: number): string => `${x.toFixed(1)},${y.toFixed(1)}`;
  const drawn = lines.flatMap(({ method, points }) => {
    const color = COLORS[method];
    if (color === undefined)
      return points.map(
        ({ y }) => `<path class="line" stroke="#868e96" stroke-dasharray="${FLAT[method]}" d="M${at(left, Y(y))}H${left + WIDE}"/>`,
      );
    const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${at(X(x), Y(y))}`).join('');
    const bars = points.map(
      ({ x, low, high }) =>
        `<path class="line" style="stroke-width:1;opacity:.6" stroke="${color}" d="M${at(X(x), Y(low))}V${Y(high).toFixed(1)}"/>`,
    );
    const dots = points.map(({ x, y }) => `<circle cx="${X(x).toFixed(1)}" cy="${Y(y).toFixed(1)}" r="2.5" fill="${color}"/>`);
    return [`<path class="line" stroke="${color}" d="${path}"/>`, ...bars, ...dots];
  });
  const ticks = [0, 1, 2].map((i) => least + ((most - least) * i) / 2);
  return [
    `<text x="${left}" y="${top - 8}">${TASKS[where.task].title}: ${measure.title}</text>`,
    `<path class="axis" fill="none" d="M${left} ${top}V${top + HIGH}H${left + WIDE}"/>`,
    ...ticks.map(
      (value) => `<text x="${left - 5}" y="${(Y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(measure.digits)}</text>`,
    ),
    ...budgets.map(
      (budget) => `<text x="${X(budget).toFixed(1)}" y="${top + HIGH + 14}" text-anchor="middle">${shortCount(budget)}</text>`,
    ),
    ...drawn,
  ].join('\n');
}

function pointsOf(runs: readonly Result[], of: (run: Result) => number): Point[] {
  return [...new Set(runs.map(({ budget }) => budget))]
    .sort((a, b) => a - b)
    .map((x) => {
      const own = runs.filter(({ budget }) => budget === x).map((run) => ({ split: run.split, value: of(run) }));
      const { low, high } = bootstrap([own])!;
      return { x, y: mean(own.map(({ value }) => value)), low, high };
    });
}

function legend(methods: readonly Method[], y: number): string {
  let x = LEFT;
  return methods
    .map((method) => {
      const [at, title] = [x, TITLES[method] ?? method];
      x += 34 + 6.5 * title.length;
      const color = COLORS[method] ?? '#868e96';
      const dash = FLAT[method] ? ` stroke-dasharray="${FLAT[method]}"` : '';
      return `<path class="line" stroke="${color}"${dash} d="M${at} ${y - 4}h16"/><text x="${at + 21}" y="${y}">${title}</text>`;
    })
    .join('');
}

function shortCount(n: number): string {
  return n >= 1000 ? `${n / 1000}k` : count(n);
}
