import * as vscode from 'vscode';
import type { RunHead } from '../../run/view/runView';
import { showError } from '../errors';
import { SPEC_ENDING } from './pickSpec';
import type { Panels } from '../panel/panels';
import type { RunPanel } from '../panel/runPanel';
import { runInNotification } from '../runs/shortJob';
import type { Engines } from '../runs/engines';
import type { Runs } from '../runs/runs';
import { threads } from '../settings';
import { pickRun } from './pickRun';
import { mayRun } from './trust';

/** `Evaluate Prompt`: scores a prompt that the user types or has selected, in the table of a run. */
export class Evaluation {
  constructor(
    private readonly runs: Runs,
    private readonly panels: Panels,
    private readonly engines: Engines,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** @param on a run's id, or a spec, for its latest run */
  async command(on?: string | vscode.Uri): Promise<void> {
    if (!(await mayRun())) return;
    const id = await this.run(on);
    if (id === undefined) return;
    const editor = vscode.window.activeTextEditor;
    const selected = editor && !editor.document.fileName.endsWith(SPEC_ENDING) ? editor.document.getText(editor.selection) : '';
    const prompt = await vscode.window.showInputBox({
      title: vscode.l10n.t('Evaluate a prompt'),
      prompt: vscode.l10n.t('RLPrompt scores it on the training, validation and held-out rows of the task.'),
      value: selected,
      validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('The table already has the empty prompt.') : undefined),
    });
    if (prompt === undefined) return;
    await this.panels.show(id);
    await this.score(id, prompt);
  }

  /** Scores a prompt on a run's task; the run's panel shows the progress. */
  async score(id: string, prompt: string): Promise<void> {
    if (!(await mayRun())) return;
    // The panel may be closed or opened while the prompt is scored.
    const page = (): RunPanel['page'] | undefined => this.panels.of(id)?.page;
    page()?.notify('evaluation', { busy: true });
    try {
      const job = { folder: id, prompts: [prompt], threads: threads() };
      const title = vscode.l10n.t('Evaluating {0}', JSON.stringify(prompt));
      const scored = await runInNotification(this.engines, this.log, title, (engine) => engine.request('evaluate', job));
      if (scored) {
        (await this.runs.get(id)).addEvaluated(scored);
        this.runs.touch(id);
      }
      const scoredPrompt = scored?.[0]?.prompt;
      page()?.notify('evaluation', { busy: false, ...(scoredPrompt !== undefined && { prompt: scoredPrompt }) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.log.error(message);
      if (this.panels.of(id)?.panel.visible) page()?.notify('evaluation', { busy: false, error: message });
      else showError(error);
    }
  }

  private async run(on?: string | vscode.Uri): Promise<string | undefined> {
    if (typeof on === 'string') return on;
    const scored = (await this.runs.list()).filter(hasTable);
    const spec = on ?? vscode.window.activeTextEditor?.document.uri;
    if (spec?.path.endsWith(SPEC_ENDING)) {
      const latest = scored.find(({ specFile }) => specFile === spec.fsPath);
      if (latest) return latest.id;
      // A new run scores the baselines first, so its table soon exists.
      const run = vscode.l10n.t('Optimize Prompt');
      const answer = await vscode.window.showInformationMessage(
        vscode.l10n.t('This task has no run yet. Start one, then evaluate prompts in its table.'),
        run,
      );
      if (answer === run) await vscode.commands.executeCommand('rlprompt.optimize', spec);
      return undefined;
    }
    return (await pickRun(this.runs, vscode.l10n.t('Evaluate the prompt in which run?'), ({ id }) => scored.some((head) => head.id === id)))
      ?.id;
  }
}

/** A run that is queued, starts or failed before its first checkpoint has no table. */
function hasTable({ state, resumable }: RunHead): boolean {
  return state === 'failed' ? resumable : state !== 'queued' && state !== 'starting';
}
