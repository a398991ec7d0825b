import uPlot from 'uplot';
import { color } from './theme';

/** A curve. */
export interface Line {
  readonly label: string;
  /** CSS variable. */
  readonly color: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
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

/** Distances between marks: these factors times ten to `power` and to the next nine powers. */
const distances = (factors: number[], power: number): number[] =>
  Array.from({ length: 10 }, (_, i) => factors.map((n) => Number(`${n}e${power + i}`))).flat();
/** Steps are whole: so are the distances between their marks. */
const STEPS = distances([1, 2, 5], 0);
const VALUES = distances([1, 2, 2.5, 5], -4);

/** uPlot in a box, in the colors of the theme. */
export class Plot {
  private plot: uPlot | undefined;
  private shape = '';
  private levels: readonly Level[] = [];
  private readonly resized = new ResizeObserver(() => this.plot?.setSize(this.size()));

  constructor(
    private readonly box: HTMLElement,
    private readonly scale: Scale,
    /** The index under the cursor, on this chart or on one in step with it. */
    private readonly onCursor: (index: number | undefined) => void,
  ) {
    this.resized.observe(box);
  }

  show(lines: readonly Line[], levels: readonly Level[], data: uPlot.AlignedData): void {
    this.levels = levels;
    // New data alone never needs a new plot; other lines or another theme do.
    const shape = JSON.stringify([
      lines.map(({ label, color: name, dash }) => [label, color(name), dash]),
      levels.map(({ label }) => label),
      [color('--grid'), color('--muted'), color('--vscode-foreground')],
    ]);
    if (this.plot && shape === this.shape) return this.plot.setData(data);
    this.shape = shape;
    this.plot?.destroy();
    this.plot = new uPlot(this.options(lines), data, this.box);
  }

  destroy(): void {
    this.resized.disconnect();
    this.plot?.destroy();
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(120, this.box.clientWidth), height: this.box.clientHeight };
  }

  private options(lines: readonly Line[]): uPlot.Options {
    const grid = { stroke: color('--grid', '#8884'), width: 1 };
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: color('--muted', color('--vscode-foreground')), grid, ticks: { ...grid, size: 4 }, font };
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { sync: { key: 'rlprompt' }, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: false }, y: { range: (_, low, high) => this.range(low, high) } },
      axes: [
        { ...axis, size: 26, space: 60, incrs: STEPS },
        {
          ...axis,
          size: 58,
          space: 26,
          incrs: VALUES,
          values: (_, ticks, _axis, _space, distance) => ticks.map((tick) => this.scale.format(tick, decimals(distance))),
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
      ],
      hooks: { draw: [(plot) => this.drawLevels(plot)], setCursor: [({ cursor }) => this.onCursor(cursor.idx ?? undefined)] },
    };
  }

  /** Room above and below, and for the levels. */
  private range(low: number | null, high: number | null): [number, number] {
    const values = [...this.levels.map(({ value }) => value), ...(low === null ? [] : [low]), ...(high === null ? [] : [high])];
    if (values.length === 0) return [0, 1];
    const [min, max] = [Math.min(...values), Math.max(...values)];
    // Nearly equal values are drawn as such.
    const room = Math.max(0.08 * (max - min), 0.01 * Math.abs(max)) || 0.08;
    const [least, greatest] = this.scale.bounds;
    // The frame does not cut a line at a bound, and no mark lies beyond it.
    const margin = 0.04 * (max - min + room);
    return [Math.max(min - room, least - margin), Math.min(max + room, greatest + margin)];
  }

  private drawLevels(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { value, color: name } of this.levels) {
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
}

/** Decimals that marks at this distance need. */
function decimals(distance: number): number {
  return /\.(\d*[1-9])/.exec(distance.toFixed(6))?.[1]?.length ?? 0;
}

/** Lines over one x axis, with null where a line has no value. */
export function aligned(lines: readonly Line[]): [number[], ...(number | null)[][]] {
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const at = new Map(x.map((step, i) => [step, i]));
  return [
    x,
    ...lines.map((line) => {
      const column = new Array<number | null>(x.length).fill(null);
      line.x.forEach((step, i) => (column[at.get(step)!] = line.y[i]!));
      return column;
    }),
  ];
}
