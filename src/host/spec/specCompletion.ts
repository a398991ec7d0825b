import { dirname, relative, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { getLocation, getNodeValue, parseTree, type Location } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { DatasetOutline } from '../../checks/inspect';
import { DATA_FILES } from './dataFiles';
import type { SpecService } from './specService';

const TEMPLATES = ['{input} {prompt}', '{input} {prompt} {mask} .', '{prompt} {input} {mask} .'];
const CHATS = [
  [
    { role: 'system', content: '{prompt}' },
    { role: 'user', content: '{input}' },
  ],
  [{ role: 'user', content: '{input} {prompt}' }],
];
const MODELS = [
  ['bundled:causal', 'small demonstration model, causal'],
  ['bundled:masked', 'small demonstration model, masked'],
  ['folder:', 'your model folder, relative to this file'],
  ['hf:', 'OWNER/NAME on the Hugging Face Hub'],
  ['openai:', 'MODEL@URL of an OpenAI-compatible server'],
  ['vscode-lm:', "VENDOR/FAMILY of one of VS Code's own models"],
] as const;
/** Masked models write nothing. */
const PROPOSERS = MODELS.filter(([model]) => model !== 'bundled:masked');
const POLICY_MODELS = MODELS.filter(([model]) => ['bundled:causal', 'folder:', 'hf:'].includes(model));

/** Completes what the JSON schema cannot know: data files, their columns and labels, models, templates. */
export class SpecCompletion implements vscode.CompletionItemProvider {
  constructor(private readonly service: SpecService) {}

  async provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[]> {
    const location = getLocation(document.getText(), document.offsetAt(position));
    const offer = (values: readonly unknown[], detail: string) => items(document, position, location, values, detail);
    if (location.isAtPropertyKey) {
      if (location.path[0] !== 'labels' || location.path.length !== 2) return [];
      return offer(labelsOf(await trainOutline(document, this.service), document), 'class');
    }
    switch (location.path.join('.')) {
      case 'data.train':
      case 'data.validation':
      case 'data.test':
        return offer(await dataFiles(document), 'data file');
      case 'data.input':
      case 'data.label':
        return offer((await trainOutline(document, this.service))?.columns ?? [], 'column');
      case 'labels':
        return offer(['auto'], 'search for label words');
      case 'template':
        return [...offer(TEMPLATES, 'template'), ...offer(CHATS, 'messages of a chat')];
      case 'taskModel':
        return MODELS.flatMap(([model, detail]) => offer([model], detail));
      case 'proposer':
        return PROPOSERS.flatMap(([model, detail]) => offer([model], detail));
      case 'policyModel':
        return POLICY_MODELS.flatMap(([model, detail]) => offer([model], detail));
      default:
        return [];
    }
  }
}

/** The columns and labels of a spec's training file; undefined if it cannot be read. */
export async function trainOutline(document: vscode.TextDocument, service: SpecService): Promise<DatasetOutline | undefined> {
  const train = valuesOf(document).data?.train;
  if (typeof train !== 'string' || !vscode.workspace.isTrusted) return undefined;
  const file = resolve(dirname(document.uri.fsPath), train);
  try {
    return await service.inspect(file, (await stat(file)).mtimeMs);
  } catch {
    return undefined;
  }
}

interface SpecValues {
  data?: { train?: unknown; label?: unknown };
}

function valuesOf(document: vscode.TextDocument): SpecValues {
  const tree = parseTree(document.getText(), [], { allowTrailingComma: true });
  const value: unknown = tree && getNodeValue(tree);
  return typeof value === 'object' && value !== null ? value : {};
}

function labelsOf(outline: DatasetOutline | undefined, document: vscode.TextDocument): string[] {
  const named = valuesOf(document).data?.label;
  const column = typeof named === 'string' ? named : outline?.label;
  return column === undefined ? [] : (outline?.labels[column] ?? []).flatMap(({ spellings }) => spellings);
}

async function dataFiles(document: vscode.TextDocument): Promise<string[]> {
  const folder = vscode.Uri.joinPath(document.uri, '..');
  const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, DATA_FILES), '**/{node_modules,.rlprompt}/**', 100);
  return found.map((uri) => relative(folder.fsPath, uri.fsPath).replaceAll('\\', '/')).sort();
}

/** Items that replace the value at the cursor, of a string with its quotes. */
function items(
  document: vscode.TextDocument,
  position: vscode.Position,
  { previousNode }: Location,
  values: readonly unknown[],
  detail: string,
): vscode.CompletionItem[] {
  const offset = document.offsetAt(position);
  const inside = previousNode && previousNode.offset <= offset && offset <= previousNode.offset + previousNode.length;
  const range = inside
    ? new vscode.Range(document.positionAt(previousNode.offset), document.positionAt(previousNode.offset + previousNode.length))
    : new vscode.Range(position, position);
  return values.map((value) => {
    const item = new vscode.CompletionItem(JSON.stringify(value), vscode.CompletionItemKind.Value);
    item.detail = detail;
    item.range = range;
    item.filterText = JSON.stringify(value);
    return item;
  });
}
