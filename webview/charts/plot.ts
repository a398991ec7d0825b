import uPlot from 'uplot';
import { color } from '../theme';

/** A curve. */
export interface Line {
  readonly label: string;
  /** CSS variable. */
  readonly color: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The ends of an interval about each value, drawn as a band. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  readonly width: number;
  readonly dash?: readonly number[];
  /** Points joined by a line, for values that come every few steps. */
  readonly points?: boolean;
  /** Not in legend and table: the raw curve under a smoothed one. */
  readonly quiet?: boolean;
}

/** A horizontal line. */
export interface Level {
  readonly label: string;
  readonly color: string;
  readonly value: number;
}

/** What a chart's values mean. */
export interface Scale {
  readonly format: (value: number, decimals?: number) => string;
  /** The least and the greatest value that is possible. */
  readonly bounds: readonly [number, number];
}

/** Queries are whole: so are the distances between their marks. */
const WHOLE = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power));

/** The values of all lines over one x axis: what a line lacks is undefined. The ends of their intervals come last. */
export function aligned(lines: readonly Line[]): uPlot.AlignedData {
  const ends = withIntervals(lines).flatMap(({ x, low, high }) => [
    [[...x], [...high]] as [number[], number[]],
    [[...x], [...low]] as [number[], number[]],
  ]);
  return uPlot.join([...lines.map(({ x, y }): [number[], number[]] => [[...x], [...y]]), ...ends]);
}

function withIntervals(lines: readonly Line[]) {
  return lines.filter((line): line is Line & Required<Pick<Line, 'low' | 'high'>> => line.low !== undefined && line.high !== undefined);
}

export const sizeOf = (box: HTMLElement) => ({ width: Math.max(120, box.clientWidth), height: box.clientHeight });

/**
 * Draws lines in a box, in the colors of the theme.
 * @param levels read each time it draws
 * @param onCursor told the index under the cursor, on this plot or another one of the page
 */
export function makePlot(
  box: HTMLElement,
  lines: readonly Line[],
  scale: Scale,
  levels: { readonly current: readonly Level[] },
  onCursor: (index: number | undefined) => void,
): uPlot {
  const grid = { stroke: color('--grid', '#8884'), width: 1 };
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: color('--muted', color('--vscode-foreground')), grid, ticks: { ...grid, size: 4 }, font };
  const bands = withIntervals(lines);
  const options: uPlot.Options = {
    ...sizeOf(box),
    legend: { show: false },
    cursor: { sync: { key: 'rlprompt' }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: { x: { time: false }, y: { range: (_, low, high) => range([low, high], levels.current, scale) } },
    axes: [
      { ...axis, size: 26, space: 60, incrs: WHOLE },
      {
        ...axis,
        size: 58,
        space: 20,
        values: (_, ticks, _axis, _space, distance) => ticks.map((tick) => scale.format(tick, decimals(distance))),
      },
    ],
    series: [
      {},
      ...lines.map((line): uPlot.Series => {
        const stroke = color(line.color);
        return {
          label: line.label,
          stroke,
          width: line.width,
          spanGaps: true,
          ...(line.dash && { dash: [...line.dash] }),
          points: line.points ? { show: true, size: 5, fill: stroke, stroke } : { show: false },
        };
      }),
      ...bands.flatMap((): uPlot.Series[] => [
        { width: 0, spanGaps: true, points: { show: false } },
        { width: 0, spanGaps: true, points: { show: false } },
      ]),
    ],
    bands: bands.map((line, i) => ({
      series: [1 + lines.length + 2 * i, 2 + lines.length + 2 * i],
      fill: `color-mix(in srgb, ${color(line.color)} 22%, transparent)`,
    })),
    hooks: { draw: [(plot) => drawLevels(plot, levels.current)], setCursor: [({ cursor }) => onCursor(cursor.idx ?? undefined)] },
  };
  return new uPlot(options, aligned(lines), box);
}

/** Room above and below the values and the levels. */
function range(ends: (number | null)[], levels: readonly Level[], { bounds: [least, greatest] }: Scale): [number, number] {
  const values = [...levels.map(({ value }) => value), ...ends.filter((end) => end !== null)];
  if (values.length === 0) return [0, 1];
  const [min, max] = [Math.min(...values), Math.max(...values)];
  // Nearly equal values are drawn as such.
  const room = Math.max(0.08 * (max - min), 0.01 * Math.abs(max)) || 0.08;
  // The frame does not cut a line at a bound, and no mark lies beyond it.
  const margin = 0.04 * (max - min + room);
  return [Math.max(min - room, least - margin), Math.min(max + room, greatest + margin)];
}

function drawLevels(plot: uPlot, levels: readonly Level[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { value, color: name } of levels) {
    const y = Math.round(plot.valToPos(value, 'y', true)) + 0.5;
    ctx.beginPath();
    ctx.strokeStyle = color(name);
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

/** Decimals that marks at this distance need. */
function decimals(distance: number): number {
  return /\.(\d*[1-9])/.exec(distance.toFixed(6))?.[1]?.length ?? 0;
}
