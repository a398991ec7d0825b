import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RunHead, RunState, RunView } from '../../run/view/runView';
import type { Runs } from './runs';

/** Opens the selected run. VS Code replaces a command with arguments at each update of the tree, and drops a click on the one before. */
const OPEN = 'rlprompt.openSelectedRun';

/** Milliseconds between two updates of a run that trains. */
const INTERVAL = 1000;

const ICONS: Record<RunState, [string, string?]> = {
  queued: ['clock'],
  starting: ['loading~spin'],
  running: ['loading~spin'],
  pausing: ['loading~spin'],
  paused: ['debug-pause'],
  stopping: ['loading~spin'],
  interrupted: ['debug-disconnect', 'list.warningForeground'],
  elsewhere: ['loading~spin'],
  failed: ['error', 'list.errorForeground'],
  finished: ['pass'],
};

export function stateText({ state, step, queries, queryBudget }: RunHead): string {
  const { t } = vscode.l10n;
  switch (state) {
    case 'queued':
      return t('waiting for another run');
    case 'starting':
      return t('opening models and data');
    case 'running':
      return t('{0} of {1} queries', queries.computed, queryBudget);
    case 'pausing':
      return t('pausing');
    case 'paused':
      return t('paused at step {0}', step);
    case 'stopping':
      return t('stopping');
    case 'interrupted':
      return t('interrupted at step {0}', step);
    case 'elsewhere':
      return t('{0} of {1} queries, in another process', queries.computed, queryBudget);
    case 'failed':
      return t('failed');
    case 'finished':
      return t('finished');
  }
}

/** The runs of the workspace by their ids, with their best scores. When there is none, the view's welcome text leads to the first. */
export class RunsTree implements vscode.TreeDataProvider<string>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];
  private shown: ReadonlyMap<string, { readonly view: RunView }> = new Map();

  constructor(private readonly runs: Runs) {
    const refresh = (): void => this.changed.fire(undefined);
    const watcher = vscode.workspace.createFileSystemWatcher('**/.rlprompt/runs/*/{task,result}.json');
    let last = 0;
    const tree = vscode.window.createTreeView('rlprompt.runs', { treeDataProvider: this });
    this.subscriptions = [
      tree,
      vscode.commands.registerCommand(OPEN, () => vscode.commands.executeCommand('rlprompt.openRun', tree.selection[0])),
      watcher,
      watcher.onDidCreate(refresh),
      watcher.onDidDelete(({ fsPath }) => runs.reload(dirname(fsPath))),
      watcher.onDidChange(refresh),
      runs.onDidChangeList(refresh),
      // The step counter of the run that trains, which needs nothing from disk.
      runs.onDidChange((id) => {
        if (!this.shown.has(id) || Date.now() - last < INTERVAL) return;
        last = Date.now();
        this.changed.fire(id);
      }),
    ];
  }

  async getChildren(): Promise<string[]> {
    const views = await this.runs.views();
    this.shown = new Map(views.map((run) => [run.head.id, run]));
    return [...this.shown.keys()];
  }

  getTreeItem(id: string): vscode.TreeItem {
    const { head, rows } = this.shown.get(id)!.view;
    const item = new vscode.TreeItem(head.name);
    const date = new Date(head.created).toLocaleString(vscode.env.language, { dateStyle: 'short', timeStyle: 'short' });
    const [best] = rows;
    const accuracy = best?.test ? `${(100 * best.test.accuracy).toFixed(1)}% ` : '';
    // The result first: in a narrow view, the date is what is cut off.
    const result = head.state === 'finished' && best ? `${accuracy}${JSON.stringify(best.prompt)}` : stateText(head);
    const description = `${result} · ${date}`;
    const better = head.verdict?.kind === 'better';
    const [icon, color] = better ? ['pass', 'charts.green'] : ICONS[head.state];
    const pinned = head.pinned === true;
    return Object.assign(item, {
      id,
      description: pinned ? `${vscode.l10n.t('pinned')} · ${description}` : description,
      iconPath: new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color)),
      contextValue: `run.${head.state}${pinned ? ' pinned' : ''}`,
      command: { command: OPEN, title: vscode.l10n.t('Open') },
      tooltip: [
        `${head.name} (seed ${head.seed}), ${date}`,
        stateText(head),
        head.verdict?.title,
        head.taskModel,
        head.template,
        head.size,
        id,
      ]
        .filter(Boolean)
        .join('\n'),
      // A screen reader does not see the icon.
      accessibilityInformation: { label: `${head.name}, ${result === stateText(head) ? '' : `${stateText(head)}, `}${description}` },
    });
  }

  /** On request the workspace is searched again too. */
  refresh(): void {
    this.runs.lookAgain();
    this.changed.fire(undefined);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }
}
