import * as vscode from 'vscode';
import type { SpecService } from './specService';

/** A word for each class; the user is asked only where the label itself is not a word that the model can say. */
export async function askWords(
  service: SpecService,
  classes: readonly string[],
  model: string,
): Promise<Record<string, string> | undefined> {
  const suggested = await service.suggestWords(classes, model);
  const words: Record<string, string> = {};
  for (const label of classes) {
    const word = suggested[label]?.word;
    if (word !== undefined && !Object.values(words).includes(word)) words[label] = word;
  }
  const open = classes.filter((label) => words[label] === undefined);
  for (const [i, label] of open.entries()) {
    const title = vscode.l10n.t('Label words ({0}/{1})', i + 1, open.length);
    const word = await askWord(title, label, suggested[label]?.close ?? [], words);
    if (word === undefined) return undefined;
    words[label] = word;
  }
  return Object.fromEntries(classes.map((label) => [label, words[label]!]));
}

/** Asks for the word of one class; `words` are those of all classes so far. @param wrong why the word so far does not do @param value the word so far */
export async function askWord(
  title: string,
  label: string,
  close: readonly string[],
  words: Readonly<Record<string, string>>,
  wrong?: string,
  value = '',
): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const question = t('Which word should the model say for the class “{0}”?', label);
  const word = await vscode.window.showInputBox({
    title,
    value,
    prompt: wrong === undefined ? question : `${question} ${wrong}`,
    placeHolder: close.length > 0 ? t('for example {0}', close.join(', ')) : t('for example great'),
    ignoreFocusOut: true,
    validateInput: (text) => {
      if (text.trim() === '') return t('Enter a word.');
      const twin = Object.keys(words).find((other) => other !== label && words[other] === text.trim());
      return twin === undefined ? undefined : t('The class “{0}” already has this word.', twin);
    },
  });
  return word?.trim();
}
