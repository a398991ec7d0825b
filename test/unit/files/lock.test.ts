import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FileLock, holderOf } from '../../../src/files/lock';

const shared = mkdtempSync(join(tmpdir(), 'rlprompt-lock-'));
const program = join(shared, 'process.js');
let path: string;
let processes: ChildProcess[] = [];

/** A process that takes, checks, and releases locks on request. With a time, it takes the lock at that time. */
const PROCESS = `
const { FileLock } = require('./lock.js');
let lock;
process.on('message', ({ take, at, isHeld, release }) => {
  if (take) {
    while (Date.now() < (at ?? 0));
    lock = FileLock.take(take);
    process.send(lock instanceof FileLock ? 'won' : 'lost');
  }
  if (isHeld) process.send(lock.isHeld());
  if (release) {
    if (lock instanceof FileLock) lock.release();
    process.send('released');
  }
});
process.send('ready');
`;

beforeAll(() => {
  const entryPoints = [join(__dirname, '../../../src/files/lock.ts')];
  buildSync({ entryPoints, outfile: join(shared, 'lock.js'), bundle: true, platform: 'node', format: 'cjs' });
  writeFileSync(program, PROCESS);
});
beforeEach(() => {
  path = join(mkdtempSync(join(shared, 'case-')), 'lock');
});
afterEach(() => {
  for (const one of processes) one.kill('SIGKILL');
  processes = [];
});
afterAll(() => rmSync(shared, { recursive: true, force: true }));

async function start(): Promise<ChildProcess> {
  const child = fork(program);
  processes.push(child);
  await once(child, 'message');
  return child;
}

async function ask(child: ChildProcess, message: object): Promise<unknown> {
  const answer = once(child, 'message');
  child.send(message);
  return ((await answer) as unknown[])[0];
}

function take(lock = path): FileLock {
  const taken = FileLock.take(lock);
  if (taken instanceof FileLock) return taken;
  throw new Error(`held by ${taken.pid} on ${taken.host}`);
}

const entries = (): string[] => (existsSync(path) ? readdirSync(path) : []);

/** A lock as another process leaves it, with its last heartbeat this many seconds ago. */
function leave(pid: number, host: string, seconds = 0, lock = path): void {
  mkdirSync(lock, { recursive: true });
  const entry = join(lock, `${pid}.${crypto.randomUUID()}.${encodeURIComponent(host)}`);
  writeFileSync(entry, '.');
  const then = Date.now() / 1000 - seconds;
  utimesSync(entry, then, then);
}

async function gonePid(): Promise<number> {
  const child = await start();
  child.kill('SIGKILL');
  await once(child, 'exit');
  return child.pid!;
}

