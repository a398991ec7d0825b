import * as vscode from 'vscode';
import type { Panels } from '../panel/panels';
import type { Runs } from '../runs/runs';
import { RunItem } from '../runs/runsTree';
import { pickRun } from './pickRun';

/** What the tree, the palette or a link hands to a command about a run. */
type RunArgument = RunItem | string | undefined;

/** Commands about runs that exist: open, take up, pause, stop, compare, reveal, delete. */
export function runCommands(runs: Runs, panels: Panels): Record<string, (argument?: RunArgument) => Promise<void> | void> {
  const { t } = vscode.l10n;
  const idOf = (argument: RunArgument): string | undefined => (argument instanceof RunItem ? argument.head.id : argument);
  const current = (argument: RunArgument): string | undefined => idOf(argument) ?? panels.active?.id ?? runs.current?.id;

  return {
    'rlprompt.openRun': async (argument) => {
      const id = idOf(argument) ?? (await pickRun(runs, t('Which run?'), () => true))?.id;
      if (id !== undefined) await panels.show(id);
    },
    'rlprompt.resumeRun': async (argument) => {
      const id =
        idOf(argument) ?? panels.active?.id ?? (await pickRun(runs, t('Which run is to go on?'), ({ resumable }) => resumable))?.id;
      if (id === undefined) return;
      if (!vscode.workspace.isTrusted) {
        await vscode.commands.executeCommand('workbench.trust.manage');
        return;
      }
      await runs.resume(id);
      await panels.show(id);
    },
    'rlprompt.pauseRun': (argument) => {
      const id = current(argument);
      if (id !== undefined) runs.pause(id);
    },
    'rlprompt.continueRun': (argument) => {
      const id = current(argument);
      if (id !== undefined) runs.continue(id);
    },
    'rlprompt.stopRun': (argument) => {
      const id = current(argument);
      if (id !== undefined) runs.stop(id);
    },
    'rlprompt.compareRuns': async (argument) => {
      const id = idOf(argument) ?? panels.active?.id ?? (await pickRun(runs, t('Compare which run?'), () => true))?.id;
      if (id === undefined) return;
      const other = await pickRun(runs, t('… with which other run?'), (head) => head.id !== id);
      if (other) await panels.show(id, other.id);
    },
    'rlprompt.revealRun': async (argument) => {
      const id = current(argument);
      if (id !== undefined) await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.joinPath(vscode.Uri.file(id), 'task.json'));
    },
    'rlprompt.deleteRun': async (argument) => {
      const id = idOf(argument) ?? (await pickRun(runs, t('Delete which run?'), () => true))?.id;
      if (id === undefined) return;
      const { head } = await runs.get(id);
      const remove = t('Delete');
      const detail = t('Its journal, checkpoint and result are removed from {0}.', id);
      const answer = await vscode.window.showWarningMessage(t('Delete this run of {0}?', head.name), { modal: true, detail }, remove);
      if (answer === remove) await runs.delete(id);
    },
  };
}
