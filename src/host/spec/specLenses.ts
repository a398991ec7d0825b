import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { Runs } from '../runs/runs';

/** Commands above a spec: optimize it, evaluate a prompt on it, open its last run. */
export class SpecLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly runs: Runs) {
    this.subscription = vscode.Disposable.from(
      runs.onDidChangeList(() => this.changed.fire()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.changed.fire()),
    );
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const { t } = vscode.l10n;
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (title: string, command: string, argument: unknown): vscode.CodeLens =>
      new vscode.CodeLens(top, { title, command, arguments: [argument] });
    if (!vscode.workspace.isTrusted) return [];
    const last = (await this.runs.list()).find(({ specFile }) => specFile === document.uri.fsPath);
    return [
      ...modelLens(document),
      lens(`$(sparkle) ${t('Optimize Prompt')}`, 'rlprompt.optimize', document.uri),
      ...(last
        ? [
            lens(`$(beaker) ${t('Evaluate a Prompt…')}`, 'rlprompt.evaluate', document.uri),
            lens(`$(graph-line) ${t('Open Last Run')}`, 'rlprompt.openRun', last.id),
          ]
        : []),
    ];
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

/** On the line of the task model: what it is, and another. */
function modelLens(document: vscode.TextDocument): vscode.CodeLens[] {
  const tree = parseTree(document.getText(), [], { allowTrailingComma: true });
  const node = tree && findNodeAtLocation(tree, ['taskModel']);
  if (!node) return [];
  const at = document.positionAt(node.offset);
  const { t } = vscode.l10n;
  const demonstration = String(node.value).startsWith('bundled:') ? ` (${t('a small demonstration model')})` : '';
  const title = `$(symbol-misc) ${t('Pick Task Model…')}${demonstration}`;
  return [new vscode.CodeLens(new vscode.Range(at, at), { title, command: 'rlprompt.pickModel', arguments: [document.uri] })];
}
