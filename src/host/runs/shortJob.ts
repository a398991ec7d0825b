import * as vscode from 'vscode';
import type { EngineChannel } from '../../messages/engine';
import type { Engines } from './engines';
import { noteText, type Note } from '../../wording/note';

/**
 * Does one short job in an engine process of its own, under a notification that shows the engine's notes, such as how far a
 * download is. Resolves to undefined if the user cancels it there.
 */
export async function runInNotification<T>(
  engines: Engines,
  log: vscode.LogOutputChannel,
  title: string,
  job: (engine: EngineChannel) => Promise<T>,
): Promise<T | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      await engines.ready;
      const notes = ({ notes }: { notes: readonly Note[] }): void => progress.report({ message: notes.map(noteText).join('; ') || '…' });
      const engine = engines.start({ notes }, (line) => log.debug(line));
      const cancel = token.onCancellationRequested(() => engine.kill());
      try {
        return await job(engine.channel);
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      } finally {
        cancel.dispose();
        engine.kill();
      }
    },
  );
}
