import type { ServerSettings } from '../../spec/schema';
import { findApiKey, storedKey } from './apiKey';
import { Client } from './client';
import type { Clock } from './clock';
import { probe, type ProbeTask } from './probe';
import { parseServerReference } from './reference';
import { ServerError } from './serverError';
import type { TextModel } from './textModel';

export interface ServerAccess {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

export interface OpenServer {
  readonly model: TextModel;
  readonly client: Client;
  /** The model's name and the server's address, for people. */
  readonly name: string;
  /** Where the key came from; undefined when none is sent. */
  readonly keyFrom: string | undefined;
}

/** Finds the server, its model and a way of scoring that works there. @throws ServerError */
export async function openServer(
  reference: string,
  settings: ServerSettings,
  task: ProbeTask,
  access: ServerAccess,
  signal?: AbortSignal,
): Promise<OpenServer> {
  const { url, model } = parseServerReference(reference);
  const key = findApiKey(url, settings.apiKeyVariable, storedKey(url, access.environment), access.environment);
  const client = new Client({ ...settings, url, key, clock: access.clock });
  const name = model ?? (await onlyModel(client, signal));
  try {
    return { model: await probe(client, name, task, settings, signal), client, name: `${name} on ${url}`, keyFrom: key?.from };
  } catch (error) {
    if (!(error instanceof ServerError) || error.failure !== 'model') throw error;
    const names = await models(client, signal).catch((): string[] => []);
    if (names.length === 0 || names.includes(name)) throw error;
    throw new ServerError(
      'model',
      `${error.message} It has ${names.length === 1 ? 'the model' : 'the models'} ${list(names)}; name one of them before the @.`,
    );
  }
}

async function onlyModel(client: Client, signal?: AbortSignal): Promise<string> {
  const names = await models(client, signal);
  if (names.length === 1) return names[0]!;
  const has = names.length === 0 ? 'lists no model' : `has several models: ${list(names)}`;
  throw client.error('model', `${has}. Name the one you want: openai:MODEL@${client.url}`);
}

function models(client: Client, signal?: AbortSignal): Promise<string[]> {
  const read = (answer: unknown): string[] => {
    const data = (answer as { data?: unknown } | null)?.data;
    if (!Array.isArray(data)) throw new Error('it has no list of models');
    return (data as { id?: unknown }[]).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  };
  return client.get('/models', read, signal, 1);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => JSON.stringify(name));
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}
