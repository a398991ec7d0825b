import { randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { word } from '../wording/wording';

const HEARTBEAT_MILLISECONDS = 3000;
/** A lock without a heartbeat for this long is abandoned. */
const ABANDONED_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 100;

/** The process that has a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** A lock as it lies on disk: its entry, named by a token, or a lock file of version 0.1.0, or an empty folder. */
interface Found {
  readonly entry?: string;
  readonly holder?: Holder;
  readonly legacy: boolean;
  /** The last heartbeat, by the clock of the file system. */
  readonly beat: number;
}

/** The entries of this process's own locks. */
const own = new Set<string>();

/**
 * A lock between processes, on one computer or on several that share a file system.
 *
 * The lock is a folder with one entry, whose name is the holder's token, process id, and host. Each change is one atomic
 * rename or removal of an entry by its name, so it fails when the lock has changed hands since it was read: of all processes
 * that find an abandoned lock, one renames the entry to its own. That is what proper-lockfile cannot do: it checks, removes,
 * and makes a folder without a token, and a second process that checked before may remove the first one's new lock.
 *
 * The holder writes to its entry every 3 seconds. A lock is abandoned when its process is seen to be gone, or after
 * 30 seconds without a heartbeat. A holder that slept that long may lose its lock: `isHeld` tells, before each write.
 */
export class FileLock {
  private lost = false;
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly entry: string,
  ) {
    own.add(entry);
    this.heartbeat = globalThis.setInterval(() => this.isHeld(), HEARTBEAT_MILLISECONDS);
    this.heartbeat.unref();
  }

  /** Takes the lock, or returns who has it. Creates the folder it lies in. */
  static take(path: string): FileLock | Holder {
    const entry = `${process.pid}.${randomUUID()}.${encodeURIComponent(hostname())}`;
    const ours = join(path, entry);
    const prepared = `${path}.${randomUUID()}`;
    mkdirSync(dirname(path), { recursive: true });
    try {
      mkdirSync(prepared);
      beat(join(prepared, entry), 'w');
      // The file system's clock, which also dates the heartbeats of other computers.
      const now = statSync(join(prepared, entry)).mtimeMs;
      // Each round finds what another process has changed since the last; a lock that no round can change is an error.
      for (let round = 1; round < 1000; round++) {
        const found = find(path);
        if (found && !isAbandoned(found, now)) return found.holder!;
        if (!found) {
          if (unchanged(() => renameSync(prepared, path))) return new FileLock(path, entry);
        } else if (found.legacy) unchanged(() => unlinkSync(path));
        else if (found.entry === undefined) unchanged(() => rmdirSync(path));
        else {
          const theirs = join(path, found.entry);
          // The heartbeat first: with an old one, the next process could take the lock from this one at once.
          if (unchanged(() => (beat(theirs, 'r+'), renameSync(theirs, ours)))) return new FileLock(path, entry);
        }
      }
      throw new Error(word('files.lockStuck', { path }));
    } finally {
      rmSync(prepared, { recursive: true, force: true });
    }
  }

  /** Waits until the lock is free, and takes it. */
  static async wait(path: string, signal?: AbortSignal, onWait?: (holder: Holder) => void): Promise<FileLock> {
    for (;;) {
      signal?.throwIfAborted();
      const lock = FileLock.take(path);
      if (lock instanceof FileLock) return lock;
      onWait?.(lock);
      await setTimeout(POLL_MILLISECONDS, undefined, { signal });
    }
  }

  /** Whether no other process took the lock; also a heartbeat. Cheap enough for every write. */
  isHeld(): boolean {
    try {
      if (!this.lost) beat(join(this.path, this.entry), 'r+');
    } catch (error) {
      // On other errors, such as a full disk, the entry may well be there.
      this.lost = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    }
    return !this.lost;
  }

  release(): void {
    clearInterval(this.heartbeat);
    own.delete(this.entry);
    this.lost = true;
    try {
      unlinkSync(join(this.path, this.entry));
      rmdirSync(this.path);
    } catch {
      // Another process has taken the lock, or will find it abandoned.
    }
  }
}

/** Who has the lock; undefined when nobody has, or the lock is abandoned. */
export function holderOf(path: string): Holder | undefined {
  const found = find(path);
  return found && !isAbandoned(found, Date.now()) ? found.holder : undefined;
}

function find(path: string): Found | undefined {
  try {
    const entry = readdirSync(path).find((name) => /^\d+\.[\w-]+\./.test(name));
    if (entry === undefined) return { legacy: false, beat: 0 };
    const [pid, , ...host] = entry.split('.');
    const holder = { pid: Number(pid), host: decodeURIComponent(host.join('.')) };
    return { entry, holder, legacy: false, beat: statSync(join(path, entry)).mtimeMs };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return findLegacy(path);
    // The lock does not exist, or it changed hands between the two reads.
    if (code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The lock file of version 0.1.0, with the holder as JSON; it has no heartbeat. Abandoned if it was cut short. */
function findLegacy(path: string): Found | undefined {
  try {
    const beat = statSync(path).mtimeMs;
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    if (Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string') return { holder: { pid: pid!, host }, legacy: true, beat };
  } catch {
    // Not a whole lock.
  }
  return { legacy: true, beat: 0 };
}

function isAbandoned({ entry, holder, legacy, beat }: Found, now: number): boolean {
  if (!holder) return true;
  if (holder.host === hostname()) {
    // An entry with this process's id that is not its own is of an earlier process.
    if (holder.pid === process.pid) return legacy || !own.has(entry!);
    if (isGone(holder.pid)) return true;
    // Version 0.1.0 writes no heartbeat: its process may still train.
    if (legacy) return false;
  }
  return now - beat > ABANDONED_MILLISECONDS;
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Writes a byte, which dates the file by the clock of its file system; with `r+`, only if it exists. */
function beat(file: string, flag: 'w' | 'r+'): void {
  const fd = openSync(file, flag);
  try {
    writeSync(fd, '.', 0);
  } finally {
    closeSync(fd);
  }
}

/** Error codes of an action on a lock that another process has changed in the meantime. */
const CHANGED = ['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EISDIR', 'EEXIST', ...(process.platform === 'linux' ? [] : ['EPERM', 'EBUSY'])];

/** Whether the action found the lock as it was. */
function unchanged(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (CHANGED.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
