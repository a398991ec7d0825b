import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { HubError } from '../../../../src/model/hub/hubError';
import type { HubOptions } from '../../../../src/model/hub/settings';
import { HubServer, type Repository } from './hubServer';
import { noise, onnxModel, rawTensor } from './onnxBytes';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const MODEL = 'acme/tiny-bert';
export const GRAPH = onnxModel({ initializers: [rawTensor(noise(300_000))] });

export function tinyBert(changes: Partial<Repository> = {}): Repository {
  return {
    commit: COMMIT,
    files: {
      '.gitattributes': '*.onnx filter=lfs',
      'README.md': '---\nlicense: apache-2.0\n---\n',
      'config.json': '{"model_type":"bert"}',
      'tokenizer.json': '{"version":"1.0"}',
      'tokenizer_config.json': '{"mask_token":"[MASK]"}',
      'special_tokens_map.json': '{}',
      'model.safetensors': noise(1000, 7),
      'onnx/model.onnx': GRAPH,
    },
    large: ['onnx/model.onnx', 'model.safetensors'],
    card: { license: 'apache-2.0' },
    ...changes,
  };
}

export interface World {
  readonly server: HubServer;
  readonly cache: string;
  readonly home: string;
  /** Waits, in seconds. */
  readonly waits: number[];
  readonly options: HubOptions & { environment: Record<string, string> };
}

/** A hub with one model, an empty cache, and no real waiting. */
export async function makeWorld(repositories: Record<string, Repository> = { [MODEL]: tinyBert() }): Promise<World> {
  const server = await HubServer.start(repositories);
  const home = await mkdtemp(join(tmpdir(), 'rlprompt-hub-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const waits: number[] = [];
  const options = {
    environment: { HF_ENDPOINT: server.endpoint, HF_HOME: home },
    sleep: async (milliseconds: number, signal: AbortSignal | undefined) => {
      signal?.throwIfAborted();
      waits.push(milliseconds / 1000);
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
  return { server, home, cache: join(home, 'hub'), waits, options };
}

/** Until the test is done, code that takes no options uses this HF_HOME. */
export function stubHome(home: string): void {
  vi.stubEnv('HF_HOME', home);
  for (const name of ['HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE']) vi.stubEnv(name, undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** The HubError that a call must throw. */
export async function hubErrorOf(run: () => unknown): Promise<HubError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error('no HubError was thrown');
}
