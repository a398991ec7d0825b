import uPlot from 'uplot';
import { element, replaceChildren, svg } from './dom';
import { short } from './format';
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
  /** Drawn as points joined by a line, for values that come now and then. */
  readonly points?: boolean;
  /** Left out of legend and table: the raw curve under a smoothed one. */
  readonly quiet?: boolean;
}

/** A horizontal line. */
export interface Level {
  readonly label: string;
  readonly color: string;
  readonly value: number;
}

/** Distances between marks: these times ten to the given power, and to the next ones. */
const distances = (factors: number[], power: number): number[] =>
  Array.from({ length: 10 }, (_, i) => factors.map((n) => Number(`${n}e${power + i}`))).flat();
/** Steps are whole: so are the distances between their marks. */
const STEPS = distances([1, 2, 5], 0);
const VALUES = distances([1, 2, 2.5, 5], -4);
const TABLE_ROWS = 40;

/** A chart with its legend, and a table of the same values for those who read rather than look. */
export class Chart {
  readonly root: HTMLElement;
  private readonly plotBox = element('div', { class: 'plot' });
  private readonly legend = element('ul', { class: 'legend' });
  private readonly tableBox = element('div', { class: 'chart-table' });
  private readonly details: HTMLDetailsElement;
  private plot: uPlot | undefined;
  private shape = '';
  private lines: readonly Line[] = [];
  private levels: readonly Level[] = [];

