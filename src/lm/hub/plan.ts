import { join } from 'node:path';
import { listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { CachedRepository, sizeOf } from './cacheLayout';
import { chooseFiles, OPTIONAL_FILES, type ChosenFiles } from './chooseFiles';
import { HubConnection } from './connection';
import { printable } from './failures';
import { HubError } from './hubError';
import { isInside, parseHubReference, type HubReference } from './reference';
import { retrying, type OnWait } from './retry';
import { hubSettings, type HubOptions, type HubSettings } from './settings';
import { findSnapshot, preferredTo, type Snapshot } from './snapshot';
import { Watchdog } from './watchdog';

export interface PlannedFile {
  /** Path in the repository. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes that are on disk already. */
  readonly there: number;
  /** What the content must hash to: SHA-256 for files in large storage, git's SHA-1 of a blob for others; the blob's name in the cache. */
  readonly hash: { readonly algorithm: 'sha256' | 'git-sha1'; readonly hex: string };
}

/** What a download would fetch, for a person to agree to; holds no token. Sizes are in bytes. */
export interface DownloadPlan {
  readonly reference: string;
  /** `OWNER/NAME`. */
  readonly model: string;
  /** The branch, tag or commit that was asked for. */
  readonly revision: string;
  readonly commit: string;
  /** Of the model, on the hub. */
  readonly page: string;
  /** As the model's card states it; undefined where it does not, or where the hub was not asked. */
  readonly licence: string | undefined;
  /** The ONNX file's path in the folder. */
  readonly graph: string;
  readonly folder: string;
  /** Whether this is a model from the cache and the hub was not asked, or did not answer. */
  readonly cached: boolean;
  /** What a person should know beside. */
  readonly notes: readonly string[];
  /** Empty for a cached model. */
  readonly files: readonly PlannedFile[];
  readonly bytesTotal: number;
  readonly bytesThere: number;
  readonly bytesToFetch: number;
  /** Other ONNX files of the repository with their weights' sizes; `hf:OWNER/NAME#FILE` takes one. */
  readonly alternatives: readonly { readonly file: string; readonly size: number }[];
  /** Files that this commit does not have and a later look into the cache would ask for. */
  readonly absent: readonly string[];
}

export interface PlanOptions extends HubOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait for a busy or broken server. */
  readonly onWait?: OnWait | undefined;
}

/**
 * What it takes to have a model: nothing, and no network, if the cache holds it; else the hub is asked for its licence and its files.
 * No file is fetched. @throws HubError
 */
export async function planDownload(reference: string, options: PlanOptions = {}): Promise<DownloadPlan> {
  const wanted = parseHubReference(reference);
  const settings = hubSettings(options);
  const found = await findSnapshot(wanted, settings.cache);
  if (found?.certain) return cachedPlan(reference, wanted, found, settings, []);
  if (settings.offline) {
    if (found) return cachedPlan(reference, wanted, found, settings, [MAY_BE_BETTER]);
    throw new HubError('offline', `${missing(wanted, settings)} HF_HUB_OFFLINE is set: unset it to download the model.`);
  }
  try {
    return await hubPlan(reference, wanted, settings, options);
  } catch (error) {
    if (!(error instanceof HubError) || !['unreachable', 'broken', 'busy'].includes(error.kind)) throw error;
    if (found) return cachedPlan(reference, wanted, found, settings, [error.message, MAY_BE_BETTER]);
    throw new HubError(error.kind, `${error.message} ${missing(wanted, settings)}`, { cause: error });
  }
}

const MAY_BE_BETTER = 'The hub was not asked whether it has a more precise version of the model.';

function missing({ model, revision }: HubReference, { cache }: HubSettings): string {
  return `The cache ${cache} does not hold the whole model ${model} at revision ${revision}.`;
}

async function cachedPlan(
  reference: string,
  wanted: HubReference,
  { folder, commit, files }: Snapshot,
  settings: HubSettings,
  notes: readonly string[],
): Promise<DownloadPlan> {
  const sizes = await Promise.all([...files.small, files.graph, ...files.data].map((path) => sizeOf(join(folder, path))));
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return {
    reference,
    model: wanted.model,
    revision: wanted.revision,
    commit,
    page: `${settings.endpoint}/${wanted.model}`,
    licence: undefined,
    graph: files.graph,
    folder,
    cached: true,
    notes,
    files: [],
    bytesTotal: bytes,
    bytesThere: bytes,
    bytesToFetch: 0,
    alternatives: [],
    absent: [],
  };
}

const SIZE = z.number().int().nonnegative();
const ENTRY = z.object({
  type: z.literal('file'),
  path: z.string().refine(isInside),
  size: SIZE,
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: SIZE }).optional(),
});
type Entry = z.infer<typeof ENTRY>;

const INFO = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  gated: z.union([z.boolean(), z.string()]).nullish(),
  private: z.boolean().nullish(),
  cardData: z.record(z.string(), z.unknown()).nullish(),
  tags: z.array(z.string()).nullish(),
});

