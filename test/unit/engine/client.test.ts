import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineProcess } from '../../../src/engine/client';
import type { FromEngine } from '../../../src/messages/engine';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-client-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly clean: boolean;
  readonly log: readonly string[];
  readonly messages: readonly FromEngine[];
  readonly lines: readonly string[];
}

/** Forks a program in the engine's place. */
function fork(program: string): Promise<Ended> {
  const file = join(folder, 'engine.js');
  writeFileSync(file, program);
  const messages: FromEngine[] = [];
  const lines: string[] = [];
  return new Promise((resolve) => {
    new EngineProcess(
      file,
      { type: 'serve' },
      {
        onMessage: (message) => messages.push(message),
        onLog: (line) => lines.push(line),
        onEnd: ({ clean, log }) => resolve({ clean, log, messages, lines }),
      },
    );
  });
}

describe('the end of an engine process in the host', () => {
  it('keeps the last line of a crash, though no line end follows it', async () => {
    const { clean, log, lines } = await fork(`process.stderr.write('loading\\r\\n\\nterminate called: Größe');
      process.once('message', () => process.kill(process.pid, 'SIGKILL'));`);
    expect(clean).toBe(false);
    expect(log).toEqual(['loading', 'terminate called: Größe']);
    expect(lines).toEqual(log);
  });

  it('keeps lines of output and of errors apart', async () => {
    const { log } = await fork(`process.stdout.write('first half, ');
      setTimeout(() => process.stderr.write('an error\\n'), 50);
      setTimeout(() => process.stdout.write('second half\\n', () => process.exit()), 100);`);
    expect(log).toEqual(['an error', 'first half, second half']);
  });

  it('keeps the last forty lines', async () => {
    const { log } = await fork(`for (let i = 1; i <= 50; i++) console.log(i);
      process.once('message', () => process.exit());`);
    expect(log).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 11)));
  });
});
