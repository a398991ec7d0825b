import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLock } from '../../files/lock';
import { word } from '../../wording/wording';
import { fetchBlob } from './blob';
import { CachedRepository, sizeOf } from './cacheLayout';
import { HubConnection } from './connection';
import { HubError } from './hubError';
import type { DownloadPlan, PlannedFile } from './plan';
import { hubSettings, type HubOptions, type HubSettings } from './settings';
import { missingWeights } from './snapshot';

export interface DownloadProgress {
  /** The file being fetched. */
  readonly file: string;
  /** Bytes of the whole plan on disk; falls when a server makes us start a file again. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Why the download waits, while it does. */
  readonly waiting?: string;
}

interface DownloadOptions extends HubOptions {
  /** Stops the download; the next one continues from what is there. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** A folder laid out as on the hub, and the graph's path inside it. */
interface LocalModel {
  readonly folder: string;
  readonly graph: string;
}

/** Shortest time between two reports of progress, except for the last on each file. */
const PROGRESS_MILLISECONDS = 100;

/** Fetches what a plan lacks into the cache. @throws HubError, or the signal's reason when it is aborted */
export async function download(plan: DownloadPlan, options: DownloadOptions = {}): Promise<LocalModel> {
  const { folder, graph } = plan;
  if (plan.cached) return { folder, graph };
  const settings = hubSettings(options);
  const repository = new CachedRepository(settings.cache, plan.model);
  try {
    await checkSpace(plan, settings);
    const done = plan.files.map((file) => file.there);
    for (const [i, file] of plan.files.entries()) {
      const tell = progressOf(plan, file, done, i, options);
      const onWait = (seconds: number, reason: string): void =>
        tell({ waiting: seconds > 0 ? word('hub.nextTry', { reason, seconds: Math.ceil(seconds) }) : reason });
      await fetchFile(plan, file, repository, new HubConnection(settings, plan, options.signal, onWait), tell);
      tell({ bytes: file.size, last: true });
      if (file.path.endsWith('.onnx')) await checkWeights(plan, file.path);
    }
    for (const path of plan.absent) await repository.markAbsent(plan.commit, path);
    await repository.setCommitOf(plan.revision, plan.commit);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw diskError(error, plan, settings) ?? error;
  }
  return { folder, graph };
}

/** Reports bytes of one file that are on disk, or why nothing moves. */
type Tell = (news: { bytes?: number; waiting?: string; last?: boolean }) => void;

function progressOf(plan: DownloadPlan, file: PlannedFile, done: number[], i: number, options: DownloadOptions): Tell {
  let told = -Infinity;
  return ({ bytes, waiting, last }) => {
    if (bytes !== undefined) done[i] = bytes;
    const now = performance.now();
    if (now - told < PROGRESS_MILLISECONDS && waiting === undefined && !last) return;
    told = now;
    const bytesDone = done.reduce((sum, part) => sum + part, 0);
    options.onProgress?.({ file: file.path, bytesDone, bytesTotal: plan.bytesTotal, ...(waiting !== undefined && { waiting }) });
  };
}

/** One file of the snapshot: its blob, fetched if necessary, and the link to it. */
async function fetchFile(
  { commit }: DownloadPlan,
  { path, size, ...file }: PlannedFile,
  repository: CachedRepository,
  connection: HubConnection,
  tell: Tell,
): Promise<void> {
  const { hex } = file.hash;
  const placed = join(repository.snapshot(commit), path);
  if ((await sizeOf(placed)) === size) return;
  let waits = false;
  const lock = await FileLock.wait(repository.lock(hex), connection.signal, () => {
    if (!waits) tell({ waiting: word('hub.otherProgram', { file: path }) });
    waits = true;
  });
  try {
    if ((await sizeOf(placed)) === size) return; // the other program has finished it
    const isNew = (await sizeOf(repository.blob(hex))) !== size;
    const url = connection.urlOf(commit, path);
    if (isNew) await fetchBlob({ path, size, ...file }, url, repository, connection, (bytes) => tell({ bytes }));
    await repository.place(commit, path, hex, isNew);
  } finally {
    lock.release();
  }
}

/** A graph names the files of its weights; the plan must have them all. */
async function checkWeights({ folder, files, model, reference }: DownloadPlan, graph: string): Promise<void> {
  let missing: string[];
  try {
    missing = await missingWeights(folder, graph);
  } catch (error) {
    throw new HubError('hub.notOnnx', [{ model, graph, reason: (error as Error).message }], { cause: error });
  }
  const inside = graph.split('/').slice(0, -1);
  const names = missing.filter((name) => !files.some(({ path }) => path === [...inside, name].join('/')));
  if (names.length > 0) throw new HubError('hub.strangeWeights', [{ model, graph, names, reference }]);
}

async function checkSpace({ model, bytesToFetch: bytes }: DownloadPlan, { cache }: HubSettings): Promise<void> {
  await mkdir(cache, { recursive: true });
  const { bavail, bsize } = await statfs(cache);
  const free = bavail * bsize;
  if (free < bytes) throw new HubError('hub.diskSpace', [{ model, bytes, cache, free }]);
}

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EIO', 'ENAMETOOLONG', 'EBUSY', 'ENOENT'];

/** What is wrong with the cache's folder, if that is what the error is about. */
function diskError(error: unknown, { model, bytesToFetch: bytes }: DownloadPlan, { cache }: HubSettings): HubError | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (error instanceof HubError || typeof code !== 'string') return undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new HubError('hub.diskFull', [{ model, bytes, cache }]);
  return UNWRITABLE.includes(code) ? new HubError('hub.unwritable', [{ path: path ?? cache, code }], { cause: error }) : undefined;
}
