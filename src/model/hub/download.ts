import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchBlob } from './blob';
import { CachedRepository, sizeOf } from './cacheLayout';
import { HubConnection } from './connection';
import { formatBytes } from './describe';
import { HubError } from './hubError';
import { acquireLock } from './lock';
import { fileUrl, type DownloadPlan, type PlannedFile } from './plan';
import type { OnWait } from './retry';
import { hubSettings, type HubOptions, type HubSettings } from './settings';
import { missingWeights } from './snapshot';

export interface DownloadProgress {
  /** The file that is being fetched. */
  readonly file: string;
  /** Bytes of the whole plan that are on disk; falls where a server makes us begin a file again. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Why nothing moves, while the download waits. */
  readonly waiting?: string;
}

export interface DownloadOptions extends HubOptions {
  /** Stops the download; what is there is kept, and the next download goes on from it. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** A folder laid out as on the hub, and the graph's path inside it. */
export interface LocalModel {
  readonly folder: string;
  readonly graph: string;
}

/** Progress is told at most so often, except for the last word on each file. */
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
      await fetchFile(plan, file, repository, settings, options, tell);
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

type Tell = (news: { bytes?: number; waiting?: string; last?: boolean }) => void;

function progressOf(plan: DownloadPlan, file: PlannedFile, done: number[], i: number, options: DownloadOptions): Tell {
  let told = -Infinity;
  return ({ bytes, waiting, last }) => {
    if (bytes !== undefined) done[i] = bytes;
    const now = performance.now();
    if (now - told < PROGRESS_MILLISECONDS && waiting === undefined && !last) return;
    told = now;
    const bytesDone = done.reduce((sum, part) => sum + part, 0);
    options.onProgress?.({ file: file.path, bytesDone, bytesTotal: plan.bytesTotal, ...(waiting === undefined ? {} : { waiting }) });
  };
}

/** One file of the snapshot: its blob, fetched unless it is there, and the link to it. */
async function fetchFile(
  plan: DownloadPlan,
  file: PlannedFile,
  repository: CachedRepository,
  settings: HubSettings,
  { signal }: DownloadOptions,
  tell: Tell,
): Promise<void> {
  const { model, commit, revision } = plan;
  const { hex } = file.hash;
  const placed = join(repository.snapshot(commit), file.path);
  if ((await sizeOf(placed)) === file.size) return;
  const onWait: OnWait = (seconds, reason) => tell({ waiting: seconds > 0 ? `${reason} Next try in ${Math.ceil(seconds)} s.` : reason });
  const lock = await acquireLock(repository.lock(hex), settings, signal, () =>
    tell({ waiting: `Another program is downloading ${file.path}.` }),
  );
  try {
    if ((await sizeOf(placed)) === file.size) return; // that other program has finished it
    const isNew = (await sizeOf(repository.blob(hex))) !== file.size;
    if (isNew) {
      const connection = new HubConnection({ model, revision, settings }, signal, onWait);
      const onBytes = (bytes: number): void => tell({ bytes });
      await fetchBlob(file, fileUrl(settings, model, commit, file.path), repository, connection, { signal, onBytes, onWait });
    }
    await repository.place(commit, file.path, hex, isNew);
  } finally {
    await lock.release();
  }
}

/** A graph names its weights' files; all of them must be in the plan. */
async function checkWeights(plan: DownloadPlan, graph: string): Promise<void> {
  let missing: string[];
  try {
    missing = await missingWeights(plan.folder, graph);
  } catch (error) {
    throw new HubError('files', `${graph} of ${plan.model} is no ONNX file: ${(error as Error).message}.`, { cause: error });
  }
  const folder = graph.split('/').slice(0, -1).join('/');
  const planned = new Set(plan.files.map((file) => file.path));
  const strange = missing.filter((name) => !planned.has(folder === '' ? name : `${folder}/${name}`));
  if (strange.length === 0) return;
  throw new HubError(
    'files',
    `${graph} of ${plan.model} keeps its weights in ${strange.length} more file${strange.length > 1 ? 's' : ''} (${strange.slice(0, 3).join(', ')}), ` +
      `which ${strange.length > 1 ? 'are' : 'is'} not named as ONNX exporters do. Download the repository whole, by pip install huggingface_hub and ` +
      `hf download ${plan.model}; ${plan.reference} then finds it in the cache.`,
  );
}

async function checkSpace(plan: DownloadPlan, settings: HubSettings): Promise<void> {
  await mkdir(settings.cache, { recursive: true });
  const { bavail, bsize } = await statfs(settings.cache);
  const free = bavail * bsize;
  if (free < plan.bytesToFetch) throw diskFull(plan, settings, `has ${formatBytes(free)} left`);
}

function diskFull(plan: DownloadPlan, { cache }: HubSettings, state: string): HubError {
  return new HubError(
    'disk',
    `The download of ${plan.model} needs ${formatBytes(plan.bytesToFetch)}, but the disk of ${cache} ${state}. ` +
      'Free some space, or set HF_HUB_CACHE to a folder on another disk.',
  );
}

/** What is wrong with the cache's folder, if that is what the error is about. */
function diskError(error: unknown, plan: DownloadPlan, settings: HubSettings): HubError | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (error instanceof HubError || typeof code !== 'string') return undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(plan, settings, 'is full; what is there is kept');
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EIO', 'ENAMETOOLONG', 'EBUSY', 'ENOENT'].includes(code))
    return new HubError('disk', `The cache ${path ?? settings.cache} cannot be written (${code}). Set HF_HUB_CACHE to a folder that can.`, {
      cause: error,
    });
  return undefined;
}
