import * as vscode from 'vscode';
import { SPEC_ENDING } from '../commands/pickSpec';

/** An editor that the user worked in. An editor object ends when its tab is hidden, so this keeps what finds it again. */
interface Remembered {
  readonly document: vscode.TextDocument;
  readonly column: vscode.ViewColumn | undefined;
}

/**
 * The text editor that the user used last. A click in a panel takes the focus from it, and then VS Code has no active editor.
 * Task specs are skipped: a run starts from one, and its prompt belongs elsewhere.
 */
export class LastEditor implements vscode.Disposable {
  private last: Remembered | undefined;
  private readonly subscription: vscode.Disposable;

  constructor() {
    this.remember(vscode.window.activeTextEditor);
    this.subscription = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor((editor) => this.remember(editor)),
      // The same editor, moved to another column.
      vscode.window.onDidChangeTextEditorViewColumn(({ textEditor }) => {
        if (textEditor.document === this.last?.document) this.remember(textEditor);
      }),
    );
  }

  /** The language of the editor to insert into, as far as it is known without opening one. */
  get languageId(): string | undefined {
    const active = vscode.window.activeTextEditor;
    return (active && takesText(active) ? active.document : this.last?.document)?.languageId;
  }

  /**
   * The editor to insert into, shown and focused: the active one, the last one while its tab is open, a visible one, or one
   * that the user opens now. Undefined, with a message, if there is none or it cannot be written to.
   * @param evenSpec accept a spec if it is the active editor: the user is in it, not in a panel beside it
   */
  async open(evenSpec: boolean): Promise<vscode.TextEditor | undefined> {
    const active = vscode.window.activeTextEditor;
    const editor =
      (active && takesText(active) && (evenSpec || !isSpec(active)) ? active : undefined) ??
      (await this.reopen()) ??
      (await focused(vscode.window.visibleTextEditors.find((visible) => takesText(visible) && !isSpec(visible)))) ??
      (await ask());
    if (!editor || !(await isReadonly(editor.document.uri))) return editor;
    void vscode.window.showErrorMessage(
      vscode.l10n.t('{0} is read-only. Click into another file and insert again.', vscode.workspace.asRelativePath(editor.document.uri)),
    );
    return undefined;
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private remember(editor: vscode.TextEditor | undefined): void {
    if (editor && takesText(editor) && !isSpec(editor)) this.last = { document: editor.document, column: editor.viewColumn };
  }

  private async reopen(): Promise<vscode.TextEditor | undefined> {
    if (!this.last) return undefined;
    const { document, column } = this.last;
    const visible = vscode.window.visibleTextEditors.filter((editor) => editor.document === document);
    const editor = visible.find(({ viewColumn }) => viewColumn === column) ?? visible[0];
    if (editor) return focused(editor);
    if (document.isClosed) return undefined;
    const cell = cellOf(document);
    if (cell) return showCell(cell);
    const tab = openTab(document.uri, column);
    return tab && vscode.window.showTextDocument(document, { viewColumn: tab.group.viewColumn });
  }
}

/** Files, new files, and notebook cells, but not output, the debug console, comments, or search boxes. */
function takesText({ document: { uri } }: vscode.TextEditor): boolean {
  return (
    uri.scheme === 'untitled' || uri.scheme === 'vscode-notebook-cell' || vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== undefined
  );
}

function isSpec({ document: { uri } }: vscode.TextEditor): boolean {
  return uri.path.endsWith(SPEC_ENDING);
}

async function isReadonly(uri: vscode.Uri): Promise<boolean> {
  const writable = vscode.workspace.fs.isWritableFileSystem(uri.scheme);
  // New files and notebook cells have no file system of their own.
  if (writable !== true) return writable === false;
  try {
    const { permissions = 0 } = await vscode.workspace.fs.stat(uri);
    return (permissions & vscode.FilePermission.Readonly) !== 0;
  } catch {
    // A file that was deleted under its editor can still be edited.
    return false;
  }
}

/** Focuses an editor where it is. A notebook cell has no column of its own and is shown with its notebook. */
async function focused(editor: vscode.TextEditor | undefined): Promise<vscode.TextEditor | undefined> {
  if (!editor || cellOf(editor.document)) return editor;
  return vscode.window.showTextDocument(editor.document, editor.viewColumn === undefined ? {} : { viewColumn: editor.viewColumn });
}

function openTab(uri: vscode.Uri, column: vscode.ViewColumn | undefined): vscode.Tab | undefined {
  const name = uri.toString();
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        (input instanceof vscode.TabInputText && input.uri.toString() === name) ||
        (input instanceof vscode.TabInputTextDiff && input.modified.toString() === name),
    );
  return tabs.find((tab) => tab.group.viewColumn === column) ?? tabs[0];
}

function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  return vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells()).find((cell) => cell.document === document);
}

/** Shows a cell of a notebook whose tab is hidden. */
async function showCell(cell: vscode.NotebookCell): Promise<vscode.TextEditor | undefined> {
  await vscode.window.showNotebookDocument(cell.notebook, { selections: [new vscode.NotebookRange(cell.index, cell.index + 1)] });
  return vscode.window.visibleTextEditors.find(({ document }) => document === cell.document);
}

async function ask(): Promise<vscode.TextEditor | undefined> {
  const open = vscode.l10n.t('Open File…');
  const create = vscode.l10n.t('New File');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('There is no open text file to insert the prompt into.'),
    open,
    create,
  );
  if (answer === create) return vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: '' }));
  const [uri] = (answer === open && (await vscode.window.showOpenDialog({ openLabel: vscode.l10n.t('Open') }))) || [];
  return uri && vscode.window.showTextDocument(uri);
}
