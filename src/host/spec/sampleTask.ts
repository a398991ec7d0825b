import * as vscode from 'vscode';

const FILES = ['sentiment.prompt-task.json', 'train.csv', 'validation.csv', 'test.csv'];
const FOLDER = 'rlprompt-sample';

/** `Try the Sample Task`: copies the film reviews into the workspace, or a folder that the user picks, and opens their spec. */
export async function openSampleTask(extensionUri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const parent = vscode.workspace.workspaceFolders?.[0]?.uri ?? (await pickFolder());
  if (!parent) return undefined;
  const folder = vscode.Uri.joinPath(parent, FOLDER);
  const spec = vscode.Uri.joinPath(folder, FILES[0]!);
  for (const name of FILES) {
    const target = vscode.Uri.joinPath(folder, name);
    // The user may have edited an earlier copy.
    if (await exists(target)) continue;
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(extensionUri, 'examples', 'sentiment', name), target);
  }
  await vscode.window.showTextDocument(spec, { preview: false });
  return spec;
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: vscode.l10n.t('Copy the Sample Here'),
  });
  return picked?.[0];
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
