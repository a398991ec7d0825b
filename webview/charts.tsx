import type { PromptRow, RunView } from '../src/run/view/runView';
import { Chart } from './chart';
import { percent } from './format';
import type { Level, Line, Scale } from './plot';
import { smooth } from './smoothing';

const BLUE = '--vscode-charts-blue';
const GREEN = '--vscode-charts-green';
const PURPLE = '--vscode-charts-purple';
const RED = '--vscode-charts-red';
const YELLOW = '--vscode-charts-yellow';
const SHARE: Scale = { format: percent, bounds: [0, 1] };

interface ChartsProps {
  readonly view: RunView;
  readonly other: RunView | undefined;
  /** Weight of the past in the smoothed curves. */
  readonly smoothing: number;
}

interface Drawn {
  readonly lines: readonly Line[];
  readonly levels?: readonly Level[];
}

/** Reward, validation accuracy and policy entropy of one run, or of two in the same charts. */
export function Charts({ view, other, smoothing }: ChartsProps) {
  const [reward, accuracy, entropy] = other ? compared(view, other, smoothing) : single(view, smoothing);
  return (
    <section class="charts" aria-label="Charts">
      <Chart title="Reward" {...reward} />
      <Chart title="Accuracy (estimate)" {...accuracy} scale={SHARE} />
      <Chart title="Policy entropy (nats per token)" {...entropy} />
    </section>
  );
}

function single({ curves: { steps, validation, random }, rows }: RunView, smoothing: number): [Drawn, Drawn, Drawn] {
  const raw = (y: readonly number[], color: string): Line[] =>
    smoothing > 0 ? [{ label: 'Each step', color, x: steps.step, y, width: 0.4, quiet: true }] : [];
  const smoothed = (label: string, color: string, y: readonly number[]): Line => ({
    label,
    color,
    x: steps.step,
    y: smooth(y, smoothing),
    width: 2,
  });
  const greedy = (label: string, y: readonly number[]): Line => ({ label, color: GREEN, x: validation.step, y, width: 1.5, points: true });
  const level = (label: string, color: string, values: readonly number[]): Level[] =>
    values.length > 0 ? [{ label, color, value: Math.max(...values) }] : [];
  const accuracies = (origin: PromptRow['origin']): number[] =>
    rows.filter((row) => row.origin === origin).map((row) => row.validation.accuracy);
  return [
    {
      lines: [
        ...raw(steps.mean, BLUE),
        smoothed('Batch mean', BLUE, steps.mean),
        { ...smoothed('Batch best', YELLOW, steps.best), width: 1.5, dash: [5, 3] },
        { ...greedy('Best prompt (estimate)', validation.reward), width: 1 },
      ],
      levels: level('Random search best', PURPLE, random.best),
    },
    {
      lines: [greedy('Best prompt', validation.accuracy)],
      levels: [...level('No prompt', RED, accuracies('none')), ...level('Your best prompt', YELLOW, accuracies('manual'))],
    },
    { lines: [...raw(steps.entropy, PURPLE), smoothed('Entropy', PURPLE, steps.entropy)] },
  ];
}

function compared(a: RunView, b: RunView, smoothing: number): [Drawn, Drawn, Drawn] {
  const pair = (line: (view: RunView) => Pick<Line, 'x' | 'y'>, points = false): Drawn => ({
    lines: [
      { label: name(a, b), color: BLUE, width: 2, points, ...line(a) },
      { label: name(b, a), color: YELLOW, width: 2, dash: [6, 3], points, ...line(b) },
    ],
  });
  return [
    pair(({ curves: { steps } }) => ({ x: steps.step, y: smooth(steps.mean, smoothing) })),
    pair(({ curves: { validation } }) => ({ x: validation.step, y: validation.accuracy }), true),
    pair(({ curves: { steps } }) => ({ x: steps.step, y: smooth(steps.entropy, smoothing) })),
  ];
}

/** What distinguishes a run from another one: its task, else its seed, else its time. */
export function name({ head }: RunView, { head: other }: RunView): string {
  if (head.name !== other.name) return head.name;
  return head.seed !== other.seed ? `${head.name}, seed ${head.seed}` : `${head.name}, ${new Date(head.created).toLocaleString()}`;
}
