import { getLocation } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { DatasetOutline } from '../../checks/inspect';
import { trainOutline } from './specCompletion';
import type { SpecService } from './specService';

/** Describes the data on the fields of a spec that name it; the schema explains the fields themselves. */
export class SpecHover implements vscode.HoverProvider {
  constructor(private readonly service: SpecService) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const { path, isAtPropertyKey } = getLocation(document.getText(), document.offsetAt(position));
    if (isAtPropertyKey || !['train', 'validation', 'test', 'input', 'label'].some((field) => path.join('.') === `data.${field}`))
      return undefined;
    const outline = await trainOutline(document, this.service);
    if (!outline) return undefined;
    const { t } = vscode.l10n;
    const markdown = new vscode.MarkdownString();
    // Where the spec is wrong or the data large, the outline says what it can.
    const preview = await this.service.preview(document.getText(), document.uri.fsPath).catch(() => []);
    const lines = preview.length > 0 ? preview : outlineLines(outline);
    for (const line of [...lines, `${t('columns')}: ${outline.columns.join(', ')}`]) markdown.appendText(line).appendMarkdown('\n\n');
    return new vscode.Hover(markdown);
  }
}

function outlineLines({ rows, more, label, labels }: DatasetOutline): string[] {
  const { t } = vscode.l10n;
  const classes = label === undefined ? [] : (labels[label] ?? []).slice(0, 12);
  return [
    more ? t('more than {0} rows', rows) : t('{0} rows', rows),
    ...(classes.length > 0 ? [classes.map(({ label, count }) => `${label} ${count}`).join(', ')] : []),
  ];
}
