import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CachedRepository } from './cacheLayout';
import type { HubConnection } from './connection';
import { HubError } from './hubError';
import type { PlannedFile } from './plan';
import { waitToRetry, type OnWait } from './retry';
import { Watchdog } from './watchdog';

/** So many bytes gained make a broken connection one that is getting on: the count of failures begins anew. */
const GAIN = 2 ** 20;

export interface BlobCallbacks {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of this file that are on disk. */
  readonly onBytes?: (done: number) => void;
  readonly onWait?: OnWait | undefined;
}

/**
 * Downloads one blob into the cache. A part that an earlier try left behind is gone on from; only a whole blob of the right hash
 * gets the blob's name. The caller holds the blob's lock. @throws HubError, system errors, or the signal's reason
 */
export async function fetchBlob(
  file: PlannedFile,
  url: string,
  repository: CachedRepository,
  connection: HubConnection,
  callbacks: BlobCallbacks,
): Promise<void> {
  const part = repository.incomplete(file.hash.hex);
  await mkdir(dirname(part), { recursive: true });
  for (const lastTry of [false, true]) {
    if (await fetchPart(file, url, part, connection, callbacks)) return rename(part, repository.blob(file.hash.hex));
    await rm(part, { force: true });
    if (lastTry)
      throw new HubError(
        'corrupt',
        `${file.path} came twice with a content that does not match its hash on the hub (${file.hash.algorithm} ${file.hash.hex}); it was deleted. ` +
          'A proxy or a mirror on the way may change it: try another network, or another HF_ENDPOINT.',
      );
    callbacks.onWait?.(0, `${file.path} does not match its hash on the hub and is fetched again.`);
  }
}

/** @returns whether the part is now whole and has the right hash */
async function fetchPart(
  file: PlannedFile,
  url: string,
  part: string,
  connection: HubConnection,
  callbacks: BlobCallbacks,
): Promise<boolean> {
  const handle = await openPart(part);
  try {
    const progress = await PartialBlob.open(handle, part, file, callbacks.signal);
    callbacks.onBytes?.(progress.done);
    let furthest = progress.done;
    for (let failures = 1; progress.done < file.size; failures++) {
      try {
        await fetchRest(progress, url, connection, callbacks);
      } catch (error) {
        callbacks.signal?.throwIfAborted();
        if (error instanceof HubError && error.kind === 'corrupt') return false;
        if (progress.done >= furthest + GAIN) failures = 1;
        furthest = Math.max(furthest, progress.done);
        await waitToRetry(error, failures, connection.settings, callbacks.signal, callbacks.onWait);
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

/** For reading and writing; made where it is not there. */
async function openPart(part: string): Promise<FileHandle> {
  try {
    return await open(part, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(part, 'w+');
  }
}

/** One request for the bytes that are still missing. */
async function fetchRest(progress: PartialBlob, url: string, connection: HubConnection, callbacks: BlobCallbacks): Promise<void> {
  const watchdog = new Watchdog(connection.settings.idleMilliseconds, callbacks.signal);
  try {
    const headers = progress.done > 0 ? { range: `bytes=${progress.done}-` } : {};
    const response = await connection.open(url, watchdog, { headers });
    const start = response.status === 206 ? rangeStart(response) : 0;
    if (start !== progress.done) {
      // A server that ignores ranges sends everything, from the beginning.
      if (start !== 0)
        throw new HubError('answer', `${progress.file.path}: asked for bytes from ${progress.done}, got them from ${start}.`);
      await progress.restart();
    }
    for await (const chunk of connection.body(response, url, watchdog)) {
      await progress.append(chunk);
      callbacks.onBytes?.(progress.done);
    }
  } finally {
    watchdog.stop();
  }
  const { done, file } = progress;
  if (done < file.size) throw new HubError('broken', `${file.path} ended after ${done} of ${file.size} bytes.`, { retryable: true });
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
    if (this.done + chunk.length > this.file.size) throw new HubError('corrupt', `${this.file.path} is longer than the hub lists it.`);
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
