import * as vscode from 'vscode';
import { accuracyText, visiblePrompt, type FoundPrompt } from './found';
import { hasFunction } from './functionLanguages';
import { insertPrompt } from './insertPrompt';
import type { LastEditor } from './lastEditor';
import { originText } from './promptCompletion';
import type { InsertForm } from '../../messages/page';

interface PromptItem extends vscode.QuickPickItem {
  readonly found?: FoundPrompt;
}

type Choice = { readonly found: FoundPrompt; readonly form: InsertForm | 'copy' | 'show' };

/**
 * `Insert Prompt Snippet`: lets the user pick a prompt of a finished run and inserts it into the last editor.
 * @param prompts of all finished runs, grouped by run, the best first
 */
export async function insertSnippet(prompts: () => Promise<readonly FoundPrompt[]>, lastEditor: LastEditor): Promise<void> {
  const found = await prompts();
  if (found.length === 0) {
    const optimize = vscode.l10n.t('Optimize Prompt');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('There is no finished run in this workspace yet, so there is no prompt to insert.'),
      optimize,
    );
    if (answer === optimize) await vscode.commands.executeCommand('rlprompt.optimize');
    return;
  }
  const choice = await choose(found, lastEditor.languageId, await import('./code'));
  if (!choice) return;
  if (choice.form === 'copy') {
    await vscode.env.clipboard.writeText(choice.found.prompt);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Prompt copied'), 3000);
    return;
  }
  if (choice.form === 'show') {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: choice.found.prompt }));
    return;
  }
  const editor = await lastEditor.open(true);
  if (editor) await insertPrompt(choice.found, choice.form, editor);
}

function choose(
  found: readonly FoundPrompt[],
  languageId: string | undefined,
  { hasClassifier }: Pick<typeof import('./code'), 'hasClassifier'>,
): Promise<Choice | undefined> {
  const asFunction = { iconPath: new vscode.ThemeIcon('symbol-method'), tooltip: vscode.l10n.t('Insert as Function') };
  const asClassifier = { iconPath: new vscode.ThemeIcon('symbol-class'), tooltip: vscode.l10n.t('Insert as Classifier') };
  const show = { iconPath: new vscode.ThemeIcon('eye'), tooltip: vscode.l10n.t('Show Whole Prompt') };
  const copy = { iconPath: new vscode.ThemeIcon('copy'), tooltip: vscode.l10n.t('Copy Prompt') };
  // Without an editor yet, the user may choose one of any language; in Markdown, one may be in a code fence.
  const open = languageId === undefined || languageId === 'markdown';
  const buttons = (prompt: FoundPrompt): vscode.QuickInputButton[] => [
    ...(open || hasFunction(languageId) ? [asFunction] : []),
    ...(hasClassifier(prompt, open ? 'python' : languageId) ? [asClassifier] : []),
    ...(visiblePrompt(prompt.prompt) === visiblePrompt(prompt.prompt, Infinity) ? [] : [show]),
    copy,
  ];
  const pick = vscode.window.createQuickPick<PromptItem>();
  pick.title = vscode.l10n.t('Insert Prompt Snippet');
  pick.placeholder = vscode.l10n.t('Which prompt?');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = found.flatMap((prompt, i) => [
    ...(prompt.runFolder === found[i - 1]?.runFolder ? [] : [separator(prompt)]),
    { ...entry(prompt), buttons: buttons(prompt) },
  ]);
  return new Promise((resolve) => {
    const end = (choice: Choice | undefined): void => {
      resolve(choice);
      pick.dispose();
    };
    pick.onDidAccept(() => {
      const prompt = pick.selectedItems[0]?.found;
      end(prompt && { found: prompt, form: 'string' });
    });
    pick.onDidTriggerItemButton(({ item, button }) => {
      const form = (
        [
          [copy, 'copy'],
          [show, 'show'],
          [asClassifier, 'classifier'],
        ] as const
      ).find(([one]) => one === button)?.[1];
      if (item.found) end({ found: item.found, form: form ?? 'function' });
    });
    pick.onDidHide(() => end(undefined));
    pick.show();
  });
}

function separator({ taskName, created }: FoundPrompt): PromptItem {
  const time = new Date(created).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
  return { label: `${taskName} · ${time}`, kind: vscode.QuickPickItemKind.Separator };
}

function entry(found: FoundPrompt): PromptItem {
  return {
    label: withoutIcons(found.prompt === '' ? vscode.l10n.t('(no prompt)') : visiblePrompt(found.prompt)),
    description: accuracyText(found) ?? vscode.l10n.t('not scored on held-out rows'),
    detail: withoutIcons(`${originText(found)} · ${found.taskModel} · ${found.template.replaceAll('\n', ' ')}`),
    found,
  };
}

/** `$(name)` in a label is an icon unless there is a backslash before it. */
function withoutIcons(text: string): string {
  return text.replace(/\$\((?=[\w-]+(?:~\w+)?\))/g, '\\$(');
}
