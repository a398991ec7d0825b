import * as vscode from 'vscode';
import type { RunHead } from '../../run/view/runView';
import type { Runs } from '../runs/runs';
import { stateText } from '../runs/runsTree';

type Fits = (head: RunHead) => boolean;
const OPTIONS = { matchOnDescription: true, matchOnDetail: true };

/** Lets the user pick a run; undefined if there is none or the user cancels. */
export async function pickRun(runs: Runs, placeHolder: string, fits: Fits = () => true): Promise<RunHead | undefined> {
  const items = await itemsOf(runs, fits);
  return items && (await vscode.window.showQuickPick(items, { ...OPTIONS, placeHolder }))?.head;
}

/** Lets the user pick any number of runs; their ids. */
export async function pickRuns(runs: Runs, placeHolder: string, fits: Fits): Promise<string[]> {
  const items = await itemsOf(runs, fits);
  const picked = items && (await vscode.window.showQuickPick(items, { ...OPTIONS, placeHolder, canPickMany: true }));
  return (picked ?? []).map(({ head }) => head.id);
}

async function itemsOf(runs: Runs, fits: Fits): Promise<(vscode.QuickPickItem & { readonly head: RunHead })[] | undefined> {
  const heads = (await runs.list()).filter(fits);
  if (heads.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This workspace has no such run yet. Start one with “Optimize Prompt”.'));
    return undefined;
  }
  return heads.map((head) => ({
    label: head.name,
    description: new Date(head.created).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' }),
    detail: `${stateText(head)} · ${head.taskModel} · seed ${head.seed}`,
    head,
  }));
}
