import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StorageError } from './storage';

/** `lock` in a run's folder: the process that trains there. */
export interface Lock {
  readonly pid: number;
  readonly host: string;
}

/**
 * Takes a run's folder for this process, so that no second one trains there; makes the folder where it is missing.
 * @returns gives the folder free again
 * @throws Error when another process that is alive has it; StorageError when the folder cannot be written
 */
export function lockRun(folder: string): () => void {
  const file = lockFile(folder);
  const own: Lock = { pid: process.pid, host: hostname() };
  refuseLocked(folder);
  try {
    mkdirSync(folder, { recursive: true });
    // What is left of a process that is gone.
    rmSync(file, { force: true });
    writeFileSync(file, `${JSON.stringify(own)}\n`, { flag: 'wx' });
  } catch (error) {
    refuseLocked(folder);
    throw new StorageError(folder, error);
  }
  return () => {
    if (isOwn(readLock(folder))) rmSync(file, { force: true });
  };
}

/** Does work while this process has the run's folder. @throws as `lockRun` */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const free = lockRun(folder);
  try {
    return await work();
  } finally {
    free();
  }
}

/** The process other than this one that trains the run, if one does. */
export function otherTrainer(folder: string): Lock | undefined {
  const lock = readLock(folder);
  return lock && !isOwn(lock) && isAlive(lock) ? lock : undefined;
}

/** @throws Error when a process other than this one trains the run */
export function refuseLocked(folder: string): void {
  const lock = otherTrainer(folder);
  if (!lock) return;
  throw new Error(
    `This run trains in another process (${trainerName(lock)}). Wait for its end or stop it there; if no such run is there, delete ${lockFile(folder)}.`,
  );
}

/** What a person calls the process by. */
export function trainerName({ pid, host }: Lock): string {
  return host === hostname() ? `pid ${pid}` : `pid ${pid} on ${host}`;
}

function lockFile(folder: string): string {
  return join(folder, 'lock');
}

/** Undefined when there is none, or none that was written to its end. */
function readLock(folder: string): Lock | undefined {
  try {
    const { pid, host } = JSON.parse(readFileSync(lockFile(folder), 'utf8')) as Partial<Lock>;
    return Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string' ? { pid: pid!, host } : undefined;
  } catch {
    return undefined;
  }
}

function isOwn(lock: Lock | undefined): boolean {
  return lock?.pid === process.pid && lock.host === hostname();
}

/** A process on another computer cannot be asked after: it counts as alive. */
function isAlive({ pid, host }: Lock): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
