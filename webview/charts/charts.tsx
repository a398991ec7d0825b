import type { PromptRow, RunView } from '../../src/run/view/runView';
import { Chart, type ChartProps } from './chart';
import { BLUE, GREEN, PURPLE, randomSearch, RED, SHARE, STYLES, YELLOW } from './chartLines';
import type { Level, Line } from './plot';
import { hasReflection, reflectionCharts, reflectionLine } from './reflectionCharts';
import { smooth } from './smoothing';

const ENTROPY = 'Policy entropy (nats per token)';

interface ChartsProps {
  readonly view: RunView;
  /** Runs to compare it with. */
  readonly others?: readonly RunView[];
  /** Weight of the past in the smoothed curves. */
  readonly smoothing: number;
}

/** The curves of one run, or of several in the same charts, over the queries that were spent. */
export function Charts({ view, others = [], smoothing }: ChartsProps) {
  const charts =
    others.length > 0
      ? compared([view, ...others], smoothing)
      : [
          ...(hasMemory(view) || !hasPolicy(view) ? withMemory(view, smoothing) : ofPolicy(view, smoothing)),
          ...reflectionCharts(view, smoothing),
        ];
  return (
    <section class="charts" aria-label="Charts">
      {charts.map((chart) => (
        <Chart key={chart.title} {...inUnits(chart, [view, ...others])} />
      ))}
    </section>
  );
}

/** Of runs that generate equally many texts for a query, over the texts. */
function inUnits(chart: ChartProps, views: readonly RunView[]): ChartProps {
  const [samples, ...different] = new Set(views.map(({ head }) => head.texts?.samples));
  if (samples === undefined || different.length > 0) return chart;
  return { ...chart, unit: 'generation', lines: chart.lines.map((line) => ({ ...line, x: line.x.map((queries) => samples * queries) })) };
}

/** What the scores of a run are. */
function measureOf({ head }: RunView): string {
  return head.texts ? 'score' : 'accuracy';
}

/** Whether the search estimated its prompts' scores from few rows. */
function hasMemory({ curves: { estimates } }: RunView): boolean {
  return estimates.queries.length > 0;
}

function hasPolicy({ curves: { steps } }: RunView): boolean {
  return steps.queries.length > 0;
}

const PROPOSERS = [
  { key: 'policy', label: 'Policy', color: BLUE },
  { key: 'thompson', label: 'Thompson sampling', color: PURPLE, dash: [6, 3] },
  { key: 'edits', label: 'Edits', color: GREEN, dash: [2, 2] },
] as const;

function withMemory(view: RunView, smoothing: number): ChartProps[] {
  const { estimates, randomEstimates, shares } = view.curves;
  const several = hasReflection(view);
  const own: Line = {
    label: several ? 'RLPrompt, best so far' : 'Best so far',
    color: BLUE,
    x: estimates.queries,
    y: estimates.best,
    low: estimates.low,
    high: estimates.high,
    width: 2,
  };
  const proposers = PROPOSERS.filter(({ key }) => shares[key].some((share) => share > 0));
  return [
    {
      title: `Estimated ${measureOf(view)}`,
      lines: [
        ...(hasMemory(view) ? [own] : []),
        ...(several ? reflectionLine(view) : smoothed('Mean of a step', GREEN, estimates.queries, estimates.mean, smoothing)),
        ...randomSearch(randomEstimates.queries, randomEstimates.best),
      ],
      levels: baselines(view),
      scale: SHARE,
    },
    {
      title: 'Share of each proposer',
      lines: proposers.map(({ key, ...line }) => ({ ...line, x: shares.queries, y: smooth(shares[key], smoothing), width: 2 })),
      scale: SHARE,
    },
    ...entropy(view, smoothing),
  ].filter(({ lines }) => lines.length > 0);
}

