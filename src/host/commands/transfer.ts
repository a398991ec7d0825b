import * as vscode from 'vscode';
import { checkServerReferences } from '../../model/server/reference';
import type { Panels } from '../panel/panels';
import type { Engines } from '../runs/engines';
import { runInNotification } from '../runs/shortJob';
import type { Runs } from '../runs/runs';
import { threads } from '../settings';
import { mayRun } from './trust';

const BUNDLED = ['bundled:causal', 'bundled:masked'];

/** `Evaluate on Other Models`: scores a run's ranked prompts on models that the user picks, as columns of its table. */
export async function transfer(runs: Runs, panels: Panels, engines: Engines, log: vscode.LogOutputChannel, id: string): Promise<void> {
  if (!(await mayRun())) return;
  const { head } = await runs.get(id);
  const models = await pickModels(head.taskModel);
  if (models.length === 0) return;
  await panels.show(id);
  const title = vscode.l10n.t('Evaluating the prompts of {0} on {1}', head.name, models.join(', '));
  const job = { folder: id, models, threads: threads() };
  const errors = await runInNotification(engines, log, title, (engine) => engine.request('transfer', job));
  if (errors && errors.length > 0) void vscode.window.showWarningMessage(errors.join(' '));
  runs.reload(id);
}

async function pickModels(own: string): Promise<string[]> {
  const { t } = vscode.l10n;
  const other = t('Another model…');
  const items: vscode.QuickPickItem[] = [
    ...BUNDLED.filter((model) => model !== own).map((label) => ({ label, picked: true, description: t('small demonstration model') })),
    { label: other, description: t('folder:PATH, hf:OWNER/NAME or openai:MODEL@URL') },
  ];
  const picked = await vscode.window.showQuickPick(items, { canPickMany: true, title: t('Evaluate on which models?') });
  if (!picked) return [];
  const models = picked.map(({ label }) => label).filter((label) => label !== other);
  if (picked.some(({ label }) => label === other)) {
    const typed = await vscode.window.showInputBox({
      title: t('Models, separated by commas'),
      placeHolder: 'hf:onnx-community/Qwen2.5-0.5B-Instruct',
      validateInput: (text) => wrongServer(separated(text)),
    });
    models.push(...separated(typed ?? ''));
  }
  return models;
}

function separated(text: string): string[] {
  return text.split(',').flatMap((model) => (model.trim() === '' ? [] : [model.trim()]));
}

/** What is wrong with a server's reference, which may hold a key: only a valid one gets into titles and files. */
function wrongServer(references: readonly string[]): string | undefined {
  try {
    checkServerReferences(references);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
