import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineEnded, EngineProcess } from '../../../src/engine/client';
import type { HostMethods } from '../../../src/messages/engine';
import type { Handlers } from '../../../src/messages/channel';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-client-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Forks a program in place of the engine. */
function fork(program: string, handlers: Partial<Handlers<HostMethods>> = {}): { engine: EngineProcess; lines: string[] } {
  const file = join(folder, 'engine.js');
  writeFileSync(file, program);
  const lines: string[] = [];
  return { engine: new EngineProcess(file, handlers, (line) => lines.push(line)), lines };
}

describe('the log of an engine process', () => {
  it('keeps the last line of a crash that has no line end', async () => {
    const { engine, lines } = fork(`process.stderr.write('loading\\r\\n\\nterminate called: Größe');
      process.once('message', () => process.kill(process.pid, 'SIGKILL'));`);
    await expect(engine.channel.request('ping')).rejects.toThrow(new EngineEnded('The engine was ended by SIGKILL.'));
    await engine.ended;
    expect(engine.log).toEqual(['loading', 'terminate called: Größe']);
    expect(lines).toEqual(engine.log);
  });

  it('keeps lines of output and of errors apart', async () => {
    const { engine } = fork(`process.stdout.write('first half, ', () =>
      process.stderr.write('an error\\n', () => process.stdout.write('second half\\n', () => process.exit())));`);
    await engine.ended;
    expect([...engine.log].sort()).toEqual(['an error', 'first half, second half']);
  });

  it('keeps the last forty lines', async () => {
    const { engine } = fork(`for (let i = 1; i <= 50; i++) console.log(i);
      process.once('message', () => process.exit());`);
    engine.channel.notify('pause');
    await engine.ended;
    expect(engine.log).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 11)));
  });
});

describe('the end of an engine process', () => {
  it('aborts the questions that it asked', async () => {
    const { engine } = fork(
      `process.send({ method: 'ask', argument: {}, id: 0 });
      process.on('message', ({ method }) => method === 'stop' && process.exit(3));`,
      {
        ask: (_, signal) => {
          engine.channel.notify('stop');
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              asked = signal.reason as Error;
              reject(asked);
            });
          });
        },
      },
    );
    let asked: Error | undefined;
    await engine.ended;
    expect(asked).toMatchObject({ message: 'The engine ended with status 3.' });
  });
});