describe('a lock', () => {
  it('is held by one until it is released, in a folder that may not exist yet', () => {
    path = join(path, 'deep', 'lock');
    const lock = take();
    expect(FileLock.take(path)).toEqual({ pid: process.pid, host: hostname() });
    expect(holderOf(path)).toEqual({ pid: process.pid, host: hostname() });
    expect(lock.isHeld()).toBe(true);
    lock.release();
    expect(lock.isHeld()).toBe(false);
    expect(existsSync(path)).toBe(false);
    take().release();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  it('of a process that is killed is free at once', async () => {
    const child = await start();
    expect(await ask(child, { take: path })).toBe('won');
    expect(FileLock.take(path)).toEqual({ pid: child.pid, host: hostname() });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(holderOf(path)).toBeUndefined();
    take().release();
  });

  it('of another computer is free when its heartbeat is old', () => {
    leave(1, 'another.example', 20);
    expect(FileLock.take(path)).toEqual({ pid: 1, host: 'another.example' });
    rmSync(path, { recursive: true });
    leave(1, 'another.example', 40);
    expect(holderOf(path)).toBeUndefined();
    take().release();
  });

  it('of a process id that another process has by now is free when its heartbeat is old', () => {
    leave(process.ppid, hostname(), 20);
    expect(holderOf(path)).toEqual({ pid: process.ppid, host: hostname() });
    rmSync(path, { recursive: true });
    leave(process.ppid, hostname(), 40);
    take().release();
    leave(process.pid, hostname());
    take().release();
  });

  it('keeps its heartbeat fresh, so that it is not abandoned while its holder works', async () => {
    const lock = take();
    const [entry] = entries();
    utimesSync(join(path, entry!), 0, 0);
    await expect.poll(() => holderOf(path), { timeout: 10_000 }).toBeDefined();
    lock.release();
  });

  it('is waited for, with word of who has it', async () => {
    const first = take();
    let waits = 0;
    const second = await FileLock.wait(path, undefined, ({ pid }) => {
      expect(pid).toBe(process.pid);
      if (++waits === 2) first.release();
    });
    expect(waits).toBe(2);
    second.release();
    take();
    await expect(FileLock.wait(path, AbortSignal.abort())).rejects.toThrow();
  });

  it('that two processes find abandoned is taken by exactly one, 200 times', async () => {
    const rivals = await Promise.all([start(), start()]);
    const pid = await gonePid();
    const outcomes: Record<string, number> = {};
    for (let round = 0; round < 200; round++) {
      const lock = join(path, `${round}`);
      // In turn: a process that is gone, a heartbeat that is old, a lock file of version 0.1.0.
      if (round % 3 === 0) leave(pid, hostname(), 0, lock);
      else if (round % 3 === 1) leave(1, 'another.example', 40, lock);
      else {
        mkdirSync(path, { recursive: true });
        writeFileSync(lock, JSON.stringify({ pid, host: hostname() }));
      }
      const at = Date.now() + 5;
      const answers = await Promise.all(rivals.map((rival) => ask(rival, { take: lock, at })));
      const outcome = answers.sort().join(' and ');
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      await Promise.all(rivals.map((rival) => ask(rival, { release: true })));
    }
    expect(outcomes).toEqual({ 'lost and won': 200 });
  });

  it('that was taken over while its holder slept tells the holder, and stays with the new one', async () => {
    const sleeper = await start();
    await ask(sleeper, { take: path });
    expect(await ask(sleeper, { isHeld: true })).toBe(true);
    sleeper.kill('SIGSTOP');
    utimesSync(join(path, entries()[0]!), 0, 0);
    const lock = take();
    sleeper.kill('SIGCONT');
    expect(await ask(sleeper, { isHeld: true })).toBe(false);
    await ask(sleeper, { release: true });
    expect(lock.isHeld()).toBe(true);
    lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it('whose entry another process renamed is lost for good', () => {
    const lock = take();
    const [entry] = entries();
    renameSync(join(path, entry!), join(path, '1.other.host'));
    expect(lock.isHeld()).toBe(false);
    renameSync(join(path, '1.other.host'), join(path, entry!));
    expect(lock.isHeld()).toBe(false);
  });
});

describe('a lock file of version 0.1.0', () => {
  it.each<[string, () => object, number, boolean]>([
    ['of a process that lives', () => ({ pid: process.ppid, host: hostname() }), 40, true],
    ['of another computer, fresh', () => ({ pid: 1, host: 'another' }), 0, true],
    ['of another computer, old', () => ({ pid: 1, host: 'another' }), 40, false],
    ["of this process's id", () => ({ pid: process.pid, host: hostname() }), 0, false],
    ['without a holder', () => ({ pid: 'x' }), 0, false],
  ])('%s', (_name, content, seconds, isHeld) => {
    writeFileSync(path, JSON.stringify(content()));
    const then = Date.now() / 1000 - seconds;
    utimesSync(path, then, then);
    expect(holderOf(path) !== undefined).toBe(isHeld);
    const lock = FileLock.take(path);
    expect(lock instanceof FileLock).toBe(!isHeld);
    if (lock instanceof FileLock) lock.release();
  });

  it('that was cut short is abandoned', () => {
    writeFileSync(path, '{"pid": 1');
    take().release();
    expect(existsSync(path)).toBe(false);
  });
});
