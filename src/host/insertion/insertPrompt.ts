import * as vscode from 'vscode';
import type { InsertForm } from '../../messages/page';
import type { FoundPrompt } from './found';
import { promptFunction } from './functions';
import { InsertionError } from './insertionError';
import { languageAt, languageOf } from './languages';
import { promptString } from './literal';
import { openString } from './openString';
import { endsOfInsertions, placed, type Edit } from './placement';
import { QUOTING } from './quoting';

/**
 * Inserts a prompt at each cursor of an editor, replacing the selections, as one step to undo. If that is not possible, a
 * message says why.
 * @returns whether it was inserted
 */
export async function insertPrompt(found: FoundPrompt, form: InsertForm, editor: vscode.TextEditor): Promise<boolean> {
  const { document } = editor;
  let edits: Edit[];
  try {
    edits = editor.selections.map((selection) => editAt(found, form, editor, selection));
  } catch (error) {
    if (!(error instanceof InsertionError)) throw error;
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
  const ends = endsOfInsertions(edits).map(({ line, character }) => new vscode.Position(line, character));
  editor.selections = ends.map((end) => new vscode.Selection(end, end));
  const first = ends[0]!;
  const lines = edits[0]!.text.split('\n').length;
  editor.revealRange(new vscode.Range(first.translate(1 - lines), first), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return true;
}

function editAt(found: FoundPrompt, form: InsertForm, editor: vscode.TextEditor, { start, end }: vscode.Selection): Edit {
  const lines = editor.document.getText().split(/\r\n|\r|\n/);
  const languageId = languageAt(editor.document.languageId, lines.slice(0, start.line));
  const before = lines[start.line]!.slice(0, start.character);
  if (form === 'string') return { start, end, text: promptString(found, languageId, before) };
  const language = languageOf(languageId);
  if (language && openString(before, language.quoting)) throw new InsertionError('insideString');
  const unit = indentUnit(editor.options);
  return placed(promptFunction(found, languageId, unit), { lines, start, end, python: language?.quoting === QUOTING.python, unit });
}

/** One level of indentation as the editor writes it. */
function indentUnit({ insertSpaces, indentSize, tabSize }: vscode.TextEditorOptions): string {
  if (insertSpaces === false) return '\t';
  return ' '.repeat(typeof indentSize === 'number' ? indentSize : typeof tabSize === 'number' ? tabSize : 4);
}
