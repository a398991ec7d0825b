import { expect, it, vi } from 'vitest';
import type { CancellationToken, LogOutputChannel } from 'vscode';
import type { EngineProcess } from '../../../../src/engine/client';
import { runJob } from '../../../../src/host/runs/evaluations';
import type { Engines } from '../../../../src/host/runs/engines';

const process: unknown = {};
vi.mock('vscode', () => ({}));

const job = { type: 'transfer', folder: 'run', models: ['hf:a/b'], threads: 1 } as const;
const token = {
  isCancellationRequested: false,
  onCancellationRequested: () => ({ dispose: () => undefined }),
} as unknown as CancellationToken;

it('waits for the keys, and shows what the engine notes', async () => {
  let keysAreThere!: () => void;
  const ready = new Promise<void>((resolve) => (keysAreThere = resolve));
  let started = false;
  const engines: Pick<Engines, 'ready' | 'start'> = {
    ready,
    start: (_, listener) => {
      started = true;
      setImmediate(() => {
        listener.onMessage({ type: 'notes', notes: ['downloading hf:a/b: 40 %'], warnings: [] });
        listener.onMessage({ type: 'notes', notes: [], warnings: [] });
        listener.onMessage({ type: 'transferred', errors: [] });
        listener.onEnd({ clean: true, description: '', log: [] });
      });
      return process as EngineProcess;
    },
  };
  const told: (string | undefined)[] = [];
  const progress = { report: ({ message }: { message?: string }) => void told.push(message) };
  const done = runJob(engines as Engines, job, {} as LogOutputChannel, progress, token);
  await new Promise((turn) => setImmediate(turn));
  expect(started).toBe(false);
  keysAreThere();
  await expect(done).resolves.toEqual({ type: 'transferred', errors: [] });
  expect(told).toEqual(['downloading hf:a/b: 40 %', '…']);
});
