import * as vscode from 'vscode';
import type { RunHead } from '../../run/view/runView';
import type { Runs } from '../runs/runs';
import { stateText } from '../runs/runsTree';

/** Lets the user pick a run; undefined if there is none or the user cancels. */
export async function pickRun(
  runs: Runs,
  placeHolder: string,
  fits: (head: RunHead) => boolean = () => true,
): Promise<RunHead | undefined> {
  const heads = (await runs.list()).filter(fits);
  if (heads.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This workspace has no such run yet. Start one with “Optimize Prompt”.'));
    return undefined;
  }
  const items = heads.map((head) => ({
    label: head.name,
    description: new Date(head.created).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' }),
    detail: `${stateText(head)} · ${head.taskModel} · seed ${head.seed}`,
    head,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true }))?.head;
}
