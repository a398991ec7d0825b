import * as vscode from 'vscode';
import type { Panels } from '../panel/panels';
import type { Runs } from '../runs/runs';
import { pinRun, renameRun } from './nameRun';
import { pickRun, pickRuns } from './pickRun';
import { runAgain } from './runAgain';
import { mayRun } from './trust';

/** Commands about existing runs. Each gets the run's id from the tree or a link, and none from the palette. */
export function runCommands(runs: Runs, panels: Panels): Record<string, (id?: string) => Promise<void> | void> {
  const { t } = vscode.l10n;
  const pick = async (question: string, fits?: Parameters<typeof pickRun>[2]): Promise<string | undefined> =>
    (await pickRun(runs, question, fits))?.id;

  /** The run of the active panel while it trains, else the one that trains. */
  const current = async (id?: string): Promise<string | undefined> => {
    const shown = panels.active?.id;
    if (id !== undefined || shown === undefined) return id ?? runs.current?.id;
    const { state } = (await runs.get(shown)).head;
    return ['queued', 'starting', 'running', 'pausing', 'paused', 'stopping'].includes(state) ? shown : runs.current?.id;
  };
  const onCurrent = (act: (id: string) => unknown) => async (given?: string) => {
    const id = await current(given);
    if (id !== undefined) await act(id);
    else void vscode.window.showInformationMessage(t('No run is training.'));
  };
  const onPicked = (question: string, act: (id: string) => unknown, fits?: Parameters<typeof pickRun>[2]) => async (given?: string) => {
    const id = given ?? panels.active?.id ?? (await pick(question, fits));
    if (id !== undefined) await act(id);
  };

  return {
    'rlprompt.openRun': async (given) => {
      const id = given ?? (await pick(t('Open which run?')));
      if (id !== undefined) await panels.show(id);
    },
    'rlprompt.resumeRun': async (given) => {
      const id = given ?? panels.active?.id ?? (await pick(t('Resume which run?'), ({ resumable }) => resumable));
      if (id === undefined || !(await mayRun())) return;
      await runs.resume(id);
      await panels.show(id);
    },
    'rlprompt.pauseRun': onCurrent((id) => runs.pause(id)),
    'rlprompt.continueRun': onCurrent((id) => runs.continue(id)),
    'rlprompt.rankRun': onCurrent((id) => runs.rankNow(id)),
    'rlprompt.stopRun': onCurrent((id) => runs.stop(id)),
    'rlprompt.compareRuns': async (given) => {
      const id = given ?? panels.active?.id ?? (await pick(t('Compare which run?')));
      if (id === undefined) return;
      const others = await pickRuns(runs, t('Compare it with which runs?'), (head) => head.id !== id);
      if (others.length > 0) await panels.show(id, others);
    },
    'rlprompt.revealRun': onPicked(t('Reveal which run?'), (id) =>
      vscode.commands.executeCommand('revealInExplorer', vscode.Uri.joinPath(vscode.Uri.file(id), 'task.json')),
    ),
    'rlprompt.renameRun': onPicked(t('Rename which run?'), (id) => renameRun(runs, id)),
    'rlprompt.pinRun': onPicked(
      t('Pin which run?'),
      (id) => pinRun(runs, id, true),
      ({ pinned }) => !pinned,
    ),
    'rlprompt.unpinRun': onPicked(
      t('Unpin which run?'),
      (id) => pinRun(runs, id, false),
      ({ pinned }) => pinned === true,
    ),
    'rlprompt.runAgain': onPicked(t('Run which task again?'), (id) => runAgain(runs, panels, id)),
    'rlprompt.deleteRun': async (given) => {
      const id = given ?? (await pick(t('Delete which run?')));
      if (id === undefined) return;
      const { head } = await runs.get(id);
      const remove = t('Delete');
      const detail = t('This removes its journal, checkpoint and result from {0}.', id);
      const answer = await vscode.window.showWarningMessage(t('Delete this run of {0}?', head.name), { modal: true, detail }, remove);
      if (answer === remove) await runs.delete(id);
    },
  };
}
