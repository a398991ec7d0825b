import { basename, dirname, join } from 'node:path';
import { readdir, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { DatasetOutline } from '../../checks/inspect';
import { SPEC_ENDING } from '../commands/pickSpec';
import { inOrder, newTaskName, siblings, specText } from './specText';
import type { SpecService } from './specService';

const MOST_CLASSES = 20;

/**
 * `New Task from a Dataset`: reads columns and labels from the file and asks for what it cannot know. The spec is written
 * beside the data and opened; undefined if the user cancels.
 */
export async function newTaskFromDataset(service: SpecService, file?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const data = file ?? (await pickDataset());
  if (!data) return undefined;
  const { t } = vscode.l10n;
  const outline = await service.inspect(data.fsPath, (await stat(data.fsPath)).mtimeMs);
  const name = basename(data.fsPath);
  if (Object.keys(outline.labels).length === 0)
    throw new Error(
      t(
        '{0} has no column of classes, with at least two different short values that each occur on several rows. Its columns are {1}.',
        name,
        outline.columns.join(', '),
      ),
    );
  const label = outline.label ?? (await pickColumn(t('Which column of {0} has the class?', name), outline, Object.keys(outline.labels)));
  if (label === undefined) return undefined;
  const texts = outline.columns.filter((column) => column !== label);
  const input =
    outline.input !== undefined && outline.input !== label
      ? outline.input
      : texts.length === 1
        ? texts[0]
        : await pickColumn(t('Which column of {0} has the text?', name), outline, texts);
  if (input === undefined) return undefined;
  const classes = inOrder(outline.labels[label]!.map((one) => one.label));
  if (classes.length > MOST_CLASSES)
    throw new Error(
      t('The column {0} has {1} different values; a classification task has at most {2}.', label, classes.length, MOST_CLASSES),
    );
  const settings = vscode.workspace.getConfiguration('rlprompt', data);
  const taskModel = settings.get<string>('defaultTaskModel', 'bundled:causal');
  const words = await askWords(service, classes, taskModel);
  if (!words) return undefined;
  const folder = dirname(data.fsPath);
  const spec = await freeSpec(folder, newTaskName(name, folder));
  if (!spec) return undefined;
  if (spec.exists) return open(spec.uri);
  const policyModel = settings.get<string>('defaultPolicyModel', 'bundled:causal');
  const text = specText({ train: name, ...siblings(name, await readdir(folder)), input, label, words, taskModel, policyModel });
  await vscode.workspace.fs.writeFile(spec.uri, Buffer.from(text));
  return open(spec.uri);
}

async function pickDataset(): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const found = await vscode.workspace.findFiles('**/*.{csv,tsv,jsonl}', '**/{node_modules,.rlprompt}/**', 200);
  const browse = t('$(folder-opened) Browse…');
  const items = [
    ...found.map((uri) => ({ label: basename(uri.path), description: vscode.workspace.asRelativePath(uri), uri })),
    { label: browse, uri: undefined },
  ];
  const picked = await vscode.window.showQuickPick(items, { placeHolder: t('Which file has the labeled rows?') });
  if (!picked || picked.uri) return picked?.uri;
  const filters = { [t('Data')]: ['csv', 'tsv', 'jsonl'] };
  return (await vscode.window.showOpenDialog({ filters, openLabel: t('Use This File') }))?.[0];
}

async function pickColumn(placeHolder: string, { sample }: DatasetOutline, columns: readonly string[]): Promise<string | undefined> {
  const items = columns.map((label) => ({ label, detail: sample[label] ?? '' }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.label;
}

/** A word for each class; the user is asked only where the label itself is not a word that the model can say. */
async function askWords(service: SpecService, classes: readonly string[], model: string): Promise<Record<string, string> | undefined> {
  const { t } = vscode.l10n;
  const suggested = await service.suggestWords(classes, model);
  const words: Record<string, string> = {};
  for (const label of classes) if (suggested[label]?.word !== undefined) words[label] = suggested[label].word;
  const open = classes.filter((label) => words[label] === undefined);
  for (const [i, label] of open.entries()) {
    const close = suggested[label]?.close ?? [];
    const word = await vscode.window.showInputBox({
      title: t('Label words ({0}/{1})', i + 1, open.length),
      prompt: t('Which word should the model say for the class “{0}”?', label),
      placeHolder: close.length > 0 ? t('for example {0}', close.join(', ')) : t('for example great'),
      ignoreFocusOut: true,
      validateInput: (text) => {
        if (text.trim() === '') return t('Enter a word.');
        const twin = Object.keys(words).find((other) => other !== label && words[other] === text.trim());
        return twin === undefined ? undefined : t('The class “{0}” already has this word.', twin);
      },
    });
    if (word === undefined) return undefined;
    words[label] = word.trim();
  }
  return Object.fromEntries(classes.map((label) => [label, words[label]!]));
}

/** Where the new spec goes; if there is one already, the user chooses between it and another. */
async function freeSpec(folder: string, name: string): Promise<{ uri: vscode.Uri; exists: boolean } | undefined> {
  const files = new Set(await readdir(folder));
  const at = (stem: string): vscode.Uri => vscode.Uri.file(join(folder, stem + SPEC_ENDING));
  if (!files.has(name + SPEC_ENDING)) return { uri: at(name), exists: false };
  const { t } = vscode.l10n;
  const [use, another] = [t('Open'), t('Create Another')];
  const answer = await vscode.window.showInformationMessage(t('{0} already exists.', name + SPEC_ENDING), use, another);
  if (answer === use) return { uri: at(name), exists: true };
  if (answer !== another) return undefined;
  let n = 2;
  while (files.has(`${name}-${n}${SPEC_ENDING}`)) n++;
  return { uri: at(`${name}-${n}`), exists: false };
}

async function open(uri: vscode.Uri): Promise<vscode.Uri> {
  await vscode.window.showTextDocument(uri, { preview: false });
  return uri;
}
