import * as vscode from 'vscode';

interface Manifest {
  readonly displayName: string;
  readonly version: string;
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

/** The extension as it is installed. */
export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('rlprompt.rlprompt');
  if (!found) throw new Error('The extension rlprompt.rlprompt is not installed.');
  return found;
}

export function manifest(): Manifest {
  return extension().packageJSON as Manifest;
}
