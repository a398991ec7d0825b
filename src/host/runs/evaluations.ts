import * as vscode from 'vscode';
import type { FromEngine, Job } from '../../protocol';
import type { PromptResult } from '../../run/result';
import type { Engines } from './engines';

/**
 * Runs one short job in an engine process of its own; resolves to its last message. What the engine notes, such as how far a
 * download is, is shown as progress. @throws Error with a message for people
 */
export async function runJob(
  engines: Engines,
  job: Job,
  log: vscode.LogOutputChannel,
  progress: vscode.Progress<{ message?: string }>,
  token: vscode.CancellationToken,
): Promise<FromEngine> {
  await engines.ready;
  return new Promise((resolve, reject) => {
    let last: FromEngine | undefined;
    const engine = engines.start(job, {
      onMessage: (message) => {
        if (message.type === 'notes') progress.report({ message: message.notes.join('; ') || '…' });
        if (['evaluated', 'transferred', 'failed', 'stopped'].includes(message.type)) last = message;
      },
      onLog: (line) => log.debug(line),
      onEnd: ({ description }) => {
        cancel.dispose();
        if (last?.type === 'failed') reject(new Error(last.message));
        else if (last) resolve(last);
        else reject(new Error(token.isCancellationRequested ? 'cancelled' : description));
      },
    });
    const cancel = token.onCancellationRequested(() => engine.kill());
  });
}

/** Scores prompts on the task of a run or of a spec, with progress that can be cancelled; undefined when it was. */
export async function evaluatePrompts(
  engines: Engines,
  job: Extract<Job, { type: 'evaluate' }>,
  log: vscode.LogOutputChannel,
): Promise<readonly PromptResult[] | undefined> {
  const title = vscode.l10n.t('Evaluating {0}', job.prompts.map((prompt) => JSON.stringify(prompt)).join(', '));
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      try {
        const last = await runJob(engines, job, log, progress, token);
        return last.type === 'evaluated' ? last.prompts : undefined;
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      }
    },
  );
}
