import * as vscode from 'vscode';
import { EngineProcess } from '../../engine/client';
import type { Handlers } from '../../messages/channel';
import type { HostMethods } from '../../messages/engine';
import { askChatModel } from '../models/chatModel';
import type { Secrets } from '../models/secrets';

/** What a job reports while it runs. */
export type JobHandlers = Partial<Pick<Handlers<HostMethods>, 'opened' | 'events' | 'notes' | 'paused'>>;

/** Starts engine processes with the user's keys, and answers their questions to the user and to VS Code's language models. */
export class Engines {
  constructor(
    private readonly file: string,
    private readonly secrets: Secrets,
  ) {}

  /** Resolves when an engine that is started would get the user's keys; never rejects. */
  get ready(): Promise<void> {
    return this.secrets.ready;
  }

  start(handlers: JobHandlers, onLog: (line: string) => void): EngineProcess {
    const ask: Handlers<HostMethods>['ask'] = ({ model, messages }, signal) => askChatModel(model, messages, signal);
    return new EngineProcess(this.file, { ...handlers, ask, confirm }, onLog, this.secrets.environment);
  }
}

/** Nothing is downloaded or sent to a server before the user has seen how much. */
async function confirm({ model, lines }: { model: string; lines: readonly string[] }): Promise<boolean> {
  const { t } = vscode.l10n;
  const go = t('Continue');
  const answer = await vscode.window.showInformationMessage(t('Use {0}?', model), { modal: true, detail: lines.join('\n') }, go);
  return answer === go;
}