  constructor(
    private readonly title: string,
    private readonly format: (value: number, decimals?: number) => string = short,
    /** The least and the greatest that a value can be. */
    private readonly bounds: readonly [number, number] = [-Infinity, Infinity],
  ) {
    this.details = element('details', { class: 'as-table' }, element('summary', {}, 'Show as table'), this.tableBox);
    this.details.addEventListener('toggle', () => this.fillTable());
    this.root = element('figure', { class: 'chart' }, element('figcaption', {}, title), this.plotBox, this.legend, this.details);
    this.plotBox.setAttribute('role', 'img');
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.plotBox);
  }

  show(lines: readonly Line[], levels: readonly Level[] = []): void {
    this.lines = lines;
    this.levels = levels;
    // Data alone never makes a new plot; other lines or another theme do.
    const shape = JSON.stringify([
      lines.map(({ label, color: name, dash }) => [label, color(name), dash]),
      levels.map(({ label }) => label),
      [color('--grid'), color('--muted'), color('--vscode-foreground')],
    ]);
    const data = aligned(lines);
    if (!this.plot || shape !== this.shape) {
      this.shape = shape;
      this.plot?.destroy();
      this.plot = new uPlot(this.options(lines), data, this.plotBox);
    } else this.plot.setData(data);
    this.fillLegend(undefined);
    if (this.details.open) this.fillTable();
    this.plotBox.setAttribute('aria-label', this.summary());
    this.plotBox.dataset.points = String(data[0].length);
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(120, this.plotBox.clientWidth), height: this.plotBox.clientHeight };
  }

  private options(lines: readonly Line[]): uPlot.Options {
    const grid = { stroke: color('--grid', '#8884'), width: 1 };
    const text = color('--muted', color('--vscode-foreground'));
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: text, grid, ticks: { ...grid, size: 4 }, font };
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
          values: (_, ticks, _axis, _space, distance) => ticks.map((tick) => this.format(tick, decimals(distance))),
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
      hooks: {
        draw: [(plot) => this.drawLevels(plot)],
        setCursor: [(plot) => this.fillLegend(plot.cursor.idx ?? undefined)],
      },
    };
  }

  /** Room above and below, and for the levels. */
  private range(low: number | null, high: number | null): [number, number] {
    const values = [...this.levels.map(({ value }) => value), ...(low === null ? [] : [low]), ...(high === null ? [] : [high])];
    if (values.length === 0) return [0, 1];
    const [min, max] = [Math.min(...values), Math.max(...values)];
    // Values that are nearly alike look like that.
    const room = Math.max(0.08 * (max - min), 0.01 * Math.abs(max)) || 0.08;
    const [least, greatest] = this.bounds;
    // A line at a bound is not cut by the frame, and no mark is beyond it.
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

  /** The values at the cursor, else the last ones. */
  private fillLegend(at: number | undefined): void {
    const data = this.plot?.data;
    const value = (i: number): string => {
      const column = data?.[i + 1];
      if (!column || column.length === 0) return '–';
      for (let j = at ?? column.length - 1; j >= 0; j--) if (typeof column[j] === 'number') return this.format(column[j]!);
      return '–';
    };
    const entries = this.lines.flatMap((line, i) =>
      line.quiet ? [] : [this.entry(line.label, line.color, line.dash, value(i), line.points)],
    );
    const levels = this.levels.map((level) => this.entry(level.label, level.color, [3, 2], this.format(level.value)));
    const step = data?.[0][at ?? data[0].length - 1];
    const stepEntry = element('li', { class: 'legend-step' }, step === undefined ? '' : `step ${step}`);
    replaceChildren(this.legend, ...entries, ...levels, stepEntry);
  }

  private entry(label: string, name: string, dash: readonly number[] | undefined, value: string, points = false): HTMLElement {
    const stroke = color(name);
    const line = svg('line', { x1: 0, y1: 4, x2: 18, y2: 4, stroke, 'stroke-width': 2, 'stroke-dasharray': dash?.join(' ') });
    const dot = points && svg('circle', { cx: 9, cy: 4, r: 3, fill: stroke });
    const swatch = svg('svg', { width: 18, height: 8, viewBox: '0 0 18 8', 'aria-hidden': 'true' }, line, dot);
    return element('li', {}, swatch, element('span', {}, label), element('b', {}, value));
  }

  private fillTable(): void {
    if (!this.details.open || !this.plot) return;
    const [x, ...columns] = this.plot.data;
    const shown = this.lines.flatMap((line, i) => (line.quiet ? [] : [{ line, column: columns[i]! }]));
    const stride = Math.max(1, Math.ceil(x.length / TABLE_ROWS));
    const rows = Array.from(x.keys()).filter((i) => i % stride === stride - 1 || i === x.length - 1);
    const cell = (value: number | null | undefined): HTMLElement => element('td', {}, typeof value === 'number' ? this.format(value) : '');
    replaceChildren(
      this.tableBox,
      element(
        'table',
        {},
        element('caption', { class: 'hidden' }, this.title),
        element(
          'thead',
          {},
          element('tr', {}, ...['Step', ...shown.map(({ line }) => line.label)].map((name) => element('th', { scope: 'col' }, name))),
        ),
        element(
          'tbody',
          {},
          ...rows.map((i) =>
            element('tr', {}, element('th', { scope: 'row' }, String(x[i])), ...shown.map(({ column }) => cell(column[i]))),
          ),
        ),
      ),
    );
  }

  private summary(): string {
    const parts = this.lines
      .filter(({ quiet, y }) => !quiet && y.length > 0)
      .map(({ label, y }) => `${label} from ${this.format(y[0]!)} to ${this.format(y.at(-1)!)}`);
    return `${this.title}: ${parts.length > 0 ? parts.join(', ') : 'no values yet'}`;
  }
}

/** Decimals that marks at such a distance need. */
function decimals(distance: number): number {
  return /\.(\d*[1-9])/.exec(distance.toFixed(6))?.[1]?.length ?? 0;
}

/** Lines over one x axis: where a line has no value, null. */
function aligned(lines: readonly Line[]): uPlot.AlignedData {
  const longest = lines.reduce<readonly number[]>((x, line) => (line.x.length > x.length ? line.x : x), []);
  const known = new Set(longest);
  const extra = lines.flatMap((line) => line.x.filter((step) => !known.has(step)));
  const x = extra.length === 0 ? [...longest] : [...new Set([...longest, ...extra])].sort((a, b) => a - b);
  const at = new Map(x.map((step, i) => [step, i]));
  return [
    x,
    ...lines.map((line) => {
      const column: (number | null)[] = new Array<number | null>(x.length).fill(null);
      line.x.forEach((step, i) => (column[at.get(step)!] = line.y[i]!));
      return column;
    }),
  ];
}
