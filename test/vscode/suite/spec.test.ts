import * as assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { diagnostics, openFile, replaceText, workspaceFile } from './workspace';

describe('a task spec in the editor', () => {
  const SPEC = 'sentiment.prompt-task.json';
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    editor = await openFile(SPEC);
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('is JSON with comments, and the example has no problem', async () => {
    assert.equal(editor.document.languageId, 'jsonc');
    // A problem put in and taken out again: then it is known that the checks have run.
    const text = editor.document.getText();
    await replaceText(editor, text.replace('"kind"', '"kinds"'));
    await diagnostics(workspaceFile(SPEC), 'one about "kinds"', (found) => found.some(({ message }) => message.includes('kinds')));
    await replaceText(editor, text);
    await diagnostics(workspaceFile(SPEC), 'none', (found) => found.length === 0);
  });

  it('shows a wrong type at its place', async () => {
    await replaceText(editor, editor.document.getText().replace(/"length": \d+/, '"length": "two"'));
    const line = editor.document
      .getText()
      .split('\n')
      .findIndex((text) => text.includes('"two"'));
    const found = await diagnostics(workspaceFile(SPEC), `one in line ${line + 1}`, (all) =>
      all.some(({ range }) => range.start.line === line),
    );
    assert.ok(found.every(({ range }) => range.start.line === line));
  });
});
