import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { short } from './format';
import { aligned, Plot, type Level, type Line, type Scale } from './plot';
import { color } from './theme';

const TABLE_ROWS = 40;
const ANY: Scale = { format: short, bounds: [-Infinity, Infinity] };
const NONE: readonly Level[] = [];

interface ChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly levels?: readonly Level[];
  /** Does not change in the life of a chart. */
  readonly scale?: Scale;
}

/** A chart with its legend, and a table of the same values for screen readers and exact reading. */
export function Chart({ title, lines, levels = NONE, scale = ANY }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(null);
  const [cursor, setCursor] = useState<number>();
  const [open, setOpen] = useState(false);
  const data = useMemo(() => aligned(lines), [lines]);
  const [x, ...columns] = data;
  const shown = lines.flatMap((line, i) => (line.quiet ? [] : [{ ...line, column: columns[i]! }]));
  const at = cursor ?? x.length - 1;
  const { format } = scale;

  useLayoutEffect(() => {
    const made = new Plot(box.current!, scale, setCursor);
    plot.current = made;
    return () => made.destroy();
  }, []);
  useLayoutEffect(() => plot.current?.show(lines, levels, data), [data, levels]);

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
          const value = line.column.slice(0, at + 1).findLast((one) => one !== null);
          return <Entry {...line} value={value === undefined ? '–' : format(value)} />;
        })}
        {levels.map((level) => (
          <Entry {...level} dash={[3, 2]} value={format(level.value)} />
        ))}
        <li class="legend-step">{x[at] !== undefined && `step ${x[at]}`}</li>
      </ul>
      <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Show as table</summary>
        {open && <Values title={title} x={x} lines={shown} format={format} />}
      </details>
    </figure>
  );
}

interface EntryProps {
  readonly label: string;
  readonly color: string;
  readonly dash?: readonly number[];
  readonly points?: boolean;
  readonly value: string;
}

function Entry({ label, color: name, dash, points, value }: EntryProps) {
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

interface ValuesProps {
  readonly title: string;
  readonly x: readonly number[];
  readonly lines: readonly { label: string; column: readonly (number | null)[] }[];
  readonly format: (value: number) => string;
}

function Values({ title, x, lines, format }: ValuesProps) {
  const stride = Math.max(1, Math.ceil(x.length / TABLE_ROWS));
  const rows = [...x.keys()].filter((i) => i % stride === stride - 1 || i === x.length - 1);
  return (
    <div class="chart-table">
      <table>
        <caption class="hidden">{title}</caption>
        <thead>
          <tr>
            {['Step', ...lines.map(({ label }) => label)].map((heading) => (
              <th scope="col">{heading}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((i) => (
            <tr key={x[i]}>
              <th scope="row">{x[i]}</th>
              {lines.map(({ column }) => (
                <td>{column[i] !== null && format(column[i]!)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
