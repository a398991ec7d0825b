import type { PromptRow, RunView } from '../src/run/view/runView';
import { Chart, type Level, type Line } from './chart';
import { element } from './dom';
import { percent } from './format';
import { smooth } from './smoothing';

/** The three charts: reward, validation accuracy, policy entropy; of one run, or of two over each other. */
export class Charts {
  readonly root: HTMLElement;
  private readonly reward = new Chart('Reward');
  private readonly accuracy = new Chart('Validation accuracy', percent, [0, 1]);
  private readonly entropy = new Chart('Policy entropy (nats a token)');

  constructor() {
    this.root = element('section', { class: 'charts', 'aria-label': 'Charts' }, this.reward.root, this.accuracy.root, this.entropy.root);
  }

  show(view: RunView, other: RunView | undefined, smoothing: number): void {
    if (other) this.compare(view, other, smoothing);
    else this.single(view, smoothing);
  }

  private single({ curves: { steps, validation, random }, rows }: RunView, smoothing: number): void {
    const randomBest = random.best.length > 0 ? Math.max(...random.best) : undefined;
    this.reward.show(
      [
        ...raw(steps.step, steps.mean, '--vscode-charts-blue', smoothing),
        { label: 'Mean of the batch', color: '--vscode-charts-blue', x: steps.step, y: smooth(steps.mean, smoothing), width: 2 },
        {
          label: 'Best of the batch',
          color: '--vscode-charts-yellow',
          x: steps.step,
          y: smooth(steps.best, smoothing),
          width: 1.5,
          dash: [5, 3],
        },
        { label: 'Greedy, validation', color: '--vscode-charts-green', x: validation.step, y: validation.reward, width: 1, points: true },
      ],
      randomBest === undefined ? [] : [{ label: 'Random search, best', color: '--vscode-charts-purple', value: randomBest }],
    );
    const levels: Level[] = [];
    const none = rows.find(({ origin }) => origin === 'none');
    const manual = best(rows.filter(({ origin }) => origin === 'manual'));
    if (none) levels.push({ label: 'No prompt', color: '--vscode-charts-red', value: none.validation.accuracy });
    if (manual) levels.push({ label: 'Your best prompt', color: '--vscode-charts-yellow', value: manual.validation.accuracy });
    this.accuracy.show(
      [{ label: 'Greedy prompt', color: '--vscode-charts-green', x: validation.step, y: validation.accuracy, width: 1.5, points: true }],
      levels,
    );
    this.entropy.show([
      ...raw(steps.step, steps.entropy, '--vscode-charts-purple', smoothing),
      { label: 'Entropy', color: '--vscode-charts-purple', x: steps.step, y: smooth(steps.entropy, smoothing), width: 2 },
    ]);
  }

  private compare(a: RunView, b: RunView, smoothing: number): void {
    const pair = (line: (view: RunView) => Pick<Line, 'x' | 'y'>, points = false): Line[] => [
      { label: name(a, b), color: '--vscode-charts-blue', width: 2, points, ...line(a) },
      { label: name(b, a), color: '--vscode-charts-yellow', width: 2, dash: [6, 3], points, ...line(b) },
    ];
    this.reward.show(pair(({ curves: { steps } }) => ({ x: steps.step, y: smooth(steps.mean, smoothing) })));
    this.accuracy.show(pair(({ curves: { validation } }) => ({ x: validation.step, y: validation.accuracy }), true));
    this.entropy.show(pair(({ curves: { steps } }) => ({ x: steps.step, y: smooth(steps.entropy, smoothing) })));
  }
}

/** What tells a run from the other one: its task, else its seed, else its time. */
export function name(run: RunView, other: RunView): string {
  if (run.head.name !== other.head.name) return run.head.name;
  if (run.head.seed !== other.head.seed) return `${run.head.name}, seed ${run.head.seed}`;
  return `${run.head.name}, ${new Date(run.head.created).toLocaleString()}`;
}

function raw(x: readonly number[], y: readonly number[], color: string, smoothing: number): Line[] {
  return smoothing > 0 ? [{ label: 'Each step', color, x, y, width: 0.4, quiet: true }] : [];
}

function best(rows: readonly PromptRow[]): PromptRow | undefined {
  return rows.reduce<PromptRow | undefined>((a, b) => (a && a.validation.accuracy >= b.validation.accuracy ? a : b), undefined);
}
