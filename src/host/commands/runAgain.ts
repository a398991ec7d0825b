import { parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import { budgetField } from '../../spec/kind';
import type { Fix } from '../../spec/problem';
import { MOST_TOKENS } from '../../spec/promptLength';
import type { Panels } from '../panel/panels';
import type { Runs } from '../runs/runs';
import { askWord } from '../spec/labelWords';
import { editsOf } from '../spec/specEdits';
import { askModel } from './pickModel';
import { mayRun } from './trust';

/** The fields of a spec that are asked for, as far as the spec has them. */
interface Given {
  readonly labels?: Readonly<Record<string, string>> | string;
}

/** What may differ in the next run: a seed of its own, or a change of the spec. */
type Change = { readonly seed: number } | Pick<Fix, 'path' | 'change' | 'also'>;

/**
 * `Run Again with…`: starts another run of a run's task with another seed, length, budget, model or label words. All but the
 * seed are written into the spec, where they can be undone; the run keeps the spec that it began with.
 */
export async function runAgain(runs: Runs, panels: Panels, id: string): Promise<void> {
  if (!(await mayRun())) return;
  const { t } = vscode.l10n;
  const { specFile, seed, name, taskModel, summary, promptLength, queryBudget, texts } = (await runs.get(id)).head;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(specFile));
  const given = (parse(document.getText()) ?? {}) as Given;
  const seeds = (await runs.list()).filter((head) => head.specFile === specFile).map((head) => head.seed);
  const number = async (title: string, value: number, least: number, most: number): Promise<number | undefined> => {
    const validateInput = (text: string): string | undefined =>
      /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most
        ? undefined
        : t('Enter a whole number from {0} to {1}.', least, most);
    const typed = await vscode.window.showInputBox({ title, value: String(value), validateInput });
    return typed === undefined ? undefined : Number(typed);
  };
  const set = (path: Fix['path'], value: unknown): Change | undefined => (value === undefined ? undefined : { path, change: { value } });
  const budget = queryBudget * (texts?.samples ?? 1);
  const words =
    typeof given.labels === 'object' ? given.labels : Object.fromEntries((summary?.classes ?? []).map(({ label, word }) => [label, word]));
  const items: (vscode.QuickPickItem & { ask(): Promise<Change | undefined> })[] = [
    {
      label: t('Another seed'),
      description: t('was {0}', seed),
      ask: async () => {
        const next = await number(t('Seed'), Math.max(...seeds, seed) + 1, 0, 0x7fffffff);
        return next === undefined ? undefined : { seed: next };
      },
    },
    {
      label: t('Another prompt length'),
      description: t('was {0} tokens', promptLength),
      ask: async () => set(['prompt', 'length'], await number(t('Tokens per prompt'), promptLength, 1, MOST_TOKENS)),
    },
    {
      label: t('Another budget'),
      description: texts ? t('was {0} generations', budget) : t('was {0} queries', budget),
      ask: async () => {
        const field = budgetField(texts ? 'generation' : 'classification');
        return set(['search', field], await number(texts ? t('Generations') : t('Queries'), budget, 1, 1_000_000_000));
      },
    },
    {
      label: t('Another model'),
      description: t('was {0}', taskModel),
      ask: async () => set(['taskModel'], await askModel(specFile, taskModel)),
    },
    ...(Object.keys(words).length === 0
      ? []
      : [
          {
            label: t('Other label words'),
            description: Object.values(words).join(', '),
            ask: async () => set(['labels'], await askWords(words)),
          },
        ]),
  ];
  const change = await (await vscode.window.showQuickPick(items, { title: t('Run {0} again with…', name) }))?.ask();
  if (!change) return;
  if (!('seed' in change) && !(await written(document, change))) return;
  await panels.show(runs.optimize(specFile, 'seed' in change ? change.seed : seed));
}

/** Asks for the word of each class, which may stay as it is. */
async function askWords(words: Readonly<Record<string, string>>): Promise<Record<string, string> | undefined> {
  const next: Record<string, string> = { ...words };
  const labels = Object.keys(words);
  for (const [i, label] of labels.entries()) {
    const title = vscode.l10n.t('Label words ({0}/{1})', i + 1, labels.length);
    const others = Object.fromEntries(labels.slice(0, i).map((other) => [other, next[other]!]));
    const word = await askWord(title, label, [], others, undefined, words[label]);
    if (word === undefined) return undefined;
    next[label] = word;
  }
  return next;
}

async function written(document: vscode.TextDocument, change: Pick<Fix, 'path' | 'change' | 'also'>): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, content } of editsOf(document.getText(), change))
    edit.replace(document.uri, new vscode.Range(document.positionAt(offset), document.positionAt(offset + length)), content);
  return (await vscode.workspace.applyEdit(edit)) && document.save();
}
