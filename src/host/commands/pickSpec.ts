import { basename } from 'node:path';
import * as vscode from 'vscode';

export const SPEC_ENDING = '.prompt-task.json';

/** What `Optimize Prompt` is to work on. */
export type Chosen = { readonly spec: vscode.Uri } | 'newTask' | 'sampleTask';

/** The spec in the editor that has the focus. */
export function openSpec(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.fileName.endsWith(SPEC_ENDING) ? document.uri : undefined;
}

/** The workspace's specs, and with `create` the two ways to a new one. */
export async function pickSpec(placeHolder: string, create: boolean): Promise<Chosen | undefined> {
  const found = await vscode.workspace.findFiles(`**/*${SPEC_ENDING}`, '**/node_modules/**', 200);
  type Item = vscode.QuickPickItem & { chosen?: Chosen };
  const items: Item[] = found
    .map((uri): Item => ({
      label: `$(json) ${basename(uri.path).slice(0, -SPEC_ENDING.length)}`,
      description: vscode.workspace.asRelativePath(uri),
      chosen: { spec: uri },
    }))
    .sort((a, b) => a.description!.localeCompare(b.description!));
  if (create) {
    if (items.length > 0) items.push({ label: '', kind: vscode.QuickPickItemKind.Separator });
    items.push(
      {
        label: vscode.l10n.t('$(new-file) New task from a dataset…'),
        detail: vscode.l10n.t('A .csv, .tsv or .jsonl file with a text and a class in each row'),
        chosen: 'newTask',
      },
      {
        label: vscode.l10n.t('$(beaker) Try the sample task'),
        detail: vscode.l10n.t('Film reviews, good or bad: two minutes on the models that come with RLPrompt'),
        chosen: 'sampleTask',
      },
    );
  }
  if (items.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is no task spec in this workspace. A task spec is a file named like sentiment.prompt-task.json.'),
    );
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.chosen;
}
