import * as vscode from 'vscode';
import { EngineProcess, type EngineListener } from '../../engine/client';
import type { FromEngine, Job } from '../../protocol';
import { askChatModel, ChatError } from '../models/chatModel';
import type { Secrets } from '../models/secrets';

/** Starts engine processes with the person's keys, and answers what they ask VS Code's language models. */
export class Engines {
  constructor(
    private readonly file: string,
    private readonly secrets: Secrets,
  ) {}

  start(job: Job, listener: EngineListener): EngineProcess {
    const cancel = new vscode.CancellationTokenSource();
    const engine: EngineProcess = new EngineProcess(
      this.file,
      job,
      {
        onLog: (line) => listener.onLog(line),
        onMessage: (message) => {
          if (message.type === 'ask') void answer(engine, message, cancel.token);
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
