import { readdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { GRAPH_FILES, withPastOf } from '../local/modelFiles';
import { CachedRepository, sizeOf } from './cacheLayout';
import { chooseFiles, type ChosenFiles } from './chooseFiles';
import { externalDataOf } from './externalData';
import { HubError } from './hubError';
import { isInside, parseHubReference, type HubReference } from './reference';
import { hubSettings, type HubOptions } from './settings';

/** A model in the cache, with all the files that it needs. */
export interface Snapshot {
  readonly folder: string;
  readonly commit: string;
  readonly files: ChosenFiles;
  /** Whether the hub is known to have nothing better: the graph is the preferred one, and it has no wanted file that is missing here. */
  readonly certain: boolean;
}

/** The folder of a reference and the graph's path inside it; undefined when the cache does not hold the whole model. Uses no network. @throws HubError */
export async function cachedModel(reference: string, options: HubOptions = {}): Promise<{ folder: string; graph: string } | undefined> {
  const found = await findSnapshot(parseHubReference(reference), hubSettings(options).cache);
  return found && { folder: found.folder, graph: found.files.graph };
}

export async function findSnapshot(reference: HubReference, cache: string): Promise<Snapshot | undefined> {
  const repository = new CachedRepository(cache, reference.model);
  const commit = await repository.commitOf(reference.revision);
  if (commit === undefined) return undefined;
  const folder = repository.snapshot(commit);
  const files = chosenOf(reference, await filesIn(folder));
  if (files === undefined || !(await hasItsWeights(folder, files.graph))) return undefined;
  if (files.withPast !== undefined && !(await hasItsWeights(folder, files.withPast))) return undefined;
  const better = reference.file === undefined ? preferredTo(files.graph) : [];
  const wanted = [...better, ...missingHalf(files), ...(files.small.includes('tokenizer_config.json') ? [] : ['tokenizer_config.json'])];
  const absent = await Promise.all(wanted.map((path) => repository.isKnownAbsent(commit, path)));
  return { folder, commit, files, certain: absent.every(Boolean) };
}

/** Graphs that we would prefer to this one. */
export function preferredTo(graph: string): readonly string[] {
  const at = GRAPH_FILES.indexOf(graph);
  return at < 0 ? GRAPH_FILES : GRAPH_FILES.slice(0, at);
}

/** The second half of a split decoder if it is missing: a model works without it, but more slowly. */
export function missingHalf({ graph, withPast }: ChosenFiles): string[] {
  const half = withPastOf(graph);
  return half === undefined || withPast !== undefined ? [] : [half];
}

function chosenOf(reference: HubReference, paths: readonly string[]): ChosenFiles | undefined {
  try {
    return chooseFiles(reference.model, paths, reference.file);
  } catch (error) {
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

/** Files of a snapshot by their paths on the hub; links to blobs that are gone do not count. */
async function filesIn(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch {
    return [];
  }
  const sizes = await Promise.all(names.map((name) => sizeOf(join(folder, name))));
  return names.filter((_, i) => sizes[i] !== undefined).map((name) => name.split(sep).join('/'));
}

/** Files with weights that the graph names and that are not beside it. @throws CodedError when it is not an ONNX file */
export async function missingWeights(folder: string, graph: string): Promise<string[]> {
  const file = join(folder, graph);
  const names = externalDataOf(file);
  const sizes = await Promise.all(names.map(async (name) => (isInside(name) ? sizeOf(join(dirname(file), name)) : undefined)));
  return names.filter((_, i) => sizes[i] === undefined);
}

async function hasItsWeights(folder: string, graph: string): Promise<boolean> {
  try {
    return (await missingWeights(folder, graph)).length === 0;
  } catch {
    return false; // not a whole file: it must be downloaded
  }
}
