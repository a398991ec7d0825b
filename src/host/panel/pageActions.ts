import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { FromPage, InsertForm } from '../../messages/page';
import type { PromptRow, RunHead } from '../../run/view/runView';
import { quote } from '../../run/report/shell';
import { reproduceCommand } from '../../run/start';
import type { RunTask } from '../../run/store/task';
import type { Spec } from '../../spec/spec';
import { exportTable } from '../commands/exportTable';
import type { Runs } from '../runs/runs';

/** What the page's buttons need besides the runs. */
export interface PageServices {
  insert(head: RunHead, row: PromptRow, form: InsertForm): Promise<void>;
  evaluate(id: string, prompt: string): Promise<void>;
  transfer(id: string): Promise<void>;
  compare(id: string): Promise<void>;
  showLog(): void;
  /** The command line that comes with the extension. */
  readonly commandLine: string;
}

/** Does what the user asked for in the panel. A message may come late, so what it names is looked up. */
export function pageActions(runs: Runs, services: PageServices): (message: FromPage, panel: { readonly id: string }) => Promise<void> {
  return async (message, { id }) => {
    try {
      await act(message, id);
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  };

  async function act(message: FromPage, id: string): Promise<void> {
    const { head, rows } = await runs.get(id);
    switch (message.type) {
      case 'ready':
        return;
      case 'pause':
        return runs.pause(id);
      case 'continue':
        return runs.continue(id);
      case 'stop':
        return runs.stop(id);
      case 'resume':
        return vscode.commands.executeCommand('rlprompt.resumeRun', id);
      case 'insert':
        return services.insert(head, rowOf(rows, message), message.form);
      case 'copy':
        await vscode.env.clipboard.writeText(rowOf(rows, message).prompt);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Prompt copied'), 2000);
        return;
      case 'evaluate':
        return services.evaluate(id, message.prompt);
      case 'transfer':
        return services.transfer(id);
      case 'compare':
        return services.compare(id);
      case 'export':
        return exportTable(head, rows, message.format);
      case 'copyCommand': {
        // As the run was started, whatever the spec and the settings say now.
        const task = JSON.parse(await readFile(join(id, 'task.json'), 'utf8')) as RunTask;
        const { steps, queryBudget: budget } = (task.spec as Pick<Spec, 'search'>).search;
        const specFile = vscode.workspace.asRelativePath(task.specFile, false);
        const command = reproduceCommand({ ...task, specFile, steps, budget });
        await vscode.env.clipboard.writeText(command.replace(/^npx rlprompt/, () => `node ${quote(services.commandLine)}`));
        vscode.window.setStatusBarMessage(vscode.l10n.t('Command copied'), 2000);
        return;
      }
      case 'openSpec':
        await vscode.window.showTextDocument(vscode.Uri.file(head.specFile), { viewColumn: vscode.ViewColumn.One });
        return;
      case 'showLog':
        return services.showLog();
    }
  }
}

function rowOf(rows: readonly PromptRow[], { row, prompt }: { row: number; prompt: string }): PromptRow {
  const found = rows[row]?.prompt === prompt ? rows[row] : rows.find((candidate) => candidate.prompt === prompt);
  if (!found) throw new Error(vscode.l10n.t('The table no longer has this prompt.'));
  return found;
}
