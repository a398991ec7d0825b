import * as vscode from 'vscode';
import { inOneLine } from '../errors';
import type { RunHead } from '../../run/view/runView';

/** Says how a run ended that the user is not looking at. A run that the user stopped has nothing to say. */
export async function tellEnd({ id, name, state, verdict, error }: RunHead, isShown: boolean): Promise<void> {
  if (isShown || (state !== 'finished' && state !== 'failed')) return;
  const { t } = vscode.l10n;
  const open = t('Open Run');
  const answer =
    state === 'failed'
      ? await vscode.window.showErrorMessage(t('{0} failed: {1}', name, inOneLine(error ?? '')), open)
      : await vscode.window.showInformationMessage(
          verdict ? `${name}: ${verdict.title}. ${verdict.text}` : t('{0} has finished.', name),
          open,
        );
  if (answer === open) await vscode.commands.executeCommand('rlprompt.openRun', id);
}
