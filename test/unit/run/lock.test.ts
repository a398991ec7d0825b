import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockRun, refuseLocked } from '../../../src/run/store/lock';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockFile = (run: string): string => join(run, 'lock');
const lockOf = (run: string): unknown => JSON.parse(readFileSync(lockFile(run), 'utf8'));

describe('the lock of a run', () => {
  it('names this process, in a folder that need not be there yet, until it is given free', () => {
    const run = join(folder, 'runs', 'a');
    const free = lockRun(run);
    expect(lockOf(run)).toEqual({ pid: process.pid, host: hostname() });
    free();
    expect(existsSync(lockFile(run))).toBe(false);
    free();
  });

  it('keeps a second process out as long as the first one lives', async () => {
    const program = join(folder, 'idle.js');
    writeFileSync(program, `process.on('message', () => process.exit()); process.send('here');`);
    const other = fork(program);
    await once(other, 'message');
    writeFileSync(lockFile(folder), JSON.stringify({ pid: other.pid, host: hostname() }));
    expect(() => lockRun(folder)).toThrow(`This run trains in another process (pid ${other.pid}).`);
    expect(() => refuseLocked(folder)).toThrow(lockFile(folder));
    other.send('go');
    await once(other, 'exit');
    const free = lockRun(folder);
    expect(lockOf(folder)).toEqual({ pid: process.pid, host: hostname() });
    free();
  });

  it('of another computer stands, since its process cannot be asked after', () => {
    writeFileSync(lockFile(folder), JSON.stringify({ pid: 1, host: `not-${hostname()}` }));
    expect(() => lockRun(folder)).toThrow(`(pid 1 on not-${hostname()})`);
  });

  it('that was not written to its end is none', () => {
    writeFileSync(lockFile(folder), '{"pid": 1');
    lockRun(folder)();
    expect(existsSync(lockFile(folder))).toBe(false);
  });
});
