import { join } from 'node:path';
import { word } from '../../wording/wording';
import { withPastOf } from '../local/modelFiles';
import { CachedRepository, sizeOf } from './cacheLayout';
import { chooseFiles, OPTIONAL_FILES, type ChosenFiles } from './chooseFiles';
import { HubConnection } from './connection';
import { HubError } from './hubError';
import { askListing, statedLicense, type ListedFile } from './listing';
import { parseHubReference, type HubReference } from './reference';
import { retrying, type OnWait } from './retry';
import { hubSettings, type HubOptions, type HubSettings } from './settings';
import { findSnapshot, missingHalf, preferredTo, type Snapshot } from './snapshot';

export interface PlannedFile {
  /** Path in the repository. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes already on disk. */
  readonly there: number;
  /** The content's hash, also the blob's name in the cache: SHA-256 for files in large storage, git's SHA-1 of a blob for others. */
  readonly hash: { readonly algorithm: 'sha256' | 'git-sha1'; readonly hex: string };
}

/** What a download would fetch, for the user to agree to; holds no token. Sizes are in bytes. */
export interface DownloadPlan {
  readonly reference: string;
  /** `OWNER/NAME`. */
  readonly model: string;
  /** The branch, tag or commit of the reference. */
  readonly revision: string;
  readonly commit: string;
  /** The model's page on the hub. */
  readonly page: string;
  /** As the model's card states it; undefined when it does not, or when the hub was not asked. */
  readonly license: string | undefined;
  /** Path of the ONNX file in the folder. */
  readonly graph: string;
  readonly folder: string;
  /** Whether the model comes from the cache and the hub was not asked, or did not answer. */
  readonly cached: boolean;
  /** What the user should know besides. */
  readonly notes: readonly string[];
  /** Empty for a cached model. */
  readonly files: readonly PlannedFile[];
  readonly bytesTotal: number;
  readonly bytesThere: number;
  readonly bytesToFetch: number;
  /** Other ONNX files of the repository with the sizes of their weights; `hf:OWNER/NAME#FILE` selects one. */
  readonly alternatives: readonly { readonly file: string; readonly size: number }[];
  /** Files that this commit does not have and a later search of the cache would look for. */
  readonly absent: readonly string[];
}

interface PlanOptions extends HubOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: OnWait | undefined;
}

/** Errors of a hub that does not answer now; the cache may do instead. */
const AWAY: ReadonlySet<string> = new Set(['hub.busy', 'hub.silent', 'hub.certificate', 'hub.unreachable', 'hub.brokenConnection']);

/**
 * What a model still needs: nothing, and no network, if it is in the cache; otherwise asks the hub for its license and
 * files. Fetches no file. @throws HubError
 */
export async function planDownload(reference: string, options: PlanOptions = {}): Promise<DownloadPlan> {
  const wanted = parseHubReference(reference);
  const settings = hubSettings(options);
  const found = await findSnapshot(wanted, settings.cache);
  if (found?.certain) return cachedPlan(reference, wanted, found, settings, []);
  const { model, revision } = wanted;
  const missing = { model, revision, cache: settings.cache };
  if (settings.offline) {
    if (found) return cachedPlan(reference, wanted, found, settings, [word('hub.mayBeBetter')]);
    throw new HubError('hub.offline', [missing]);
  }
  try {
    return await hubPlan(reference, wanted, settings, options);
  } catch (error) {
    if (!(error instanceof HubError) || !AWAY.has(error.origin)) throw error;
    if (found) return cachedPlan(reference, wanted, found, settings, [error.message, word('hub.mayBeBetter')]);
    throw new HubError('hub.away', [{ ...missing, problem: error.message }], { cause: error });
  }
}

