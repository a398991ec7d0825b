import { looksLikeKey } from '../../spec/keys';
import { ServerError } from './serverError';

/** Where a model behind an OpenAI-compatible server is. */
export interface ServerReference {
  /** Undefined where the reference leaves it to the server, which then must have exactly one. */
  readonly model: string | undefined;
  /** Base address without a slash at its end, such as `http://localhost:8000/v1`. */
  readonly url: string;
}

export const OPENAI_SCHEME = 'openai:';
export const EXAMPLE = 'openai:MODEL@http://localhost:8000/v1';

/**
 * Reads `openai:MODEL@URL`; MODEL may hold slashes, colons and @. `openai:URL` takes the server's only model. `/v1` is
 * added to an address without a path.
 * @throws ServerError; its message never repeats what may be a key
 */
export function parseServerReference(reference: string): ServerReference {
  const match = /^openai:(?:(.*)@)?(https?:\/\/.*)$/is.exec(reference.trim());
  if (!match) throw problem('model', `A model behind a server is written as ${EXAMPLE}: its name, an @, and the server's base address.`);
  const model = match[1]?.trim();
  if (model === '') throw problem('model', `The model's name is missing before the @: write ${EXAMPLE}.`);
  let url: URL;
  try {
    url = new URL(match[2]!);
  } catch {
    throw problem('model', `The address behind the @ is not one: write ${EXAMPLE}.`);
  }
  if (model !== undefined && looksLikeKey(model)) throw problem('key', `The model's name looks like a key. ${KEYS_GO}`);
  if (model?.includes('://'))
    throw problem(
      'key',
      `A second address stands before the last @ of the model, perhaps with a user name or a key. Write ${EXAMPLE}. ${KEYS_GO}`,
    );
  if (url.username !== '' || url.password !== '') throw problem('key', `The address of ${url.host} holds a user name or a key. ${KEYS_GO}`);
  const secret = [...url.searchParams.keys()].find((name) => /key|token|secret|password|sig/i.test(name));
  if (secret !== undefined) throw problem('key', `The address of ${url.host} holds a key ("${secret}=…"). ${KEYS_GO}`);
  if (url.search !== '' || url.hash !== '')
    throw problem('model', `The address of ${url.host} has a ? or # part; what is wanted is the base address, as in ${EXAMPLE}.`);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(chat\/)?completions$/, '');
  return { model, url: `${url.protocol}//${url.host}${path === '' ? '/v1' : path}` };
}

/** Of references of any kind looks at those of servers. @throws ServerError, whose message never repeats what may be a key */
export function checkServerReferences(references: readonly string[]): void {
  for (const reference of references) if (reference.trim().toLowerCase().startsWith(OPENAI_SCHEME)) parseServerReference(reference);
}

const KEYS_GO =
  'A key never goes into a spec: put it into an environment variable and name that in server.apiKeyVariable, or store it in the editor.';

function problem(failure: 'key' | 'model', message: string): ServerError {
  return new ServerError(failure, message, { field: ['taskModel'] });
}
