import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { PromptRow, RunHead } from '../../run/view/runView';
import { csvTable, markdownTable } from '../../run/report/report';

/** Saves a run's table where the user says, and opens it. */
export async function exportTable(head: RunHead, rows: readonly PromptRow[], format: 'csv' | 'markdown'): Promise<void> {
  const ending = format === 'csv' ? 'csv' : 'md';
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(join(dirname(head.specFile), `${head.name}-prompts.${ending}`)),
    filters: format === 'csv' ? { CSV: ['csv'] } : { Markdown: ['md'] },
    title: vscode.l10n.t('Export the ranked prompts'),
  });
  if (!target) return;
  const text = format === 'csv' ? csvTable(rows, head.verdict) : `# ${head.name}\n\n${markdownTable(rows, head.verdict)}\n`;
  await vscode.workspace.fs.writeFile(target, Buffer.from(text));
  await vscode.window.showTextDocument(target, { preview: false });
}