async function hubPlan(reference: string, wanted: HubReference, settings: HubSettings, options: PlanOptions): Promise<DownloadPlan> {
  const { model, revision } = wanted;
  const connection = new HubConnection({ model, revision, settings }, options.signal, options.onWait);
  const call = { hubUrl: settings.endpoint, fetch: connection.fetch };
  const info = await understood(settings, async () =>
    INFO.parse(await modelInfo({ name: model, revision, additionalFields: ['sha', 'cardData', 'tags'], ...call })),
  );
  const entries = await understood(settings, async () => {
    const listed: Entry[] = [];
    for await (const entry of listFiles({ repo: model, revision: info.sha, recursive: true, ...call }))
      if (entry.type === 'file') listed.push(ENTRY.parse(entry));
    return listed;
  });
  const chosen = chooseFiles(
    model,
    entries.map((entry) => entry.path),
    wanted.file,
  );
  if (info.gated || info.private) await checkAccess(connection, fileUrl(settings, model, info.sha, chosen.graph), settings, options);
  const repository = new CachedRepository(settings.cache, model);
  const files = await Promise.all(
    pathsOf(chosen).map((path) =>
      plannedFile(
        repository,
        info.sha,
        entries.find((e) => e.path === path)!,
      ),
    ),
  );
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0);
  const bytesThere = files.reduce((sum, file) => sum + file.there, 0);
  return {
    reference,
    model,
    revision,
    commit: info.sha,
    page: `${settings.endpoint}/${model}`,
    licence: licenceOf(info.cardData ?? {}, info.tags ?? []),
    graph: chosen.graph,
    folder: repository.snapshot(info.sha),
    cached: false,
    notes: [],
    files,
    bytesTotal,
    bytesThere,
    bytesToFetch: bytesTotal - bytesThere,
    alternatives: alternativesTo(model, chosen.graph, entries),
    absent: [
      ...(wanted.file === undefined ? preferredTo(chosen.graph) : []),
      ...OPTIONAL_FILES.filter((name) => !chosen.small.includes(name)),
    ],
  };
}

/** Small files first, then the graph, whose weights can then be checked by name before they are fetched. */
const pathsOf = ({ small, graph, data }: ChosenFiles): string[] => [...small, graph, ...data];

/** The address of a file at a commit. */
export function fileUrl(settings: HubSettings, model: string, commit: string, path: string): string {
  return `${settings.endpoint}/${model}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

async function plannedFile(repository: CachedRepository, commit: string, { path, oid, lfs, size }: Entry): Promise<PlannedFile> {
  const hash = lfs ? ({ algorithm: 'sha256', hex: lfs.oid } as const) : ({ algorithm: 'git-sha1', hex: oid } as const);
  const whole = lfs?.size ?? size;
  const [placed, blob] = await Promise.all([sizeOf(join(repository.snapshot(commit), path)), sizeOf(repository.blob(hash.hex))]);
  const part = (await sizeOf(repository.incomplete(hash.hex))) ?? 0;
  const there = placed === whole || blob === whole ? whole : part <= whole ? part : 0;
  return { path, size: whole, there, hash };
}

/** Asks for the graph without fetching it: a gated or private model is refused before a person is asked for consent. */
async function checkAccess(connection: HubConnection, url: string, settings: HubSettings, options: PlanOptions): Promise<void> {
  const ask = async (): Promise<void> => {
    const watchdog = new Watchdog(settings.idleMilliseconds, options.signal);
    try {
      await (await connection.open(url, watchdog, { method: 'HEAD', follow: false })).body?.cancel();
    } finally {
      watchdog.stop();
    }
  };
  await retrying(ask, settings, options.signal, options.onWait);
}

/** Turns an answer of the wrong form into an error for people. */
async function understood<T>(settings: HubSettings, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof z.ZodError || error instanceof SyntaxError)) throw error;
    const where = error instanceof z.ZodError ? ` (${error.issues[0]?.path.join('.')})` : '';
    throw new HubError(
      'answer',
      `${settings.endpoint} does not answer as a Hugging Face hub does${where}. Check HF_ENDPOINT, and whether the network asks for a login first.`,
      { cause: error },
    );
  }
}

function licenceOf(card: Readonly<Record<string, unknown>>, tags: readonly string[]): string | undefined {
  const texts = (value: unknown): string[] =>
    [value].flat().filter((text): text is string => typeof text === 'string' && text.trim() !== '');
  const named = texts(card.license);
  const names = named.length > 0 ? named : tags.filter((tag) => tag.startsWith('license:')).map((tag) => tag.slice('license:'.length));
  if (names.length === 0) return undefined;
  const more = [...texts(card.license_name), ...texts(card.license_link)];
  return printable(names.join(', ') + (more.length > 0 ? ` (${more.join(', ')})` : '')).slice(0, 300);
}

function alternativesTo(model: string, graph: string, entries: readonly Entry[]): { file: string; size: number }[] {
  const paths = entries.map((entry) => entry.path);
  return paths
    .filter((path) => path.endsWith('.onnx') && path !== graph)
    .map((file) => {
      const weights = new Set([file, ...chooseFiles(model, paths, file).data]);
      const size = entries.reduce((sum, entry) => sum + (weights.has(entry.path) ? (entry.lfs?.size ?? entry.size) : 0), 0);
      return { file, size };
    })
    .sort((a, b) => a.size - b.size);
}
