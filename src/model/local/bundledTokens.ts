import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readChatFiles } from './chat/chatTemplate';
import { locate, type ModelFolder } from './modelFolder';
import { positions, type ModelConfig } from './modelConfig';
import { LmTokenizer, readJson } from './tokenizer/tokenizer';

type Tokens = Pick<ModelFolder, 'tokenizer' | 'kind' | 'context' | 'chat'>;

const known = new Map<string, { readonly modified: number; readonly tokens: Promise<Tokens> }>();

/** The tokenizer of a bundled model, without its graph: read once, and again only if its file changes. @throws ModelError */
export async function bundledTokens(reference: string): Promise<Tokens> {
  const { folder } = locate(reference, '.');
  const { mtimeMs: modified } = await stat(join(folder, 'tokenizer.json'));
  const before = known.get(folder);
  if (before?.modified === modified) return before.tokens;
  const tokens = readTokens(folder);
  known.set(folder, { modified, tokens });
  return tokens;
}

async function readTokens(folder: string): Promise<Tokens> {
  const config = (await readJson(folder, 'config.json')) as ModelConfig;
  const kind = String(config.architectures).includes('ForMaskedLM') ? 'masked' : 'causal';
  const facts = (await readJson(folder, 'tokenizer_config.json')) as { model_max_length?: unknown } | undefined;
  const { context } = positions(config, kind, facts?.model_max_length);
  return { tokenizer: await LmTokenizer.load(folder, config), kind, context, chat: await readChatFiles(folder) };
}
