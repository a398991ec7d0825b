import * as vscode from 'vscode';
import type { Panels } from '../panel/panels';
import type { Runs } from '../runs/runs';
import { RunItem } from '../runs/runsTree';
import { pickRun } from './pickRun';
import { mayRun } from './trust';

/** What the tree, the palette or a link hands to a command about a run. */
type RunArgument = RunItem | string | undefined;

/** Commands about runs that exist: open, take up, pause, stop, compare, reveal, delete. */
export function runCommands(runs: Runs, panels: Panels): Record<string, (argument?: RunArgument) => Promise<void> | void> {
  const { t } = vscode.l10n;
  const idOf = (argument: RunArgument): string | undefined => (argument instanceof RunItem ? argument.head.id : argument);
  /** The run that is pointed at, else the one of the panel in front while it has not ended, else the one that trains. */
  const current = async (argument: RunArgument): Promise<string | undefined> => {
    const shown = idOf(argument) ?? panels.active?.id;
    if (idOf(argument) !== undefined || shown === undefined) return shown ?? runs.current?.id;
    const { state } = (await runs.get(shown)).head;
    return ['queued', 'starting', 'running', 'paused'].includes(state) ? shown : (runs.current?.id ?? shown);
  };

  return {
    'rlprompt.openRun': async (argument) => {
      const id = idOf(argument) ?? (await pickRun(runs, t('Which run?'), () => true))?.id;
      if (id !== undefined) await panels.show(id);
    },
    'rlprompt.resumeRun': async (argument) => {
      const id =
        idOf(argument) ?? panels.active?.id ?? (await pickRun(runs, t('Which run is to go on?'), ({ resumable }) => resumable))?.id;
      if (id === undefined) return;
      if (!(await mayRun())) return;
      await runs.resume(id);
      await panels.show(id);
    },
    'rlprompt.pauseRun': async (argument) => {
      const id = await current(argument);
      if (id !== undefined) runs.pause(id);
    },
    'rlprompt.continueRun': async (argument) => {
      const id = await current(argument);
      if (id !== undefined) runs.continue(id);
    },
    'rlprompt.stopRun': async (argument) => {
      const id = await current(argument);
      if (id !== undefined) runs.stop(id);
    },
    'rlprompt.compareRuns': async (argument) => {
      const id = idOf(argument) ?? panels.active?.id ?? (await pickRun(runs, t('Compare which run?'), () => true))?.id;
      if (id === undefined) return;
      const other = await pickRun(runs, t('… with which other run?'), (head) => head.id !== id);
      if (other) await panels.show(id, other.id);
    },
    'rlprompt.revealRun': async (argument) => {
      const id = await current(argument);
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
