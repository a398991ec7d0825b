import * as vscode from 'vscode';
import { EngineProcess, type EngineListener } from '../../engine/client';
import type { FromEngine, Job } from '../../messages/engine';
import { askChatModel, ChatError } from '../models/chatModel';
import type { Secrets } from '../models/secrets';

/** Starts engine processes with the person's keys, and answers what they ask VS Code's language models. */
export class Engines {
  constructor(
    private readonly file: string,
    private readonly secrets: Secrets,
  ) {}

  /** Resolves when an engine that is started would get the person's keys; never rejects. */
  get ready(): Promise<void> {
    return this.secrets.ready;
  }

  start(job: Job, listener: EngineListener): EngineProcess {
    const cancel = new vscode.CancellationTokenSource();
    const engine: EngineProcess = new EngineProcess(
      this.file,
      job,
      {
        onLog: (line) => listener.onLog(line),
        onMessage: (message) => {
          if (message.type === 'ask') void answer(engine, message, cancel.token);
          else if (message.type === 'confirm') void confirm(engine, message);
          else listener.onMessage(message);
        },
        onEnd: (end) => {
          cancel.cancel();
          cancel.dispose();
          listener.onEnd(end);
        },
      },
      this.secrets.environment,
    );
    return engine;
  }
}

async function answer(
  engine: EngineProcess,
  { id, model, messages }: Extract<FromEngine, { type: 'ask' }>,
  token: vscode.CancellationToken,
): Promise<void> {
  try {
    engine.send({ type: 'answer', id, text: await askChatModel(model, messages, token) });
  } catch (error) {
    const reason = error instanceof ChatError ? error.reason : 'failed';
    engine.send({ type: 'noAnswer', id, reason, message: error instanceof Error ? error.message : String(error) });
  }
}

/** Nothing goes to a server before the person has seen how much it will be. */
async function confirm(engine: EngineProcess, { id, model, lines }: Extract<FromEngine, { type: 'confirm' }>): Promise<void> {
  const go = vscode.l10n.t('Go On');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('Ask {0}?', model),
    { modal: true, detail: lines.join('\n') },
    go,
  );
  if (answer === go) engine.send({ type: 'answer', id, text: '' });
  else
    engine.send({
      type: 'noAnswer',
      id,
      reason: 'no-consent',
      message: vscode.l10n.t('Nothing more was sent: the run was not confirmed.'),
    });
}
