import * as vscode from 'vscode';
import type { FromEngine, Job } from '../../messages/engine';
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

/** As `runJob`, under a notification that tells how far it is and can cancel it; undefined when it did. */
export async function runInNotification(
  engines: Engines,
  job: Job,
  log: vscode.LogOutputChannel,
  title: string,
): Promise<FromEngine | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      try {
        return await runJob(engines, job, log, progress, token);
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      }
    },
  );
}

/** Scores prompts on the task of a run or of a spec; undefined when it was cancelled. */
export async function evaluatePrompts(
  engines: Engines,
  job: Extract<Job, { type: 'evaluate' }>,
  log: vscode.LogOutputChannel,
): Promise<readonly PromptResult[] | undefined> {
  const title = vscode.l10n.t('Evaluating {0}', job.prompts.map((prompt) => JSON.stringify(prompt)).join(', '));
  const last = await runInNotification(engines, job, log, title);
  return last?.type === 'evaluated' ? last.prompts : undefined;
}
