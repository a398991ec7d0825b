import * as vscode from 'vscode';
import { optimizeInTerminal } from './host/optimizeInTerminal';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('rlprompt.optimizeInTerminal', (spec?: vscode.Uri) =>
      optimizeInTerminal(context.asAbsolutePath('dist/cli.js'), spec),
    ),
  );
}
