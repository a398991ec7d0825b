import * as vscode from 'vscode';

/** Whether anything may run here. In an untrusted workspace the user is shown how to trust it. */
export async function mayRun(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
