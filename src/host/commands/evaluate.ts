import * as vscode from 'vscode';
import type { RunHead } from '../../run/view/runView';
import { SPEC_ENDING } from './pickSpec';
import type { Panels } from '../panel/panels';
import type { RunPanel } from '../panel/runPanel';
import { evaluatePrompts } from '../runs/evaluations';
import type { Engines } from '../runs/engines';
import type { Runs } from '../runs/runs';
import { threads } from '../settings';
import { pickRun } from './pickRun';
import { mayRun } from './trust';

/** `Evaluate Prompt`: a prompt that is typed or selected gets its scores in the table of a run. */
export class Evaluation {
  constructor(
    private readonly runs: Runs,
    private readonly panels: Panels,
    private readonly engines: Engines,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** @param on a run's id, or a spec, whose latest run is meant */
  async command(on?: string | vscode.Uri): Promise<void> {
    if (!(await mayRun())) return;
    const id = await this.run(on);
    if (id === undefined) return;
    const editor = vscode.window.activeTextEditor;
    const selected = editor && !editor.document.fileName.endsWith(SPEC_ENDING) ? editor.document.getText(editor.selection) : '';
    const prompt = await vscode.window.showInputBox({
      title: vscode.l10n.t('Evaluate a prompt'),
      prompt: vscode.l10n.t('It is scored on the training, validation and held-out rows of the task.'),
      value: selected,
      validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('The empty prompt is in the table already.') : undefined),
    });
    if (prompt === undefined) return;
    await this.panels.show(id);
    await this.score(id, prompt);
  }

  /** Scores a prompt on a run's task; its panel says how it goes. */
  async score(id: string, prompt: string): Promise<void> {
    if (!(await mayRun())) return;
    // A panel may be closed, hidden or opened while the prompt is scored: each time the one of now is told.
    const page = (): RunPanel | undefined => this.panels.of(id);
    page()?.post({ type: 'evaluation', busy: true });
    try {
      const job = { type: 'evaluate', task: { folder: id }, prompts: [prompt], threads: threads() } as const;
      const scored = await evaluatePrompts(this.engines, job, this.log);
      if (scored) {
        (await this.runs.get(id)).addEvaluated(scored);
        this.runs.touch(id);
      }
      const scoredPrompt = scored?.[0]?.prompt;
      page()?.post({ type: 'evaluation', busy: false, ...(scoredPrompt !== undefined && { prompt: scoredPrompt }) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.log.error(message);
      const shown = page();
      if (shown?.panel.visible) shown.post({ type: 'evaluation', busy: false, error: message });
      else void vscode.window.showErrorMessage(message);
    }
  }

  private async run(on?: string | vscode.Uri): Promise<string | undefined> {
    if (typeof on === 'string') return on;
    const scored = (await this.runs.list()).filter(hasTable);
    const spec = on ?? vscode.window.activeTextEditor?.document.uri;
    if (spec?.path.endsWith(SPEC_ENDING)) {
      const latest = scored.find(({ specFile }) => specFile === spec.fsPath);
      if (latest) return latest.id;
      // No run yet: the table is that of a new one, which starts with the baselines.
      const run = vscode.l10n.t('Optimize Prompt');
      const answer = await vscode.window.showInformationMessage(
        vscode.l10n.t('This task has no run yet whose table the prompt could join.'),
        run,
      );
      if (answer === run) await vscode.commands.executeCommand('rlprompt.optimize', spec);
      return undefined;
    }
    return (await pickRun(this.runs, vscode.l10n.t('In which task?'), ({ id }) => scored.some((head) => head.id === id)))?.id;
  }
}

/** A run that waits, starts or failed before its first checkpoint has no table yet. */
function hasTable({ state, resumable }: RunHead): boolean {
  return state === 'failed' ? resumable : state !== 'queued' && state !== 'starting';
}
