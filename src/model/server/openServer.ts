import type { ServerSettings } from '../../spec/schema';
import { CodedError } from '../../wording/wording';
import type { Access } from '../door';
import { realClock, type Clock } from '../http';
import { findApiKey, keyVariable, storedKey } from './apiKey';
import { Client } from './client';
import type { Opening } from './opening';
import { probe, type ProbeTask } from './probe';
import { parseServerReference } from './reference';
import { ServerError } from './serverError';
import type { TextModel } from './textModel';

interface ServerAccess {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly opening?: Opening | undefined;
}

/** What an opened model's servers get of its access. */
export function serverAccess({ clock = realClock, opening }: Pick<Access, 'clock' | 'opening'>): ServerAccess {
  return { environment: process.env, clock, opening };
}

/** A model that is reached with text, open. */
export interface OpenText {
  readonly model: TextModel;
  /** The model and where it runs, for display. */
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
): Promise<OpenText> {
  const { use, keyNamed, ...about } = await connect(reference, settings, access, signal);
  const probed = await use((client, model) => probe(client, model, task, settings, signal));
  const { call } = probed;
  return { model: { ...probed, ...(call && { call: () => ({ ...call(), ...keyNamed }) }) }, ...about };
}

/** A server and the name of its model. */
interface Connection extends Omit<OpenText, 'model'> {
  /** The variable that other code finds the key in, if one is sent. */
  readonly keyNamed: { readonly keyVariable: string } | undefined;
  /** Uses the model; where the server does not have it, the error names those that it has. */
  readonly use: <T>(how: (client: Client, model: string) => Promise<T>) => Promise<T>;
}

/** Finds the server and its model. @throws ServerError */
export async function connect(
  reference: string,
  settings: ServerSettings,
  access: ServerAccess,
  signal?: AbortSignal,
): Promise<Connection> {
  const { url, model } = parseServerReference(reference);
  const key = findApiKey(url, settings.apiKeyVariable, storedKey(url, access.environment), access.environment);
  const client = new Client({ ...settings, url, key, clock: access.clock, opening: access.opening });
  const name = model ?? (await onlyModel(client, signal));
  const keyNamed = key && { keyVariable: keyVariable(url, settings.apiKeyVariable) };
  return { use: (how) => knownModel(client, name, how, signal), name: `${name} on ${url}`, keyFrom: key?.from, keyNamed };
}

async function knownModel<T>(
  client: Client,
  name: string,
  how: (client: Client, model: string) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await how(client, name);
  } catch (error) {
    if (!(error instanceof ServerError) || error.failure !== 'model') throw error;
    const names = await models(client, signal).catch((): string[] => []);
    if (names.length === 0 || names.includes(name)) throw error;
    throw client.error('model', 'server.otherModels', { problem: error.message, names });
  }
}

async function onlyModel(client: Client, signal?: AbortSignal): Promise<string> {
  const names = await models(client, signal);
  if (names.length === 1) return names[0]!;
  throw client.error('model', names.length === 0 ? 'server.noModels' : 'server.severalModels', { names });
}

function models(client: Client, signal?: AbortSignal): Promise<string[]> {
  const read = (answer: unknown): string[] => {
    const data = (answer as { data?: unknown } | null)?.data;
    if (!Array.isArray(data)) throw new CodedError('server.noModelList');
    return (data as { id?: unknown }[]).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  };
  return client.request('/models', undefined, read, { signal, retries: 1 });
}
