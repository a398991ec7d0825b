import { looksLikeKey } from '../../spec/keys';
import { OPENAI_SCHEME } from '../../spec/scheme';
import type { Args, Code } from '../../wording/wording';
import { ServerError } from './serverError';

/** Where to find a model behind an OpenAI-compatible server. */
interface ServerReference {
  /** Undefined when the reference leaves it to the server, which then must have exactly one. */
  readonly model: string | undefined;
  /** Base address without a slash at its end, such as `http://localhost:8000/v1`. */
  readonly url: string;
}

/**
 * Reads `openai:MODEL@URL`; MODEL may hold slashes, colons and @. `openai:URL` takes the server's only model. Adds `/v1`
 * to an address without a path.
 * @throws ServerError that never repeats what may be a key
 */
export function parseServerReference(reference: string): ServerReference {
  const match = /^openai:(?:(.*)@)?(https?:\/\/.*)$/is.exec(reference.trim());
  if (!match) throw problem('model', 'server.reference');
  const model = match[1]?.trim();
  if (model === '') throw problem('model', 'server.referenceModel');
  let url: URL;
  try {
    url = new URL(match[2]!);
  } catch {
    throw problem('model', 'server.referenceAddress');
  }
  const { host } = url;
  if (model !== undefined && looksLikeKey(model)) throw problem('key', 'server.modelIsKey');
  if (model?.includes('://')) throw problem('key', 'server.twoAddresses');
  if (url.username !== '' || url.password !== '') throw problem('key', 'server.userInAddress', { host });
  const secret = [...url.searchParams.keys()].find((name) => /key|token|secret|password|sig/i.test(name));
  if (secret !== undefined) throw problem('key', 'server.keyInAddress', { host, name: secret });
  if (url.search !== '' || url.hash !== '') throw problem('model', 'server.notBaseAddress', { host });
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(chat\/)?completions$/, '');
  return { model, url: `${url.protocol}//${host}${path === '' ? '/v1' : path}` };
}

/** Checks those references that name servers. @throws ServerError that never repeats what may be a key */
export function checkServerReferences(references: readonly string[]): void {
  for (const reference of references) if (reference.trim().toLowerCase().startsWith(OPENAI_SCHEME)) parseServerReference(reference);
}

function problem<C extends Code>(failure: 'key' | 'model', code: C, ...args: Args<C>): ServerError<C> {
  return new ServerError(failure, code, args, { field: ['taskModel'] });
}
