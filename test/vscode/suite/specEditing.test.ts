import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { diagnostics, openFile, replaceText, until, workspaceFile } from './workspace';

const SPEC = 'sentiment.prompt-task.json';
const text = (uri: vscode.Uri): Thenable<string> => vscode.workspace.fs.readFile(uri).then((bytes) => Buffer.from(bytes).toString());

async function edited(change: (spec: string) => string): Promise<vscode.TextEditor> {
  const editor = await openFile(SPEC);
  await replaceText(editor, change(await text(workspaceFile(SPEC))));
  return editor;
}

/** The position of a text in an editor, `inside` characters into it. */
function placeOf({ document }: vscode.TextEditor, wanted: string, inside = 1): vscode.Position {
  const at = document.getText().indexOf(wanted);
  assert.ok(at >= 0, wanted);
  return document.positionAt(at + inside);
}

describe('editing a task spec', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('marks an unknown field, and repairs it on a click', async () => {
    const editor = await edited((spec) => spec.replace('"template"', '"tmplate"'));
    const { uri } = editor.document;
    const [problem] = await diagnostics(uri, 'the unknown field', (all) => all.some(({ source }) => source === 'RLPrompt'));
    const own = vscode.languages.getDiagnostics(uri).find(({ source }) => source === 'RLPrompt') ?? problem!;
    assert.match(own.message, /no field "tmplate"/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, own.range);
    const rename = actions.find(({ title }) => title === 'Rename to "template"');
    assert.ok(rename?.edit, actions.map(({ title }) => title).join());
    await vscode.workspace.applyEdit(rename.edit);
    assert.ok(editor.document.getText().includes('"template"'));
    await diagnostics(uri, 'none', (all) => all.length === 0);
  });

  it('finds what only the data and the model can tell', async () => {
    const editor = await edited((spec) => spec.replace('"terrible"', '"terrible"').replace('"train.csv"', '"missing.csv"'));
    await diagnostics(editor.document.uri, 'the missing file', (all) => all.some(({ message }) => message.includes('no such data file')));
    await replaceText(editor, (await text(workspaceFile(SPEC))).replace('"negative": "terrible"', '"negative": "great"'));
    await diagnostics(editor.document.uri, 'two classes with one word', (all) =>
      all.some(({ message }) => message.includes('two classes have the same label word')),
    );
  });

  it('completes data files, columns, labels and models', async () => {
    const editor = await edited((spec) =>
      spec
        .replace('"train": "train.csv"', '"train": "train.csv", "input": ""')
        .replace('"taskModel"', '"proposer": "openai:x", "taskModel"'),
    );
    const labels = async (position: vscode.Position): Promise<string[]> => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        editor.document.uri,
        position,
      );
      return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    assert.ok((await labels(placeOf(editor, '"train.csv"'))).includes('"validation.csv"'));
    assert.ok((await labels(placeOf(editor, '"input": ""', 10))).includes('"text"'));
    assert.ok((await labels(placeOf(editor, '"bundled:causal"'))).includes('"bundled:masked"'));
    assert.ok((await labels(placeOf(editor, '"openai:x"'))).includes('"vscode-lm:"'));
    assert.ok((await labels(placeOf(editor, '"{input} {prompt}"'))).includes('"{input} {prompt} {mask} ."'));
  });

  it('says on a hover what the training file holds', async () => {
    const editor = await openFile(SPEC);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      editor.document.uri,
      placeOf(editor, '"train.csv"', 3),
    );
    const said = hovers
      .flatMap(({ contents }) => contents.map((content) => (content instanceof vscode.MarkdownString ? content.value : '')))
      .join('\n');
    const plain = said.replaceAll('&nbsp;', ' ');
    assert.match(plain, /columns: text, label/);
    assert.match(plain, /positive \d+/);
  });

  it('has lenses that start a run', async () => {
    const editor = await openFile(SPEC);
    const titles = await until('lenses', async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', editor.document.uri, 10);
      const found = lenses.flatMap(({ command }) => command?.title ?? []);
      return found.length > 0 ? found : undefined;
    });
    assert.ok(
      titles.some((title) => title.includes('Optimize Prompt')),
      titles.join(),
    );
  });

  it('makes a spec from a dataset whose columns and labels speak for themselves', async () => {
    const data = workspaceFile('mail.csv');
    const rows = Array.from({ length: 12 }, (_, i) => `"Message number ${i}, with some words in it.",${i % 2 ? 'sports' : 'business'}`);
    await vscode.workspace.fs.writeFile(data, Buffer.from(`text,label\n${rows.join('\n')}\n`));
    void vscode.commands.executeCommand('rlprompt.newTask', data);
    const spec = workspaceFile('mail.prompt-task.json');
    const written = await until<string>('the spec', async () => {
      try {
        return await text(spec);
      } catch {
        return undefined;
      }
    });
    assert.match(written, /"train": "mail.csv", "input": "text", "label": "label"/);
    assert.match(written, /"labels": "auto"/);
    await until('the spec in an editor', () => (vscode.window.activeTextEditor?.document.uri.path === spec.path ? true : undefined));
    await vscode.commands.executeCommand('notifications.clearAll');
  });
});
