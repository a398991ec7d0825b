import * as vscode from 'vscode';
import type { FoundPrompt } from './foundPrompt';
import { InsertionError } from './insertionError';
import { languageOf } from './languages';
import { literalAt } from './literal';
import { openString } from './openString';
import { endsOfInsertions, placed } from './placement';
import { promptFunction } from './promptFunction';
import type { InsertForm } from '../../messages/page';

/**
 * Puts a prompt at each cursor of an editor, in the place of what is selected, as one step to undo. Where that cannot be, a
 * message says why.
 * @returns whether it is there now
 */
export async function insertPrompt(found: FoundPrompt, form: InsertForm, editor: vscode.TextEditor): Promise<boolean> {
  const { document } = editor;
  let edits;
  try {
    edits = editor.selections.map(({ start, end }) => ({ start, end, text: codeAt(found, form, editor, start, end) }));
  } catch (error) {
    if (!(error instanceof InsertionError)) throw error;
    void vscode.window.showErrorMessage(error.message);
    return false;
  }
  if (edits.every(({ start, end, text }) => text === '' && start.isEqual(end))) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The prompt is empty: there is nothing to insert here.'));
    return false;
  }
  const { version } = document;
  const applied = await editor.edit((builder) => {
    for (const { start, end, text } of edits) builder.replace(new vscode.Range(start, end), text);
  });
  // On an editor that cannot be written to the edit reports success and changes nothing.
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

function codeAt(found: FoundPrompt, form: InsertForm, editor: vscode.TextEditor, start: vscode.Position, end: vscode.Position): string {
  const { document } = editor;
  const before = document.lineAt(start).text.slice(0, start.character);
  if (form === 'string') return literalAt(found.prompt, document.languageId, before);
  const language = languageOf(document.languageId);
  if (language !== undefined && openString(before, language)) {
    throw new InsertionError(
      vscode.l10n.t('The cursor stands inside a string. Put it where a function can stand, or insert the prompt as a string.'),
    );
  }
  const code = promptFunction(found, document.languageId, indentUnit(editor.options));
  return placed(code, before, document.lineAt(end).text.slice(end.character));
}

/** One level of indentation as the editor writes it. */
function indentUnit({ insertSpaces, indentSize, tabSize }: vscode.TextEditorOptions): string {
  if (insertSpaces === false) return '\t';
  return ' '.repeat(typeof indentSize === 'number' ? indentSize : typeof tabSize === 'number' ? tabSize : 4);
}
