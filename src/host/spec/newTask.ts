import { basename, dirname, join } from 'node:path';
import { readdir, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { DatasetOutline } from '../../checks/inspect';
import { SPEC_ENDING } from '../commands/pickSpec';
import { DATA_ENDINGS, DATA_FILES } from './dataFiles';
import { askWords } from './labelWords';
import { settleSpec } from './settleSpec';
import { inOrder, newTaskName, siblings, specText, textSpec, type NewFiles } from './specText';
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
  const { reference } = outline;
  // Right answers may repeat, too.
  const texts = Object.entries(outline.labels).every(([column, found]) => column === reference && found.length > MOST_CLASSES);
  if (texts) return newTextTask(service, data, outline);
  const label = outline.label ?? (await pickColumn(t('Which column of {0} has the class?', name), classColumns(outline)));
  if (label === undefined) return undefined;
  const input = await inputColumn(name, outline, label);
  if (input === undefined) return undefined;
  const found = outline.labels[label]!;
  const classes = inOrder(found.map((one) => one.label));
  if (classes.length > MOST_CLASSES)
    throw new Error(
      t('The column {0} has {1} different values; a classification task has at most {2}.', label, classes.length, MOST_CLASSES),
    );
  const settings = vscode.workspace.getConfiguration('rlprompt', data);
  const taskModel = settings.get<string>('defaultTaskModel', 'bundled:causal');
  // A run searches for words, but a server can only be tried on words that labels name.
  const asks = isServer(taskModel) && !classes.every((one) => /\p{L}{2}/u.test(one));
  const words = asks ? await askWords(service, classes, taskModel) : {};
  if (!words) return undefined;
  const ignoreCase = found.some(({ spellings }) => spellings.length > 1);
  return write(service, data, words, (files, settled) =>
    specText({ ...files, input, label, ignoreCase, words: asks ? settled : undefined, classes: classes.length }),
  );
}

/** A task of generated texts, for rows that have right outputs in place of a class. */
async function newTextTask(service: SpecService, data: vscode.Uri, outline: DatasetOutline): Promise<vscode.Uri | undefined> {
  const name = basename(data.fsPath);
  const { reference } = outline;
  if (reference === undefined)
    throw new Error(
      vscode.l10n.t(
        '{0} has no column of classes, with at least two different short values that each occur on several rows, and none of right answers, with a name such as answer, expected or summary. Its columns are {1}.',
        name,
        outline.columns.join(', '),
      ),
    );
  const input = await inputColumn(name, outline, reference);
  return input === undefined ? undefined : write(service, data, {}, (files) => textSpec({ ...files, input, reference }));
}

/** The column with the texts; the user chooses where that is not clear. */
async function inputColumn(name: string, { columns, input, sample }: DatasetOutline, other: string): Promise<string | undefined> {
  const texts = columns.filter((column) => column !== other);
  if (input !== undefined && input !== other) return input;
  if (texts.length === 1) return texts[0];
  return pickColumn(
    vscode.l10n.t('Which column of {0} has the text?', name),
    texts.map((label) => ({ label, detail: sample[label] ?? '' })),
  );
}

/** Writes the spec beside the data, once its own check finds nothing wrong, and opens it. */
async function write(
  service: SpecService,
  data: vscode.Uri,
  words: Record<string, string>,
  text: (files: NewFiles, words: Record<string, string>) => string,
): Promise<vscode.Uri | undefined> {
  const [name, folder] = [basename(data.fsPath), dirname(data.fsPath)];
  const spec = await freeSpec(folder, newTaskName(name, folder));
  if (!spec) return undefined;
  if (spec.exists) return open(spec.uri);
  const settings = vscode.workspace.getConfiguration('rlprompt', data);
  const files = {
    train: name,
    ...siblings(name, await readdir(folder)),
    taskModel: settings.get<string>('defaultTaskModel', 'bundled:causal'),
    policyModel: settings.get<string>('defaultPolicyModel', 'bundled:causal'),
  };
  const settled = await settleSpec(service, spec.uri.fsPath, words, (all) => text(files, all));
  if (settled === undefined) return undefined;
  await vscode.workspace.fs.writeFile(spec.uri, Buffer.from(settled));
  return open(spec.uri);
}

function isServer(model: string): boolean {
  return model.startsWith('openai:') || model.startsWith('vscode-lm:');
}

async function pickDataset(): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const found = await vscode.workspace.findFiles(DATA_FILES, '**/{node_modules,.rlprompt}/**', 200);
  const browse = t('$(folder-opened) Browse…');
  const items = [
    ...found.map((uri) => ({ label: basename(uri.path), description: vscode.workspace.asRelativePath(uri), uri })),
    { label: browse, uri: undefined },
  ];
  const picked = await vscode.window.showQuickPick(items, { placeHolder: t('Which file has the labeled rows?') });
  if (!picked || picked.uri) return picked?.uri;
  const filters = { [t('Data')]: [...DATA_ENDINGS, 'json'] };
  return (await vscode.window.showOpenDialog({ filters, openLabel: t('Use This File') }))?.[0];
}

/** The columns that may hold the class, with their most frequent values; those with the fewest values come first. */
function classColumns({ labels }: DatasetOutline): vscode.QuickPickItem[] {
  return Object.entries(labels)
    .sort(([, a], [, b]) => a.length - b.length)
    .map(([label, found]) => ({
      label,
      description: vscode.l10n.t('{0} classes', found.length),
      detail: found.map((one) => `${one.label} (${one.count})`).join(', '),
    }));
}

async function pickColumn(placeHolder: string, columns: readonly vscode.QuickPickItem[]): Promise<string | undefined> {
  return (await vscode.window.showQuickPick(columns, { placeHolder }))?.label;
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
