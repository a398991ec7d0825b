import { dirname, relative, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { getLocation, getNodeValue, parseTree, type Location } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { DatasetOutline } from '../../checks/inspect';
import type { SpecService } from './specService';

const TEMPLATES = ['{input} {prompt}', '{input} {prompt} {mask} .', '{prompt} {input} {mask} .'];
const MODELS = [
  ['bundled:causal', 'the small causal model that comes with RLPrompt'],
  ['bundled:masked', 'the small masked model that comes with RLPrompt'],
  ['folder:', 'a model folder of yours, relative to this file'],
  ['hf:', 'OWNER/NAME on the Hugging Face hub'],
  ['openai:', 'MODEL@URL of an OpenAI-compatible server'],
  ['vscode-lm:', "VENDOR/FAMILY of one of VS Code's own models"],
] as const;

/** Completion of what the JSON schema cannot know: data files, their columns and labels, models, templates. */
export class SpecCompletion implements vscode.CompletionItemProvider {
  constructor(private readonly service: SpecService) {}

  async provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[]> {
    const text = document.getText();
    const location = getLocation(text, document.offsetAt(position));
    const path = location.path.join('.');
    if (location.isAtPropertyKey) {
      if (location.path[0] !== 'labels' || location.path.length !== 2) return [];
      const outline = await this.outline(document);
      return items(document, position, location, labelsOf(outline, document), 'class');
    }
    switch (path) {
      case 'data.train':
      case 'data.validation':
      case 'data.test':
        return items(document, position, location, await dataFiles(document), 'data file');
      case 'data.input':
      case 'data.label':
        return items(document, position, location, (await this.outline(document))?.columns ?? [], 'column');
      case 'template':
        return items(document, position, location, TEMPLATES, 'template');
      case 'taskModel':
        return MODELS.flatMap(([model, detail]) => items(document, position, location, [model], detail));
      case 'policyModel':
        return MODELS.slice(0, 4)
          .filter(([model]) => model !== 'bundled:masked')
          .flatMap(([model, detail]) => items(document, position, location, [model], detail));
      default:
        return [];
    }
  }

  private async outline(document: vscode.TextDocument): Promise<DatasetOutline | undefined> {
    return trainOutline(document, this.service);
  }
}

/** What the training file of a spec holds; undefined where it cannot be read. */
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
  return column === undefined ? [] : (outline?.labels[column] ?? []).map(({ label }) => label);
}

async function dataFiles(document: vscode.TextDocument): Promise<string[]> {
  const folder = vscode.Uri.joinPath(document.uri, '..');
  const found = await vscode.workspace.findFiles(
    new vscode.RelativePattern(folder, '**/*.{csv,tsv,jsonl}'),
    '**/{node_modules,.rlprompt}/**',
    100,
  );
  return found.map((uri) => relative(folder.fsPath, uri.fsPath).replaceAll('\\', '/')).sort();
}

/** Items that take the place of the string at the cursor, quotes and all. */
function items(
  document: vscode.TextDocument,
  position: vscode.Position,
  { previousNode }: Location,
  values: readonly string[],
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
