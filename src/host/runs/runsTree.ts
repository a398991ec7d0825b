import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RunHead, RunState } from '../../run/view/runView';
import type { Runs } from './runs';

export class RunItem extends vscode.TreeItem {
  constructor(
    readonly head: RunHead,
    best: { prompt: string; accuracy?: number | undefined } | undefined,
  ) {
    super(`${head.name} · ${new Date(head.created).toLocaleString(vscode.env.language, { dateStyle: 'short', timeStyle: 'short' })}`);
    this.id = head.id;
    const accuracy = best?.accuracy === undefined ? '' : `${(100 * best.accuracy).toFixed(1)} % `;
    this.description = head.state === 'finished' && best ? `${accuracy}${JSON.stringify(best.prompt)}` : stateText(head);
    const [icon, color] = ICONS[head.state];
    this.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
    this.contextValue = `run.${head.state}`;
    this.command = { command: 'rlprompt.openRun', title: vscode.l10n.t('Open'), arguments: [head.id] };
    this.tooltip = [`${head.name} (seed ${head.seed})`, stateText(head), head.taskModel, head.template, head.id].filter(Boolean).join('\n');
    this.accessibilityInformation = { label: `${head.name}, ${stateText(head)}, ${this.description}` };
  }

  /** For `Reveal in Explorer`. */
  get folder(): string {
    return dirname(this.head.id);
  }
}

const ICONS: Record<RunState, [string, string?]> = {
  queued: ['clock'],
  starting: ['loading~spin'],
  running: ['loading~spin'],
  paused: ['debug-pause'],
  stopping: ['loading~spin'],
  interrupted: ['debug-disconnect', 'list.warningForeground'],
  elsewhere: ['loading~spin'],
  failed: ['error', 'list.errorForeground'],
  finished: ['pass', 'charts.green'],
};

export function stateText({ state, step, steps }: RunHead): string {
  const { t } = vscode.l10n;
  switch (state) {
    case 'queued':
      return t('waiting for the run before it');
    case 'starting':
      return t('opening models and data');
    case 'running':
      return t('step {0} of {1}', step, steps);
    case 'paused':
      return t('paused at step {0}', step);
    case 'stopping':
      return t('stopping');
    case 'interrupted':
      return t('interrupted at step {0}', step);
    case 'elsewhere':
      return t('step {0} of {1}, in another process', step, steps);
    case 'failed':
      return t('failed');
    case 'finished':
      return t('finished');
  }
}

/** The runs of the workspace with their best scores; empty, the view's welcome text leads to the first run. */
export class RunsTree implements vscode.TreeDataProvider<RunItem>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly runs: Runs) {
    const refresh = (): void => this.changed.fire(undefined);
    const watcher = vscode.workspace.createFileSystemWatcher('**/.rlprompt/runs/*/{task,result}.json');
    let last = 0;
    this.subscriptions = [
      watcher,
      watcher.onDidCreate(refresh),
      watcher.onDidDelete(refresh),
      watcher.onDidChange(refresh),
      runs.onDidChangeList(refresh),
      // The step counter of the run that trains, at most once a second.
      runs.onDidChange(() => {
        if (Date.now() - last < 1000) return;
        last = Date.now();
        refresh();
      }),
    ];
  }

  async getChildren(): Promise<RunItem[]> {
    const heads = await this.runs.list();
    const items = await Promise.all(
      heads.map(async (head) => {
        // Deleted since it was listed: none.
        const builder = await this.runs.get(head.id).catch(() => undefined);
        const row = builder?.rows[0];
        return builder && new RunItem(head, row && { prompt: row.prompt, accuracy: row.test?.accuracy });
      }),
    );
    return items.filter((item) => item !== undefined);
  }

  getTreeItem(item: RunItem): RunItem {
    return item;
  }

  /** On request the workspace is searched anew too. */
  refresh(): void {
    this.runs.lookAgain();
    this.changed.fire(undefined);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }
}
