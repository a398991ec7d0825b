import * as vscode from 'vscode';

/** Whether something may run here; where the workspace is not trusted, the person is shown how to change that. */
export async function mayRun(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
