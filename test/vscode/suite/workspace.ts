import * as vscode from 'vscode';

/** A file of the workspace that the tests run in, a copy of the sentiment example. */
export function workspaceFile(name: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder) throw new Error('The tests need a workspace folder.');
  return vscode.Uri.joinPath(folder.uri, name);
}

export async function openFile(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(workspaceFile(name)));
}

/** Replaces the whole text of an editor's document, without saving it. */
export async function replaceText(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const whole = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  if (!(await editor.edit((edit) => edit.replace(whole, text)))) throw new Error(`${document.fileName} could not be edited.`);
}

/** Waits until `probe` gives something; the error names what was awaited and what there was last. */
export async function until<T>(what: string, probe: () => T | undefined | PromiseLike<T | undefined>, timeout = 30_000): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`Waited ${timeout / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The diagnostics of a file, once they are as expected. */
export function diagnostics(
  uri: vscode.Uri,
  what: string,
  expected: (found: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> {
  return until(`diagnostics of ${uri.path}: ${what}`, () => {
    const found = vscode.languages.getDiagnostics(uri);
    return expected(found) ? found : undefined;
  }).catch((error: unknown) => {
    const found = vscode.languages.getDiagnostics(uri).map((one) => `${one.range.start.line + 1}: ${one.message}`);
    throw new Error(`${String(error)}; there are: ${JSON.stringify(found)}`);
  });
}
