import { escapeHtml } from './htmlText';

/** A line of a chart, over numbers of queries. */
interface ChartLine {
  readonly label: string;
  /** Which of the report's line styles. */
  readonly style: 1 | 2 | 3 | 4;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Ends of an interval around `y`. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

/** A level across a chart, such as a baseline's accuracy. */
export interface ChartLevel {
  readonly label: string;
  readonly value: number;
}

const [WIDTH, HEIGHT] = [640, 240];
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 28, 10, 30];
const TICKS = 5;

/** A chart as inline SVG with its legend; nothing where there is no value. Values are shares of 1. */
export function svgChart(title: string, lines: readonly ChartLine[], levels: readonly ChartLevel[] = []): string {
  const drawn = lines.filter(({ y }) => y.length > 0);
  if (drawn.length === 0) return '';
  const values = [...drawn.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]), ...levels.map(({ value }) => value)];
  const xs = drawn.flatMap(({ x }) => x);
  const yTicks = ticks(Math.min(...values), Math.max(...values));
  const xTicks = ticks(0, Math.max(...xs));
  const [bottom, top] = [yTicks[0]!, yTicks.at(-1)!];
  const atX = (x: number): string => (LEFT + ((WIDTH - LEFT - RIGHT) * x) / (xTicks.at(-1)! || 1)).toFixed(1);
  const atY = (y: number): string => (TOP + (HEIGHT - TOP - BOTTOM) * (1 - (y - bottom) / (top - bottom || 1))).toFixed(1);
  const points = (x: readonly number[], y: readonly number[]): string => x.map((one, i) => `${atX(one)},${atY(y[i]!)}`).join(' ');
  const percent = (share: number): string => `${Number((100 * share).toFixed(1))}%`;
  const parts = [
    ...yTicks.map(
      (y) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${atY(y)}" y2="${atY(y)}"/><text x="${LEFT - 6}" y="${atY(y)}" text-anchor="end" dominant-baseline="middle">${percent(y)}</text>`,
    ),
    ...xTicks.map((x) => `<text x="${atX(x)}" y="${HEIGHT - 12}" text-anchor="middle">${x.toLocaleString('en-US')}</text>`),
    ...drawn.flatMap(({ x, low, high, style }) =>
      low && high
        ? [`<polygon class="band line-${style}" points="${points(x, high)} ${points([...x].reverse(), [...low].reverse())}"/>`]
        : [],
    ),
    ...levels.map(({ value }) => `<line class="level" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${atY(value)}" y2="${atY(value)}"/>`),
    ...drawn.map(({ x, y, style }) => `<polyline class="line-${style}" points="${points(x, y)}"/>`),
  ];
  const ends = drawn.map(({ label, y }) => `${label} from ${percent(y[0]!)} to ${percent(y.at(-1)!)}`);
  const legend = [
    ...drawn.map(({ label, style, y }) => `<li><i class="line-${style}"></i>${escapeHtml(label)} <b>${percent(y.at(-1)!)}</b></li>`),
    ...levels.map(({ label, value }) => `<li><i class="level"></i>${escapeHtml(label)} <b>${percent(value)}</b></li>`),
  ];
  return `<figure>
<figcaption>${escapeHtml(title)}, by queries</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${title}: ${ends.join(', ')}`)}">
${parts.join('\n')}
</svg>
<ul class="legend">${legend.join('')}</ul>
</figure>`;
}

/** Round numbers from below the least to above the greatest. */
function ticks(least: number, greatest: number): number[] {
  const span = greatest - least || Math.abs(greatest) || 1;
  const power = 10 ** Math.floor(Math.log10(span / TICKS));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => span / one <= TICKS)!;
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(greatest / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