async function cachedPlan(
  reference: string,
  { model, revision }: HubReference,
  { folder, commit, files }: Snapshot,
  { endpoint }: HubSettings,
  notes: readonly string[],
): Promise<DownloadPlan> {
  const sizes = await Promise.all(pathsOf(files).map((path) => sizeOf(join(folder, path))));
  const bytesTotal = sum(sizes.map((size) => size ?? 0));
  const page = `${endpoint}/${model}`;
  const nothing = { license: undefined, files: [], bytesToFetch: 0, alternatives: [], absent: [] };
  const found = { reference, model, revision, commit, page, graph: files.graph, folder, cached: true, notes };
  return { ...found, ...nothing, bytesTotal, bytesThere: bytesTotal };
}

async function hubPlan(reference: string, wanted: HubReference, settings: HubSettings, options: PlanOptions): Promise<DownloadPlan> {
  const { model, revision } = wanted;
  const connection = new HubConnection(settings, wanted, options.signal, options.onWait);
  const listing = await askListing(wanted, connection);
  const { commit } = listing;
  const chosen = chooseFiles(
    model,
    listing.files.map((file) => file.path),
    wanted.file,
  );
  if (listing.restricted) await checkAccess(connection, connection.urlOf(commit, chosen.graph));
  const repository = new CachedRepository(settings.cache, model);
  const listed = pathsOf(chosen).map((path) => listing.files.find((file) => file.path === path)!);
  const files = await Promise.all(listed.map((file) => plannedFile(repository, commit, file)));
  const [bytesTotal, bytesThere] = [sum(files.map(({ size }) => size)), sum(files.map(({ there }) => there))];
  return {
    reference,
    model,
    revision,
    commit,
    page: `${settings.endpoint}/${model}`,
    license: statedLicense(listing),
    graph: chosen.graph,
    folder: repository.snapshot(commit),
    cached: false,
    notes: [],
    files,
    bytesTotal,
    bytesThere,
    bytesToFetch: bytesTotal - bytesThere,
    alternatives: alternativesTo(model, chosen.graph, listing.files),
    absent: [
      ...(wanted.file === undefined ? preferredTo(chosen.graph) : []),
      ...missingHalf(chosen),
      ...OPTIONAL_FILES.filter((name) => !chosen.small.includes(name)),
    ],
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Small files first, then the graphs, whose weights can then be checked by name before they are fetched. */
const pathsOf = ({ small, graph, withPast, data }: ChosenFiles): string[] => [
  ...small,
  ...(withPast === undefined ? [] : [withPast]),
  graph,
  ...data,
];

async function plannedFile(repository: CachedRepository, commit: string, { path, oid, sha256, size }: ListedFile): Promise<PlannedFile> {
  const hash = sha256 === undefined ? ({ algorithm: 'git-sha1', hex: oid } as const) : ({ algorithm: 'sha256', hex: sha256 } as const);
  const [placed, blob] = await Promise.all([sizeOf(join(repository.snapshot(commit), path)), sizeOf(repository.blob(hash.hex))]);
  const part = (await sizeOf(repository.incomplete(hash.hex))) ?? 0;
  const there = placed === size || blob === size ? size : part <= size ? part : 0;
  return { path, size, there, hash };
}

/** Asks for the graph without fetching it: a gated or private model is refused before the user is asked for consent. */
async function checkAccess(connection: HubConnection, url: string): Promise<void> {
  const ask = (): Promise<void> =>
    connection.open(url, { method: 'HEAD', follow: false }, async ({ body }) => {
      await body?.cancel();
    });
  await retrying(ask, connection);
}

function alternativesTo(model: string, graph: string, files: readonly ListedFile[]): { file: string; size: number }[] {
  const paths = files.map((file) => file.path);
  const halves = new Set(paths.map(withPastOf));
  return paths
    .filter((path) => path.endsWith('.onnx') && path !== graph && !halves.has(path))
    .map((file) => {
      const { withPast, data } = chooseFiles(model, paths, file);
      const weights = new Set([file, withPast, ...data]);
      return { file, size: sum(files.map(({ path, size }) => (weights.has(path) ? size : 0))) };
    })
    .sort((a, b) => a.size - b.size);
}
