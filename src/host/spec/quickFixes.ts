import * as vscode from 'vscode';
import { SpecDiagnostic } from './specDiagnostics';
import { editsOf } from './specEdits';

/** The quick fixes of a spec's problems. */
export class QuickFixes implements vscode.CodeActionProvider {
  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const here = vscode.languages
      .getDiagnostics(document.uri)
      .filter((one): one is SpecDiagnostic => one instanceof SpecDiagnostic && one.range.intersection(range) !== undefined);
    return here.flatMap((diagnostic) =>
      diagnostic.fixes.flatMap((fix, i) => {
        const edits = editsOf(document.getText(), fix);
        if (edits.length === 0) return [];
        const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
        action.diagnostics = [diagnostic];
        action.isPreferred = i === 0 && diagnostic.fixes.length === 1;
        action.edit = new vscode.WorkspaceEdit();
        for (const { offset, length, content } of edits)
          action.edit.replace(document.uri, new vscode.Range(document.positionAt(offset), document.positionAt(offset + length)), content);
        return [action];
      }),
    );
  }
}
