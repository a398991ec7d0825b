import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ModelError } from './modelError';
import { LmTokenizer } from './tokenizer';

/** A language model's files, read. */
export interface ModelFolder {
  /** The reference in the spec, such as `bundled:causal`. */
  readonly reference: string;
  readonly kind: 'causal' | 'masked';
  readonly graph: Uint8Array;
  readonly tokenizer: LmTokenizer;
  readonly shape: CausalShape;
  /** Tokens that fit into the context. */
  readonly context: number;
  /** SHA-256 of the graph and the tokenizer, in hex. */
  readonly hash: string;
}

export interface CausalShape {
  readonly layers: number;
  readonly heads: number;
  readonly headSize: number;
}

const KINDS: Record<string, 'causal' | 'masked'> = { gpt2: 'causal', roberta: 'masked' };

/** Resolves `bundled:NAME` or `folder:PATH` (relative to `base`) and reads the model. @throws ModelError */
export async function readModel(reference: string, base: string): Promise<ModelFolder> {
  const folder = locate(reference, base);
  let config: Record<string, number | string | undefined>;
  let graph: Uint8Array;
  try {
    config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as typeof config;
    graph = await readFile(join(folder, 'onnx', 'model.onnx'));
  } catch (error) {
    throw new ModelError(
      `The model ${reference} cannot be read: ${(error as Error).message}. A model folder holds config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx.`,
    );
  }
  const kind = KINDS[String(config.model_type)];
  if (!kind)
    throw new ModelError(
      `The model ${reference} is of type "${config.model_type}"; this version reads ${Object.keys(KINDS).join(' and ')} models.`,
    );
  const tokenizer = await LmTokenizer.load(folder);
  const number = (...names: string[]): number => {
    const value = names.map((name) => config[name]).find((v) => typeof v === 'number');
    if (typeof value !== 'number') throw new ModelError(`${join(folder, 'config.json')} has no ${names.join(' or ')}.`);
    return value;
  };
  const heads = number('n_head', 'num_attention_heads');
  const context =
    kind === 'masked' ? number('max_position_embeddings') - number('pad_token_id') - 1 : number('n_positions', 'max_position_embeddings');
  const hash = createHash('sha256')
    .update(graph)
    .update(await readFile(join(folder, 'tokenizer.json')))
    .digest('hex');
  return {
    reference,
    kind,
    graph,
    tokenizer,
    context,
    hash,
    shape: { layers: number('n_layer', 'num_hidden_layers'), heads, headSize: number('n_embd', 'hidden_size') / heads },
  };
}

function locate(reference: string, base: string): string {
  const colon = reference.indexOf(':');
  const [scheme, rest] = [reference.slice(0, colon), reference.slice(colon + 1)];
  if (scheme === 'folder') return resolve(base, rest);
  if (scheme === 'bundled') {
    const folder = join(bundledModels(), rest);
    if (existsSync(join(folder, 'config.json'))) return folder;
    throw new ModelError(`There is no bundled model "${rest}". The bundled models are bundled:causal and bundled:masked.`);
  }
  throw new ModelError(
    `"${reference}" names no model that this version can read. Write bundled:causal, bundled:masked, or folder:PATH for a model of your own.`,
  );
}

/** The `models` folder of the installed project: beside `dist` when bundled, above `src` when not. */
function bundledModels(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const models = join(folder, 'models');
    if (existsSync(join(models, 'causal', 'config.json'))) return models;
    if (dirname(folder) === folder)
      throw new ModelError('The folder "models" with the bundled models is missing; install the package again.');
  }
}
