import * as assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { extension } from './extension';
import { diagnostics, openFile, replaceText, workspaceFile } from './workspace';

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
});
