import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineProcess } from '../../../src/engine/client';
import { EngineService } from '../../../src/engine/service';
import type { Question } from '../../../src/messages/engine';

let folder: string;
let service: EngineService;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-service-'));
  const file = join(folder, 'engine.js');
  writeFileSync(
    file,
    `process.on('message', ({ type, id }) => type === 'question' && process.send({ type: 'reply', id, value: process.pid }));`,
  );
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  service = new EngineService(file, () => undefined);
});
afterEach(() => {
  service.dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const question: Question = { type: 'inspect', file: 'a.csv' };

describe('the engine that answers questions', () => {
  it('ends when idle; what is asked while it is on its way out gets another', async () => {
    const kill = vi.spyOn(EngineProcess.prototype, 'kill');
    const first = await service.ask(question);
    expect(await service.ask(question)).toBe(first);
    vi.advanceTimersByTime(60_000);
    expect(kill).toHaveBeenCalledTimes(1);
    const second = await service.ask(question);
    expect(second).toEqual(expect.any(Number));
    expect(second).not.toBe(first);
  });
});
