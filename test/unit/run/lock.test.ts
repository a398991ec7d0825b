import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/run/events';
import { otherTrainer, refuseLocked, whileLocked } from '../../../src/run/store/lock';
import type { RunResult } from '../../../src/run/result/result';
import type { Checkpoint } from '../../../src/run/store/checkpoint';
import type { RunTask } from '../../../src/run/store/task';
import { RunFolder, StorageError } from '../../../src/run/store/storage';

let folder: string;
let run: RunFolder;
const other = { pid: 1, host: 'another' };
const event = { event: 'step' } as unknown as JournalEvent;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-lock-'));
  run = new RunFolder(join(folder, 'run'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As another process does after it has waited for this one's heartbeat. */
function takeOver(): void {
  const [entry] = readdirSync(run.file('lock'));
  renameSync(join(run.file('lock'), entry!), join(run.file('lock'), '1.other.another'));
}

describe("the lock of a run's folder", () => {
  it('is there while the work lasts, and is no other trainer to its own process', async () => {
    await whileLocked(run, async () => {
      run.create({} as RunTask);
      expect(otherTrainer(run.path)).toBeUndefined();
      refuseLocked(run.path);
      await expect(whileLocked(new RunFolder(run.path), async () => {})).rejects.toMatchObject({ code: 'run.locked' });
    });
    await expect(whileLocked(run, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readdirSync(run.path).sort()).toEqual(['events.jsonl', 'task.json']);
    run.close();
  });

  it('keeps this process out while another one trains, and names it', async () => {
    await whileLocked(run, () => Promise.resolve(takeOver()));
    expect(otherTrainer(run.path)).toEqual(other);
    const locked = { code: 'run.locked', args: [{ trainer: 'pid 1 on another', lock: run.file('lock') }] };
    await expect(whileLocked(run, async () => {})).rejects.toMatchObject(locked);
    expect(() => refuseLocked(run.path)).toThrow(expect.objectContaining(locked) as Error);
  });

  it('names a trainer of this computer by its process id alone', async () => {
    await whileLocked(run, async () => {});
    writeFileSync(run.file('lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    expect(() => refuseLocked(run.path)).toThrow(
      expect.objectContaining({ args: [{ trainer: `pid ${process.ppid}`, lock: run.file('lock') }] }) as Error,
    );
  });

  it.each<[string, (run: RunFolder) => void]>([
    ['an event', (run) => run.append(event)],
    ['a checkpoint', (run) => run.writeCheckpoint({ stage: 'policy' } as Checkpoint)],
    ['the result', (run) => run.writeResult({ format: 1 } as RunResult)],
    ['a shorter journal', (run) => run.reopen(0)],
  ])('that was taken over stops its earlier holder before it writes %s', async (_what, write) => {
    const content = (): string[] => ['events.jsonl', 'task.json'].map((name) => readFileSync(run.file(name), 'utf8'));
    const lost = { name: 'LockLost', code: 'run.lockLost', args: [{ folder: run.path }] };
    await expect(
      whileLocked(run, () => {
        run.create({} as RunTask);
        run.append(event);
        takeOver();
        const before = content();
        expect(() => write(run)).toThrow(expect.objectContaining(lost) as Error);
        expect(content()).toEqual(before);
        expect(readdirSync(run.path).sort()).toEqual(['events.jsonl', 'lock', 'task.json']);
        write(run);
        return Promise.resolve();
      }),
    ).rejects.toMatchObject(lost);
    run.close();
    expect(otherTrainer(run.path)).toEqual(other);
  });

  it('that cannot be written is a storage error', async () => {
    writeFileSync(run.path, 'a file');
    await expect(whileLocked(run, async () => {})).rejects.toBeInstanceOf(StorageError);
  });
});
