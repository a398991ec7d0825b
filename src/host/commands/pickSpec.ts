import { basename } from 'node:path';
import * as vscode from 'vscode';

export const SPEC_ENDING = '.prompt-task.json';

/** What the user picked: a spec, or a way to make one. */
type Chosen = { readonly spec: vscode.Uri } | 'newTask' | 'sampleTask';

/** The spec in the active editor. */
export function openSpec(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.fileName.endsWith(SPEC_ENDING) ? document.uri : undefined;
}

/** Lets the user pick one of the workspace's specs, or with `create` a way to make one. */
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
        label: vscode.l10n.t('$(new-file) New Task from a Dataset…'),
        detail: vscode.l10n.t('A .csv, .tsv, .jsonl or .json file with a text and a label in each row'),
        chosen: 'newTask',
      },
      {
        label: vscode.l10n.t('$(beaker) Try the Sample Task'),
        detail: vscode.l10n.t('Positive and negative movie reviews: two minutes with the bundled models'),
        chosen: 'sampleTask',
      },
    );
  }
  if (items.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('This workspace has no task spec. A task spec is a file with a name like sentiment.prompt-task.json.'),
    );
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.chosen;
}
