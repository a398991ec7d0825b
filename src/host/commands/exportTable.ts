import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ExportFormat } from '../../messages/page';
import type { RunHead } from '../../run/view/runView';

/** Saves a run's table or report where the user says, and opens it. @param make gives the text */
export async function exportTable(head: RunHead, format: ExportFormat, make: () => Promise<string>): Promise<void> {
  const { t } = vscode.l10n;
  const { name, ending } = {
    csv: { name: 'CSV', ending: 'csv' },
    markdown: { name: 'Markdown', ending: 'md' },
    html: { name: 'HTML', ending: 'html' },
  }[format];
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(join(dirname(head.specFile), `${head.name}-prompts.${ending}`)),
    filters: { [name]: [ending] },
    title: t('Export the ranked prompts'),
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, Buffer.from(await make()));
  if (format !== 'html') {
    await vscode.window.showTextDocument(target, { preview: false });
    return;
  }
  const open = t('Open in Browser');
  const answer = await vscode.window.showInformationMessage(t('The report is saved in {0}.', target.fsPath), open);
  if (answer === open) await vscode.env.openExternal(target);
}
