import * as vscode from 'vscode';
import type { InsertForm } from '../../messages/page';
import type { FoundPrompt } from './found';
import type { Edit } from './placement';

/**
 * Inserts a prompt at each cursor of an editor, replacing the selections, as one step to undo. If that is not possible, a
 * message says why.
 * @returns whether it was inserted
 */
export async function insertPrompt(found: FoundPrompt, form: InsertForm, editor: vscode.TextEditor): Promise<boolean> {
  const { document } = editor;
  const code = await import('./code');
  let edits: Edit[];
  try {
    edits = editor.selections.map((selection) => editAt(code, found, form, editor, selection));
  } catch (error) {
    if (!(error instanceof code.InsertionError)) throw error;
    void vscode.window.showErrorMessage(vscode.l10n.t(error.template, ...error.args));
    return false;
  }
  if (edits.every(({ start, end, text }) => text === '' && start.line === end.line && start.character === end.character)) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The prompt is empty: there is nothing to insert here.'));
    return false;
  }
  const { version } = document;
  const applied = await editor.edit((builder) => {
    for (const { start, end, text } of edits) builder.replace(new vscode.Range(start.line, start.character, end.line, end.character), text);
  });
  // In an editor that cannot be written to, the edit reports success and changes nothing.
  if (!applied || document.version === version) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        '{0} could not be changed: it is read-only, or was changed at the same moment.',
        vscode.workspace.asRelativePath(document.uri),
      ),
    );
    return false;
  }
  const ends = code.endsOfInsertions(edits).map(({ line, character }) => new vscode.Position(line, character));
  editor.selections = ends.map((end) => new vscode.Selection(end, end));
  const first = ends[0]!;
  const lines = edits[0]!.text.split('\n').length;
  editor.revealRange(new vscode.Range(first.translate(1 - lines), first), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return true;
}

type Code = typeof import('./code');

function editAt(code: Code, found: FoundPrompt, form: InsertForm, editor: vscode.TextEditor, { start, end }: vscode.Selection): Edit {
  const lines = editor.document.getText().split(/\r\n|\r|\n/);
  const languageId = code.languageAt(editor.document.languageId, lines.slice(0, start.line));
  // In Markdown, the lines above are text.
  const above = languageId === editor.document.languageId ? lines.slice(0, start.line) : [];
  const before = lines[start.line]!.slice(0, start.character);
  if (form === 'string') return { start, end, text: code.promptString(found, languageId, before, above) };
  const language = code.languageOf(languageId);
  if (language && code.openString(before, language.quoting, above)) throw new code.InsertionError('insideString');
  const unit = indentUnit(editor.options);
  const written =
    form === 'classifier'
      ? code.promptClassifier(found, languageId, unit)
      : form === 'function'
        ? code.promptFunction(found, languageId, unit)
        : code.policyCode(found, form, languageId, unit);
  return code.placed(written, { lines, start, end, python: language?.quoting === code.QUOTING.python, unit });
}

/** One level of indentation as the editor writes it. */
function indentUnit({ insertSpaces, indentSize, tabSize }: vscode.TextEditorOptions): string {
  if (insertSpaces === false) return '\t';
  return ' '.repeat(typeof indentSize === 'number' ? indentSize : typeof tabSize === 'number' ? tabSize : 4);
}
