import type uPlot from 'uplot';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count, plural, short } from '../format';
import { aligned, makePlot, sizeOf, type Level, type Line, type Scale } from './plot';
import { color } from '../theme';

const TABLE_ROWS = 40;
const ANY: Scale = { format: short, bounds: [-Infinity, Infinity] };
const NONE: readonly Level[] = [];

export interface ChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly levels?: readonly Level[];
  readonly scale?: Scale;
  /** What the numbers on the x-axis count. */
  readonly unit?: 'query' | 'generation';
}

const UNITS = { query: 'queries', generation: 'generations' } as const;

/** A line with its values at the chart's numbers of queries. */
interface Shown extends Line {
  /** Of its values; then the high and the low ends of its intervals, if it has any. */
  readonly columns: uPlot.AlignedData[number][];
}

/** The value at an index of the columns, with its interval. */
function textAt({ columns: [values, high, low] }: Shown, i: number, format: Scale['format']): string {
  const [value, from, to] = [values?.[i], low?.[i], high?.[i]];
  if (typeof value !== 'number') return '';
  return typeof from === 'number' && typeof to === 'number' ? `${format(value)} (${format(from)} to ${format(to)})` : format(value);
}

/** A chart with its legend, and a table of the same values for screen readers and exact reading. */
export function Chart({ title, lines, levels = NONE, scale = ANY, unit = 'query' }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const level = useRef(levels);
  const [cursor, setCursor] = useState<number>();
  const [open, setOpen] = useState(false);
  const data = useMemo(() => aligned(lines), [lines]);
  const [x, ...columns] = data;
  let end = lines.length;
  const shown = lines
    .map((line, i): Shown => ({ ...line, columns: [columns[i]!, ...(line.low ? columns.slice(end, (end += 2)) : [])] }))
    .filter(({ quiet }) => !quiet);
  const at = cursor ?? x.length - 1;
  const { format } = scale;

  // New data alone never needs a new plot; other lines or another theme do.
  const shape = [...lines.flatMap((line) => [line.label, color(line.color)]), color('--grid'), color('--muted')].join();
  useLayoutEffect(() => {
    const made = makePlot(box.current!, lines, scale, level, setCursor);
    const resized = new ResizeObserver(() => made.setSize(sizeOf(box.current!)));
    resized.observe(box.current!);
    plot.current = made;
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [shape]);
  useLayoutEffect(() => {
    level.current = levels;
    plot.current?.setData(data);
  }, [data, levels]);

  const ranges = shown.filter(({ y }) => y.length > 0).map(({ label, y }) => `${label} from ${format(y[0]!)} to ${format(y.at(-1)!)}`);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div
        ref={box}
        class="plot"
        role="img"
        aria-label={`${title}: ${ranges.join(', ') || 'no values yet'}`}
        data-points={String(x.length)}
      />
      <ul class="legend">
        {shown.map((line) => {
          const last = Array.from(line.columns[0]!.slice(0, at + 1)).findLastIndex((one) => typeof one === 'number');
          return <Entry {...line} value={textAt(line, last, format) || '–'} />;
        })}
        {levels.map((line) => (
          <Entry {...line} dash={[3, 2]} value={format(line.value)} />
        ))}
        <li>{x[at] !== undefined && plural(x[at], unit, UNITS[unit])}</li>
      </ul>
      <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Show as table</summary>
        {open && <Values title={title} unit={unit} x={x} lines={shown} format={format} />}
      </details>
    </figure>
  );
}

function Entry({ label, color: name, dash, points, value }: Pick<Line, 'label' | 'color' | 'dash' | 'points'> & { value: string }) {
  const stroke = color(name);
  return (
    <li>
      <svg width={18} height={8} viewBox="0 0 18 8" aria-hidden="true">
        <line x1={0} y1={4} x2={18} y2={4} stroke={stroke} stroke-width={2} stroke-dasharray={dash?.join(' ')} />
        {points && <circle cx={9} cy={4} r={3} fill={stroke} />}
      </svg>
      <span>{label}</span>
      <b>{value}</b>
    </li>
  );
}

function Values({
  title,
  unit,
  x,
  lines,
  format,
}: {
  title: string;
  unit: keyof typeof UNITS;
  x: uPlot.AlignedData[0];
  lines: readonly Shown[];
  format: Scale['format'];
}) {
  const stride = Math.max(1, Math.ceil(x.length / TABLE_ROWS));
  const rows = Array.from(x.keys()).filter((i) => i % stride === stride - 1 || i === x.length - 1);
  return (
    <div class="chart-table">
      <table>
        <caption class="hidden">{title}</caption>
        <thead>
          <tr>
            {[UNITS[unit].replace(/^./, (first) => first.toUpperCase()), ...lines.map(({ label }) => label)].map((heading) => (
              <th scope="col">{heading}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((i) => (
            <tr key={x[i]}>
              <th scope="row">{count(x[i]!)}</th>
              {lines.map((line) => (
                <td>{textAt(line, i, format)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
