import * as vscode from 'vscode';
import { word } from '../../wording/wording';
import type { Runs } from './runs';

/** Opens the run that trains; not in the palette. */
const OPEN = 'rlprompt.openCurrentRun';

/** Progress and time left of the run that trains, in the status bar. */
export class RunStatus implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('rlprompt.run', vscode.StatusBarAlignment.Left, 10);
  private readonly subscriptions: vscode.Disposable[];
  private last = 0;

  constructor(private readonly runs: Runs) {
    this.item.name = vscode.l10n.t('Prompt optimization');
    // A command with arguments is replaced at every update, and VS Code drops a click on the one before: this one stays.
    this.item.command = OPEN;
    this.subscriptions = [
      vscode.commands.registerCommand(OPEN, () => vscode.commands.executeCommand('rlprompt.openRun', runs.current?.id)),
      runs.onDidChangeList(() => this.show()),
      runs.onDidChange(() => {
        if (Date.now() - this.last >= 500) this.show();
      }),
    ];
  }

  dispose(): void {
    this.item.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private show(): void {
    this.last = Date.now();
    const head = this.runs.current;
    if (!head || ['finished', 'failed', 'interrupted'].includes(head.state)) {
      this.item.hide();
      return;
    }
    const { t } = vscode.l10n;
    const percent = Math.round(100 * head.progress);
    const left = head.secondsLeft === null ? '' : ` · ${t('about {0} left', duration(head.secondsLeft))}`;
    const doing =
      head.state === 'starting'
        ? t('starting')
        : head.state === 'paused'
          ? t('paused at {0}%', percent)
          : head.stage === 'policy'
            ? `${percent}%`
            : `${word('name.stage', { stage: head.stage })} ${percent}%`;
    this.item.text = `${head.state === 'paused' ? '$(debug-pause)' : '$(loading~spin)'} ${head.name}: ${doing}${left}`;
    const rank = `[${t('Stop and Rank Now')}](command:rlprompt.rankRun)`;
    const tooltip = new vscode.MarkdownString(
      `${t('{0} of {1} queries. Click to open the run.', head.queries.computed, head.queryBudget)}${head.rankable ? `\n\n${rank}` : ''}`,
    );
    tooltip.isTrusted = { enabledCommands: ['rlprompt.rankRun'] };
    this.item.tooltip = tooltip;
    this.item.show();
  }
}

function duration(seconds: number): string {
  if (seconds < 90) return vscode.l10n.t('{0} s', Math.round(seconds));
  return vscode.l10n.t('{0} min', Math.round(seconds / 60));
}