function ofPolicy(view: RunView, smoothing: number): ChartProps[] {
  const { steps, greedy, random, randomEstimates } = view.curves;
  const perInput = view.head.stages.includes('single');
  const label = perInput ? 'Greedy prompt of each validation row' : 'Greedy prompt';
  const points = { color: GREEN, x: greedy.queries, points: true };
  let best = -Infinity;
  return [
    {
      title: 'Reward',
      lines: [
        ...smoothed('Batch mean', BLUE, steps.queries, steps.mean, smoothing),
        { label: 'Batch best', color: YELLOW, x: steps.queries, y: smooth(steps.best, smoothing), width: 1.5, dash: [5, 3] },
        { ...points, label, y: greedy.reward, width: 1 },
        // The control's rewards are those of one prompt on all rows.
        ...(perInput
          ? []
          : randomSearch(
              random.queries,
              random.best.map((one) => (best = Math.max(best, one))),
            )),
      ],
    },
    {
      title: hasReflection(view)
        ? `Estimated ${measureOf(view)}`
        : `Estimated ${measureOf(view)} of the greedy prompt${perInput ? 's' : ''}`,
      lines: [
        { ...points, label, color: BLUE, y: greedy.accuracy, width: 1.5 },
        ...reflectionLine(view),
        ...(perInput ? randomSearch(randomEstimates.queries, randomEstimates.best, 'Best single prompt so far') : []),
      ],
      levels: baselines(view),
      scale: SHARE,
    },
    ...entropy(view, smoothing),
  ];
}

/** None where no policy learned. */
function entropy({ curves: { steps } }: RunView, smoothing: number): ChartProps[] {
  if (!steps.entropy.some((one) => one > 0)) return [];
  return [{ title: ENTROPY, lines: smoothed('Entropy', PURPLE, steps.queries, steps.entropy, smoothing) }];
}

/** A smoothed curve, and the raw one under it. */
function smoothed(label: string, color: string, x: readonly number[], y: readonly number[], smoothing: number): Line[] {
  const raw: Line[] = smoothing > 0 ? [{ label: 'Each step', color, x, y, width: 0.4, quiet: true }] : [];
  return [...raw, { label, color, x, y: smooth(y, smoothing), width: 2 }];
}

function baselines({ rows }: RunView): Level[] {
  const level = (label: string, color: string, origin: PromptRow['origin']): Level[] => {
    const values = rows.filter((row) => row.origin === origin).map((row) => row.estimate.accuracy);
    return values.length > 0 ? [{ label, color, value: Math.max(...values) }] : [];
  };
  return [
    ...level('No prompt', RED, 'none'),
    ...level('Your best prompt', YELLOW, 'manual'),
    ...level('Best starting prompt', GREEN, 'start'),
  ];
}

function compared(views: readonly RunView[], smoothing: number): ChartProps[] {
  const names = namesOf(views);
  const chart = (title: string, line: (view: RunView) => Pick<Line, 'x' | 'y'>): ChartProps => ({
    title,
    lines: views.map((view, i) => ({ label: names[i]!, width: 2, ...STYLES[i % STYLES.length]!, ...line(view) })),
  });
  const ofSteps = (title: string, column: 'mean' | 'entropy'): ChartProps =>
    chart(title, ({ curves: { steps } }) => ({ x: steps.queries, y: smooth(steps[column], smoothing) }));
  const measures = [...new Set(views.map(measureOf))];
  const estimates = chart(`Estimated ${measures.join(' or ')}`, (view) => {
    const { estimates: of, greedy } = view.curves;
    if (hasMemory(view)) return { x: of.queries, y: of.best };
    return hasReflection(view) && !hasPolicy(view)
      ? { x: view.curves.reflectEstimates.queries, y: view.curves.reflectEstimates.best }
      : { x: greedy.queries, y: greedy.accuracy };
  });
  return [
    { ...estimates, scale: SHARE },
    // The rewards of a search with a memory are on another scale.
    ...(views.some(hasMemory) || !views.every(hasPolicy) ? [] : [ofSteps('Reward', 'mean')]),
    ...(views.every((view) => entropy(view, 0).length > 0) ? [ofSteps(ENTROPY, 'entropy')] : []),
  ];
}

/** What distinguishes runs from each other: their tasks, else their seeds, else their times. */
export function namesOf(views: readonly RunView[]): string[] {
  return views.map(({ head }) => {
    const same = views.filter((other) => other.head.name === head.name);
    if (same.length === 1) return head.name;
    if (same.filter((other) => other.head.seed === head.seed).length === 1) return `${head.name}, seed ${head.seed}`;
    return `${head.name}, ${new Date(head.created).toLocaleString()}`;
  });
}
