import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { HubSettings } from './settings';

const POLL_MILLISECONDS = 500;
const HEARTBEAT_MILLISECONDS = 3000;
/** A lock whose holder has not touched it for so long is abandoned. */
const ABANDONED_MILLISECONDS = 30_000;

export interface Lock {
  release(): Promise<void>;
}

interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
}

/**
 * A file that only one process at a time can make. Its holder touches it while it works, so that the lock of a process that
 * was killed is taken over: at once where the process is seen to be gone, else after half a minute without a touch.
 */
export async function acquireLock(file: string, settings: HubSettings, signal?: AbortSignal, onWait?: () => void): Promise<Lock> {
  await mkdir(dirname(file), { recursive: true });
  const own: Holder = { id: randomUUID(), pid: process.pid, host: hostname() };
  let seen = '';
  let unchanged = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      await writeFile(file, JSON.stringify(own), { flag: 'wx' });
      return hold(file, own);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const state = await stateOf(file);
    if (state === undefined) continue; // released in this moment
    unchanged = state.mark === seen ? unchanged + POLL_MILLISECONDS : 0;
    seen = state.mark;
    if (unchanged >= ABANDONED_MILLISECONDS || isGone(state.holder)) {
      await takeAway(file, state.text);
      continue;
    }
    onWait?.();
    await settings.sleep(POLL_MILLISECONDS, signal);
  }
}

function hold(file: string, own: Holder): Lock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MILLISECONDS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      const state = await stateOf(file);
      if (state?.holder?.id === own.id) await rm(file, { force: true });
    },
  };
}

async function stateOf(file: string): Promise<{ text: string; mark: string; holder: Holder | undefined } | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    return { text, mark: `${(await stat(file)).mtimeMs} ${text}`, holder: parse(text) };
  } catch {
    return undefined;
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined; // being written in this moment
  }
}

function isGone(holder: Holder | undefined): boolean {
  if (holder?.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Removes an abandoned lock, unless another process has replaced it meanwhile. */
async function takeAway(file: string, text: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, 'utf8')) === text) await rm(aside);
    else await rename(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
