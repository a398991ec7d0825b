import { hostname } from 'node:os';
import { join } from 'node:path';
import { FileLock, holderOf, type Holder } from '../../files/lock';
import { CodedError } from '../../wording/wording';
import { StorageError, type RunFolder } from './storage';

/** Another process trains the run. */
export class RunLocked extends CodedError<'run.locked'> {}

/**
 * Does work while this process has the run's folder, so that no second one trains there; creates the folder if it is missing.
 * @throws RunLocked when another process has it; StorageError when the folder cannot be written
 */
export async function whileLocked<T>(folder: RunFolder, work: () => Promise<T>): Promise<T> {
  let lock: FileLock | Holder;
  try {
    lock = FileLock.take(lockPath(folder.path));
  } catch (error) {
    throw new StorageError(folder.path, error);
  }
  if (!(lock instanceof FileLock)) throw lockedBy(lock, folder.path);
  folder.writeUnder(lock);
  try {
    return await work();
  } finally {
    folder.writeUnder(undefined);
    lock.release();
  }
}

/** The process other than this one that trains the run, if one does. */
export function otherTrainer(folder: string): Holder | undefined {
  const holder = holderOf(lockPath(folder));
  return holder && !(holder.pid === process.pid && holder.host === hostname()) ? holder : undefined;
}

/** @throws RunLocked when a process other than this one trains the run */
export function refuseLocked(folder: string): void {
  const holder = otherTrainer(folder);
  if (holder) throw lockedBy(holder, folder);
}

/** What users call the process by. */
export function trainerName({ pid, host }: Holder): string {
  return host === hostname() ? `pid ${pid}` : `pid ${pid} on ${host}`;
}

function lockPath(folder: string): string {
  return join(folder, 'lock');
}

function lockedBy(holder: Holder, folder: string): RunLocked {
  return new RunLocked('run.locked', { trainer: trainerName(holder), lock: lockPath(folder) });
}
