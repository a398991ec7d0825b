import * as assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { extension } from './extension';
import { diagnostics, openFile, replaceText, until, workspaceFile } from './workspace';

const SPEC = 'sentiment.prompt-task.json';

describe('a task spec in the editor', () => {
  let editor: vscode.TextEditor;
  let text: string;
  const uri = workspaceFile(SPEC);

  /** The place behind some text of the spec. */
  const behind = (found: string): vscode.Position => {
    const now = editor.document.getText();
    assert.ok(now.includes(found), `${found} is not in the spec`);
    return editor.document.positionAt(now.indexOf(found) + found.length);
  };
  const own = (found: readonly vscode.Diagnostic[]): vscode.Diagnostic[] => found.filter(({ source }) => source === 'RLPrompt');

  beforeEach(async () => {
    await extension().activate();
    editor = await openFile(SPEC);
    text = editor.document.getText();
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('is JSON with comments, and the example has no problem', async () => {
    assert.equal(editor.document.languageId, 'jsonc');
    // A problem put in and taken out again: then it is known that the checks have run.
    await replaceText(editor, text.replace('"kind"', '"kinds"'));
    await diagnostics(uri, 'one about "kinds"', (found) => own(found).some(({ message }) => message.includes('kinds')));
    await replaceText(editor, text);
    await diagnostics(uri, 'none', (found) => found.length === 0);
  });

  it('shows a wrong type at its place', async () => {
    await replaceText(editor, text.replace(/"length": \d+/, '"length": "two"'));
    const line = behind('"two"').line;
    const found = await diagnostics(uri, `one of ours in line ${line + 1}`, (all) =>
      own(all).some(({ range }) => range.start.line === line),
    );
    assert.ok(found.every(({ range }) => range.start.line === line));
  });

  it('shows what only the data can tell: a row whose class has no word', async () => {
    await replaceText(editor, text.replace('"positive": "great"', '"positve": "great"'));
    await diagnostics(workspaceFile('train.csv'), 'one about "positive"', (all) =>
      own(all).some(({ message }) => message.includes('"positive"')),
    );
    await replaceText(editor, text);
    await diagnostics(workspaceFile('train.csv'), 'none', (all) => all.length === 0);
  });

  it('offers a mend for a misspelt field, and it mends the spec', async () => {
    await replaceText(editor, text.replace('"template"', '"tmplate"'));
    const at = behind('"tmpl');
    await diagnostics(uri, 'one about "tmplate"', (all) => own(all).some(({ message }) => message.includes('tmplate')));
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      new vscode.Range(at, at),
    );
    const mend = fixes.find(({ title, edit }) => edit && title.includes('template'));
    assert.ok(mend?.edit, fixes.map(({ title }) => title).join(', '));
    assert.ok(await vscode.workspace.applyEdit(mend.edit));
    assert.equal(editor.document.getText(), text);
    await diagnostics(uri, 'none', (found) => found.length === 0);
  });

  it('completes data files, columns and models', async () => {
    const labels = async (at: vscode.Position): Promise<string[]> => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', uri, at);
      return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    const files = await labels(behind('"train": "'));
    for (const name of ['train.csv', 'validation.csv', 'test.csv']) assert.ok(files.includes(JSON.stringify(name)), files.join(', '));
    const models = await labels(behind('"taskModel": "'));
    for (const name of ['bundled:causal', 'bundled:masked']) assert.ok(models.includes(JSON.stringify(name)), models.join(', '));
    await replaceText(editor, text.replace('"test.csv" }', '"test.csv", "label": "" }'));
    const columns = await labels(behind('"label": "'));
    for (const name of ['text', 'label']) assert.ok(columns.includes(JSON.stringify(name)), columns.join(', '));
  });

  it('says on hover what the training file holds', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, behind('"train": "tr'));
    const said = hovers
      .flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value)))
      .join('\n')
      .replaceAll('&nbsp;', ' ');
    assert.match(said, /16 rows/);
    assert.match(said, /negative: 8, positive: 8|positive: 8, negative: 8/);
  });

  it('has the lens that starts a run', async () => {
    const lens = await until('the lens', async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
      return lenses.find(({ command }) => command?.command === 'rlprompt.optimize');
    });
    assert.deepEqual(lens.command?.arguments?.map(String), [uri.toString()]);
  });
});
