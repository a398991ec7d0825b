import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EngineProcess } from '../../../src/engine/client';
import { EngineService } from '../../../src/engine/service';

interface Double {
  readonly kill: () => void;
  /** The process is gone. */
  readonly gone: () => void;
}

let started: Double[];
let service: EngineService;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  started = [];
  service = new EngineService(() => {
    let gone!: () => void;
    const ended = new Promise<void>((resolve) => (gone = resolve));
    const double = { channel: { number: started.length }, kill: vi.fn(), ended, gone };
    started.push(double);
    return double as unknown as EngineProcess;
  });
});
afterEach(() => vi.useRealTimers());

const engineUsed = (): Promise<number> => service.use((engine) => Promise.resolve((engine as unknown as { number: number }).number));

it('ends when idle; the next question gets another engine', async () => {
  expect([await engineUsed(), await engineUsed()]).toEqual([0, 0]);
  vi.advanceTimersByTime(60_000);
  expect(started[0]!.kill).toHaveBeenCalledTimes(1);
  expect(await engineUsed()).toBe(1);
  // The first process is gone only now; the second one stays.
  started[0]!.gone();
  await Promise.resolve();
  expect(await engineUsed()).toBe(1);
});

it('is not idle while one question still waits', async () => {
  let answer!: () => void;
  const slow = service.use(() => new Promise<void>((resolve) => (answer = resolve)));
  await engineUsed();
  vi.advanceTimersByTime(120_000);
  expect(started[0]!.kill).not.toHaveBeenCalled();
  answer();
  await slow;
  vi.advanceTimersByTime(60_000);
  expect(started[0]!.kill).toHaveBeenCalledTimes(1);
});

it('starts another engine after a crash', async () => {
  await engineUsed();
  started[0]!.gone();
  await new Promise((turn) => setImmediate(turn));
  expect(await engineUsed()).toBe(1);
});
