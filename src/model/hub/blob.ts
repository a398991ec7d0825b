import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CachedRepository } from './cacheLayout';
import type { HubConnection } from './connection';
import { word } from '../../wording/wording';
import { HubError } from './hubError';
import type { PlannedFile } from './plan';
import { waitToRetry } from './retry';

/** A connection that breaks after so many new bytes still makes progress: the count of failures starts anew. */
const GAIN = 2 ** 20;

/** Errors that say that the bytes on disk are not those of the hub. */
const WRONG_BYTES: ReadonlySet<string> = new Set(['hub.shorter', 'hub.longer']);

/**
 * Downloads one blob into the cache. Continues a part that an earlier try left behind; only a whole blob of the right hash
 * gets the blob's name. The caller holds the blob's lock.
 * @param onBytes gets the number of bytes on disk
 * @throws HubError, system errors, or the signal's reason
 */
export async function fetchBlob(
  file: PlannedFile,
  url: string,
  repository: CachedRepository,
  connection: HubConnection,
  onBytes: (done: number) => void,
): Promise<void> {
  const { path, hash } = file;
  const part = repository.incomplete(hash.hex);
  await mkdir(dirname(part), { recursive: true });
  for (const lastTry of [false, true]) {
    if (await fetchPart(file, url, part, connection, onBytes)) return rename(part, repository.blob(hash.hex));
    await rm(part, { force: true });
    if (lastTry) throw new HubError('hub.wrongHash', [{ path, hash: `${hash.algorithm} ${hash.hex}` }]);
    connection.onWait?.(0, word('hub.fetchedAgain', { path }));
  }
}

/** @returns whether the part is now whole and has the right hash */
async function fetchPart(
  file: PlannedFile,
  url: string,
  part: string,
  connection: HubConnection,
  onBytes: (done: number) => void,
): Promise<boolean> {
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT);
  try {
    const progress = await PartialBlob.open(handle, part, file, connection.signal);
    onBytes(progress.done);
    let furthest = progress.done;
    for (let failures = 1; progress.done < file.size; failures++) {
      try {
        await fetchRest(progress, url, connection, onBytes);
      } catch (error) {
        if (error instanceof HubError && WRONG_BYTES.has((error as HubError).code)) return false;
        if (progress.done >= furthest + GAIN) failures = 1;
        furthest = Math.max(furthest, progress.done);
        await waitToRetry(error, failures, connection);
      }
    }
    if (!progress.matches()) return false;
    await handle.sync();
    // Another program that wrote to the same file, an older Python for one, would have made it longer or replaced it.
    const [mine, named] = [await handle.stat(), await stat(part)];
    return mine.size === file.size && named.ino === mine.ino;
  } finally {
    await handle.close();
  }
}

/** One request for the bytes that are still missing. */
async function fetchRest(progress: PartialBlob, url: string, connection: HubConnection, onBytes: (done: number) => void): Promise<void> {
  const { path, size } = progress.file;
  const headers: Record<string, string> = progress.done > 0 ? { range: `bytes=${progress.done}-` } : {};
  await connection.open(url, { headers }, async (response, body) => {
    const start = response.status === 206 ? rangeStart(response) : 0;
    if (start !== progress.done) {
      // A server that ignores ranges sends everything, from the beginning.
      if (start !== 0) throw new HubError('hub.wrongRange', [{ path, asked: progress.done, got: start }]);
      await progress.restart();
    }
    for await (const chunk of body) {
      await progress.append(chunk);
      onBytes(progress.done);
    }
  });
  if (progress.done < size) throw new HubError('hub.endedEarly', [{ path, done: progress.done, size }], { retryable: true });
}

function rangeStart(response: Response): number {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return start === undefined ? Number.NaN : Number(start);
}

/** What is on disk of a blob, with the hash of it so far. */
class PartialBlob {
  done = 0;
  private hash: Hash;

  private constructor(
    private readonly handle: FileHandle,
    readonly file: PlannedFile,
  ) {
    this.hash = newHash(file);
  }

  static async open(handle: FileHandle, path: string, file: PlannedFile, signal?: AbortSignal): Promise<PartialBlob> {
    const blob = new PartialBlob(handle, file);
    const { size } = await handle.stat();
    if (size > file.size) await handle.truncate(0);
    else if (size > 0) {
      for await (const chunk of createReadStream(path, { end: size - 1, highWaterMark: 1 << 20 })) {
        signal?.throwIfAborted();
        blob.hash.update(chunk as Uint8Array);
      }
      blob.done = size;
    }
    return blob;
  }

  async append(chunk: Uint8Array): Promise<void> {
    if (this.done + chunk.length > this.file.size) throw new HubError('hub.longer', [{ path: this.file.path }]);
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await this.handle.write(chunk, written, chunk.length - written, this.done + written);
      written += bytesWritten;
    }
    this.hash.update(chunk);
    this.done += chunk.length;
  }

  async restart(): Promise<void> {
    await this.handle.truncate(0);
    this.hash = newHash(this.file);
    this.done = 0;
  }

  matches(): boolean {
    return this.hash.copy().digest('hex') === this.file.hash.hex;
  }
}

function newHash({ hash, size }: PlannedFile): Hash {
  return hash.algorithm === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}
