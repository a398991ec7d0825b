import * as vscode from 'vscode';
import { taskName } from '../../run/store/history';
import type { Runs } from '../runs/runs';

/** `Rename Run`: an empty name gives the run its task's name back. */
export async function renameRun(runs: Runs, id: string): Promise<void> {
  const { t } = vscode.l10n;
  const { name, specFile, pinned = false } = (await runs.get(id)).head;
  const task = taskName(specFile);
  const typed = await vscode.window.showInputBox({
    title: t('Rename Run'),
    prompt: t('The name is kept in the run’s folder. Leave it empty for the name of the task, {0}.', task),
    value: name,
    placeHolder: task,
  });
  if (typed === undefined) return;
  const named = typed.trim();
  await runs.label(id, { ...(named !== '' && named !== task && { name: named }), ...(pinned && { pinned }) });
}

/** `Pin Run` and `Unpin Run`: pinned runs come first in lists. */
export async function pinRun(runs: Runs, id: string, pinned: boolean): Promise<void> {
  const { name, specFile } = (await runs.get(id)).head;
  await runs.label(id, { ...(name !== taskName(specFile) && { name }), ...(pinned && { pinned }) });
}
