import { getLocation } from 'jsonc-parser';
import * as vscode from 'vscode';
import { trainOutline } from './specCompletion';
import type { SpecService } from './specService';

/** Describes the training file on the fields of a spec that name it; the schema explains the fields themselves. */
export class SpecHover implements vscode.HoverProvider {
  constructor(private readonly service: SpecService) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const { path, isAtPropertyKey } = getLocation(document.getText(), document.offsetAt(position));
    if (isAtPropertyKey || !['data.train', 'data.input', 'data.label'].includes(path.join('.'))) return undefined;
    const outline = await trainOutline(document, this.service);
    if (!outline) return undefined;
    const { t } = vscode.l10n;
    const rows = outline.more ? t('more than {0} rows', outline.rows) : t('{0} rows', outline.rows);
    const classes = outline.label === undefined ? [] : (outline.labels[outline.label] ?? []);
    const markdown = new vscode.MarkdownString();
    markdown.appendText(`${rows}; ${t('columns')}: ${outline.columns.join(', ')}`);
    if (classes.length > 0)
      markdown.appendMarkdown('\n\n').appendText(
        classes
          .slice(0, 12)
          .map(({ label, count }) => `${label}: ${count}`)
          .join(', '),
      );
    return new vscode.Hover(markdown);
  }
}
