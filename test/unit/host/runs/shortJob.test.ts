import { beforeEach, expect, it, vi } from 'vitest';
import type { LogOutputChannel } from 'vscode';
import { EngineEnded } from '../../../../src/engine/client';
import type { Engines, JobHandlers } from '../../../../src/host/runs/engines';
import { runInNotification } from '../../../../src/host/runs/shortJob';

const editor = vi.hoisted(() => {
  const reports: (string | undefined)[] = [];
  const token = { isCancellationRequested: false, cancel: (): void => undefined };
  const onCancellationRequested = (listener: () => void): { dispose(): void } => {
    token.cancel = listener;
    return { dispose: () => undefined };
  };
  const withProgress = (_: unknown, task: (...parameters: unknown[]) => unknown): unknown =>
    task({ report: ({ message }: { message?: string }) => void reports.push(message) }, Object.assign(token, { onCancellationRequested }));
  return { reports, token, window: { withProgress }, ProgressLocation: { Notification: 15 } };
});
vi.mock('vscode', () => editor);

beforeEach(() => {
  editor.reports.length = 0;
  editor.token.isCancellationRequested = false;
});

function engines(ready = Promise.resolve()): { engines: Engines; started: JobHandlers[]; kill: () => void } {
  const started: JobHandlers[] = [];
  const kill = vi.fn();
  const start = (handlers: JobHandlers): unknown => {
    started.push(handlers);
    return { channel: {}, kill };
  };
  return { engines: { ready, start } as unknown as Engines, started, kill };
}

it('waits for the keys, shows the notes of the engine, and ends it', async () => {
  let keysRead!: () => void;
  const { engines: all, started, kill } = engines(new Promise<void>((resolve) => (keysRead = resolve)));
  const job = (): Promise<string> => {
    for (const notes of [['downloading hf:a/b: 40%'], []]) void started[0]!.notes!({ notes, warnings: [] }, new AbortController().signal);
    return Promise.resolve('done');
  };
  const done = runInNotification(all, {} as LogOutputChannel, '', job);
  await Promise.resolve();
  expect(started).toHaveLength(0);
  keysRead();
  await expect(done).resolves.toBe('done');
  expect(editor.reports).toEqual(['downloading hf:a/b: 40%', '…']);
  expect(kill).toHaveBeenCalledTimes(1);
});

it('ends the engine if the user cancels, and rejects if the job fails', async () => {
  const { engines: all, kill } = engines();
  const job = (): Promise<never> => Promise.reject(new EngineEnded('The engine was ended by SIGKILL.'));
  await expect(runInNotification(all, {} as LogOutputChannel, '', job)).rejects.toThrow('SIGKILL');
  editor.token.isCancellationRequested = true;
  const canceled = runInNotification(all, {} as LogOutputChannel, '', () => {
    vi.mocked(kill).mockClear();
    editor.token.cancel();
    expect(kill).toHaveBeenCalledTimes(1);
    return job();
  });
  await expect(canceled).resolves.toBeUndefined();
});
