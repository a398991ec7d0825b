import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readChatFiles, type ChatFiles } from './chat/chatTemplate';
import { Feeder } from './graphs/feeds';
import { GraphFile } from './graphs/graphFile';
import { isHubReference } from '../hub/reference';
import { cachedModel } from '../hub/snapshot';
import { endTokens, modelFacts, type ModelConfig } from './modelConfig';
import { ModelError } from '../modelError';
import { chooseGraphs } from './modelFiles';
import { LmTokenizer, readJson } from './tokenizer/tokenizer';

/** A language model on disk. Its weights are read when a session opens. */
export interface ModelFolder {
  /** The reference in the spec, such as `bundled:causal`. */
  readonly reference: string;
  readonly kind: 'causal' | 'masked';
  readonly tokenizer: LmTokenizer;
  readonly chat: ChatFiles;
  /** Tokens that fit into the context. */
  readonly context: number;
  /** SHA-256 of the graph, its weights and the tokenizer, in hex. */
  readonly hash: string;
  /** Reads rows from their start. */
  readonly whole: ModelGraph;
  /** Continues from a KV cache; the same as `whole` if one graph does both, undefined if none does. */
  readonly withPast: ModelGraph | undefined;
  /** Name of the graphs' logits, [B, S, V]. */
  readonly logits: string;
  /** Tokens that end a generated text. */
  readonly ends: readonly number[];
}

export interface ModelGraph {
  readonly file: GraphFile;
  readonly feeder: Feeder;
}

/** Where a model is, for callers that have located it themselves. */
interface ModelPlace {
  readonly reference: string;
  readonly folder: string;
  /** The ONNX file inside the folder; the most exact one when absent. */
  readonly file?: string | undefined;
}

/**
 * Resolves `bundled:NAME`, `folder:PATH[#FILE]` (relative to `base`) or `hf:OWNER/NAME[@REVISION][#FILE]` (in the hub's cache; nothing
 * is downloaded here) and reads the model. @throws ModelError
 */
export async function readModel(reference: string, base: string): Promise<ModelFolder> {
  return readModelFolder(isHubReference(reference) ? await cached(reference) : locate(reference, base));
}

/** Reads a model folder laid out as on the Hugging Face hub. @throws ModelError */
async function readModelFolder({ reference, folder, file }: ModelPlace): Promise<ModelFolder> {
  const files = await filesOf(reference, folder);
  const chosen = chooseGraphs(reference, files, file);
  // Some exports put all files into one folder, some only the graphs.
  const home = files.includes('config.json') ? folder : dirname(join(folder, chosen.graph));
  const config = (await readJson(home, 'config.json')) as ModelConfig | undefined;
  if (!config) throw new ModelError('model.noConfig', { model: reference, folder });
  const tokenizerHome = files.includes('tokenizer.json') ? folder : home;
  const tokenizer = await LmTokenizer.load(tokenizerHome, config);
  const { whole, withPast } = await openGraphs(folder, chosen.graph, chosen.withPast);
  const longest = ((await readJson(tokenizerHome, 'tokenizer_config.json')) as { model_max_length?: unknown } | undefined)
    ?.model_max_length;
  const facts = modelFacts(reference, config, whole, tokenizer.maskId !== undefined, longest);
  if (facts.kind === 'masked' && tokenizer.maskId === undefined) throw new ModelError('model.noMaskToken', { model: reference });
  const graph = (each: GraphFile): ModelGraph => ({
    file: each,
    feeder: new Feeder(each, tokenizer.padId, facts.shape, reference),
  });
  const read = graph(whole);
  const graphFiles = new Set([whole, withPast ?? whole].flatMap(({ path, externalFiles }) => [path, ...externalFiles]));
  return {
    reference,
    kind: facts.kind,
    tokenizer,
    chat: await readChatFiles(tokenizerHome),
    context: facts.context,
    logits: facts.logits,
    ends: endTokens((await readJson(home, 'generation_config.json')) as ModelConfig | undefined, config, tokenizer.endId),
    whole: read,
    withPast: facts.kind === 'masked' ? undefined : withPast === whole ? read : withPast && graph(withPast),
    hash: await hashOf([...graphFiles, join(tokenizerHome, 'tokenizer.json')]),
  };
}

async function filesOf(reference: string, folder: string): Promise<string[]> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new ModelError('model.noFolder', { model: reference, folder });
  const onnx = join(folder, 'onnx');
  const inner = existsSync(onnx) && statSync(onnx).isDirectory() ? await readdir(onnx) : [];
  return [...(await readdir(folder)), ...inner.map((name) => `onnx/${name}`)];
}

/** The graph that reads texts from their start and the one that continues from a KV cache, if there is one. */
async function openGraphs(
  folder: string,
  file: string,
  pastFile: string | undefined,
): Promise<{ whole: GraphFile; withPast: GraphFile | undefined }> {
  const opened = await GraphFile.open(join(folder, file));
  if (opened.withPast) return { whole: opened.whole, withPast: opened.withPast };
  if (pastFile !== undefined) return { whole: opened.whole, withPast: (await GraphFile.open(join(folder, pastFile))).whole };
  return { whole: opened.whole, withPast: opened.whole.pastInputs.length > 0 ? opened.whole : undefined };
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) await pipeline(createReadStream(file), hash, { end: false });
  return hash.digest('hex');
}

async function cached(reference: string): Promise<ModelPlace> {
  const found = await cachedModel(reference);
  if (!found) throw new ModelError('model.notCached', { model: reference });
  return { reference, folder: found.folder, file: found.graph };
}

export function locate(reference: string, base: string): ModelPlace {
  const colon = reference.indexOf(':');
  const [scheme, rest] = [reference.slice(0, colon), reference.slice(colon + 1)];
  if (scheme === 'folder') {
    const whole = resolve(base, rest);
    const mark = rest.lastIndexOf('#');
    if (mark < 0 || existsSync(whole)) return { reference, folder: whole };
    return { reference, folder: resolve(base, rest.slice(0, mark)), file: rest.slice(mark + 1) };
  }
  if (scheme === 'bundled') {
    const folder = join(bundledModels(), rest);
    if (existsSync(join(folder, 'config.json'))) return { reference, folder };
    throw new ModelError('model.unknownBundled', { name: rest });
  }
  throw new ModelError('model.unknownReference', { model: reference });
}

/** The `models` folder of the installed project: beside `dist` when bundled, above `src` when not. */
function bundledModels(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const models = join(folder, 'models');
    if (existsSync(join(models, 'causal', 'config.json'))) return models;
    if (dirname(folder) === folder) throw new ModelError('model.bundledMissing');
  }
}
