import * as vscode from 'vscode';
import { accuracyText, visiblePrompt, type FoundPrompt } from './found';

const WORD = 'rlprompt';
/** The number of its letters to type before the runs are looked up. */
const LETTERS = 2;

/** Completes `rlprompt` in every language with the best prompt of each finished run. */
export class PromptCompletion implements vscode.CompletionItemProvider {
  /** @param prompts of all finished runs, grouped by run, the best first */
  constructor(private readonly prompts: () => Promise<readonly FoundPrompt[]>) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem[] | vscode.CompletionList | undefined> {
    const line = document.lineAt(position).text.slice(0, position.character);
    const typed = /\w*$/.exec(line)![0];
    if (typed === '' || !WORD.startsWith(typed.toLowerCase())) return undefined;
    // Not for every word that begins with r: VS Code asks again with the next letter because the list is incomplete.
    if (typed.length < LETTERS) return new vscode.CompletionList([], true);
    const prompts = await this.prompts();
    if (token.isCancellationRequested) return [];
    const before = line.slice(0, -typed.length);
    const range = new vscode.Range(position.translate(0, -typed.length), position);
    const best = prompts.filter(({ runFolder }, i) => prompts.findIndex((other) => other.runFolder === runFolder) === i);
    const code = await import('./code');
    const lines = document
      .getText()
      .split(/\r\n|\r|\n/)
      .slice(0, position.line);
    const languageId = code.languageAt(document.languageId, lines);
    // In Markdown, the lines above are text.
    const above = languageId === document.languageId ? lines : [];
    return best.flatMap((found, i) => item(code, found, i, languageId, { before, above }, range));
  }
}

type Code = Pick<typeof import('./code'), 'InsertionError' | 'promptString'>;

function item(
  code: Code,
  found: FoundPrompt,
  place: number,
  languageId: string,
  { before, above }: { before: string; above: readonly string[] },
  range: vscode.Range,
): vscode.CompletionItem[] {
  const accuracy = accuracyText(found);
  const completion = new vscode.CompletionItem(
    { label: `${WORD} ${found.taskName}`, detail: ` ${visiblePrompt(found.prompt, 60)}`, ...(accuracy && { description: accuracy }) },
    vscode.CompletionItemKind.Constant,
  );
  try {
    completion.insertText = code.promptString(found, languageId, before, above);
  } catch (error) {
    // The string at the cursor cannot hold the prompt, so the prompt is not offered.
    if (error instanceof code.InsertionError) return [];
    throw error;
  }
  completion.filterText = `${WORD} ${found.taskName}`;
  // After what the language itself offers.
  completion.sortText = `zzz ${WORD} ${String(place).padStart(6, '0')}`;
  completion.range = range;
  completion.keepWhitespace = true;
  completion.detail = originText(found);
  completion.documentation = documentation(found, accuracy);
  return [completion];
}

/** Where a prompt comes from. */
export function originText({ origin }: FoundPrompt): string {
  const { t } = vscode.l10n;
  switch (origin) {
    case 'policy':
      return t('Found by RLPrompt');
    case 'reflect':
      return t('Found by reflection');
    case 'random':
      return t('Found by random search');
    case 'start':
      return t('Starting prompt');
    case 'none':
      return t('No prompt');
    default:
      return t('Your own prompt');
  }
}

function documentation(found: FoundPrompt, accuracy: string | undefined): vscode.MarkdownString {
  const lines: readonly (readonly [string, string])[] = [
    [vscode.l10n.t('Prompt'), visiblePrompt(found.prompt, Infinity)],
    [vscode.l10n.t('Task'), found.taskName],
    [vscode.l10n.t('Model'), found.taskModel],
    [vscode.l10n.t('Template'), found.template],
    [vscode.l10n.t('Held-out accuracy'), accuracy ?? vscode.l10n.t('not scored')],
  ];
  const markdown = new vscode.MarkdownString();
  lines.forEach(([name, value], i) => {
    if (i > 0) markdown.appendMarkdown('  \n');
    markdown.appendMarkdown(`**${name}:** `).appendText(value);
  });
  return markdown;
}
