import * as vscode from 'vscode';
import type { RunHead } from '../../run/view/runView';
import type { Runs } from '../runs/runs';
import { accuracyText, foundPrompt, visiblePrompt, type FoundPrompt } from './found';

/** What inserted code says about where it comes from; `functions.ts` writes it. */
const MARKER = /\bRLPrompt run: (\S+)/;
/** Lines from the marker to the end of what was inserted, at most. */
const MOST_LINES = 400;

/** A prompt in the user's code: the run that it is from, and what that run says of it. */
interface InsertedPrompt {
  readonly line: number;
  readonly head: RunHead;
  readonly found: FoundPrompt | undefined;
  /** A later finished run of the same task. */
  readonly newer: RunHead | undefined;
}

/** The prompts of runs of this workspace in a document. */
export async function insertedPrompts(
  document: Pick<vscode.TextDocument, 'getText'>,
  runs: Pick<Runs, 'views'>,
): Promise<InsertedPrompt[]> {
  const text = document.getText();
  // No run is read for a document without a marker.
  if (!MARKER.test(text)) return [];
  const lines = text.split(/\r\n|\r|\n/);
  const views = await runs.views();
  return lines.flatMap((one, line) => {
    const name = MARKER.exec(one)?.[1];
    const run = name === undefined ? undefined : views.find(({ head }) => folderName(head.id) === name);
    if (!run) return [];
    const { head, rows } = run;
    // A long prompt is in several literals, joined.
    const near = lines
      .slice(line, line + MOST_LINES)
      .join('\n')
      .replace(/"\s*[+,]?\s*\n\s*"/g, '');
    // The longest that is there: a prompt may be part of another.
    const row = [...rows]
      .filter(({ prompt }) => prompt !== '' && near.includes(escaped(prompt)))
      .sort((a, b) => b.prompt.length - a.prompt.length)[0];
    const later = views.filter(
      ({ head: other }) => other.specFile === head.specFile && other.state === 'finished' && other.created > head.created,
    );
    const newer = later.sort((a, b) => (a.head.created < b.head.created ? 1 : -1))[0]?.head;
    return [{ line, head, found: row && foundPrompt(head, row), newer }];
  });
}

/** Above inserted code: its held-out accuracy, which opens the run, and whether a later run of the task has a prompt to replace it. */
export class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly runs: Runs) {
    this.subscription = runs.onDidChangeList(() => this.changed.fire());
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const { t } = vscode.l10n;
    return (await insertedPrompts(document, this.runs)).flatMap(({ line, head, found, newer }) => {
      const range = new vscode.Range(line, 0, line, 0);
      const score =
        found?.accuracy === undefined ? t('not scored on held-out rows') : t('{0}% held out', (100 * found.accuracy).toFixed(1));
      const lens = (title: string, command: string, ...args: unknown[]): vscode.CodeLens =>
        new vscode.CodeLens(range, { title, command, arguments: args });
      return [
        lens(`$(graph-line) ${found ? score : t('RLPrompt run')}`, 'rlprompt.openRun', head.id),
        ...(newer && found ? [lens(`$(sync) ${t('Newer run available')}`, 'rlprompt.replacePrompt', document.uri, line)] : []),
      ];
    });
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

/** `Newer run available`: replaces the inserted code by that of the later run's best prompt, if the user agrees. */
export async function replacePrompt(runs: Runs, uri: vscode.Uri, line: number): Promise<void> {
  const { t } = vscode.l10n;
  const document = await vscode.workspace.openTextDocument(uri);
  const here = (await insertedPrompts(document, runs)).find((one) => one.line === line);
  if (!here?.found || !here.newer) return;
  const { newer } = here;
  const best = (await runs.get(newer.id)).rows.find(({ prompt }) => prompt !== '');
  if (!best) return;
  const next = foundPrompt(newer, best);
  const [replace, open] = [t('Replace'), t('Open Run')];
  const answer = await vscode.window.showInformationMessage(
    t('Replace {0} by {1}?', visiblePrompt(here.found.prompt), visiblePrompt(next.prompt)),
    {
      modal: true,
      detail: t('Held out: {0} before, {1} now.', accuracyText(here.found) ?? t('not scored'), accuracyText(next) ?? t('not scored')),
    },
    replace,
    open,
  );
  if (answer === open) await vscode.commands.executeCommand('rlprompt.openRun', newer.id);
  if (answer !== replace) return;
  const { replaced } = await import('./code');
  const change = replaced(document.getText(), line, document.languageId, here.found, next);
  if (!change) {
    void vscode.window.showWarningMessage(
      t(
        'This code was changed since it was inserted, so RLPrompt leaves it as it is. Insert the new prompt with “Insert Prompt Snippet…”.',
      ),
    );
    return;
  }
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(document.positionAt(change.offset), document.positionAt(change.offset + change.length)), change.text);
  await vscode.workspace.applyEdit(edit);
}

function folderName(id: string): string {
  return id.replaceAll('\\', '/').split('/').at(-1)!;
}

/** A prompt as most languages write it between double quotes. */
function escaped(prompt: string): string {
  return JSON.stringify(prompt).slice(1, -1);
}
