import * as vscode from 'vscode';

const PATTERN = '**/*.prompt-task.json';

/** Runs the command line on a task spec in a terminal: the one given, the open one, or one that the person picks. */
export async function optimizeInTerminal(cli: string, spec?: vscode.Uri): Promise<void> {
  const chosen = spec ?? openSpec() ?? (await pickSpec());
  if (!chosen) return;
  await vscode.workspace.openTextDocument(chosen).then((document) => document.save());
  const terminal = vscode.window.createTerminal({ name: 'RLPrompt', shellPath: 'node', shellArgs: [cli, 'optimize', chosen.fsPath] });
  terminal.show();
}

function openSpec(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.fileName.endsWith('.prompt-task.json') ? document.uri : undefined;
}

async function pickSpec(): Promise<vscode.Uri | undefined> {
  const found = await vscode.workspace.findFiles(PATTERN, '**/node_modules/**', 200);
  if (found.length === 0) {
    void vscode.window.showInformationMessage(
      'There is no task spec in this workspace. A task spec is a file named like sentiment.prompt-task.json.',
    );
    return undefined;
  }
  const items = found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Which task?' }))?.uri;
}
