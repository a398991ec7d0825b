import { ServerError } from './serverError';

/** Where a key came from, for messages; never the key. */
export interface ApiKey {
  readonly value: string;
  readonly from: string;
}

const DEFAULT = 'OPENAI_API_KEY';
const FIELD = { field: ['server', 'apiKeyVariable'] };

/** Holds the keys that a person has stored in the editor, as JSON: `{ "https://llm.example": "key" }`. Set for an engine process only. */
export const STORED_KEYS = 'RLPROMPT_SERVER_KEYS';

/** The key that is stored for a server's address; one server's key is never sent to another. */
export function storedKey(url: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const stored = environment[STORED_KEYS];
  if (stored === undefined) return undefined;
  return new Map(Object.entries(JSON.parse(stored) as Record<string, string>)).get(new URL(url).origin);
}

/**
 * The key for a server: the one that the host hands over, or the environment variable that the spec names. Without a
 * name, `OPENAI_API_KEY` goes to api.openai.com and to this machine only: a spec must not send one server's key to another.
 * @throws ServerError without ever repeating what may be a key
 */
export function findApiKey(
  url: string,
  variable: string | undefined,
  handedOver: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): ApiKey | undefined {
  if (variable !== undefined && !/^([A-Za-z_][A-Za-z0-9_]*_)?API_KEY$/i.test(variable))
    throw new ServerError(
      'key',
      'server.apiKeyVariable must be the name of an environment variable that ends in _API_KEY, such as OPENAI_API_KEY. It is never the key itself.',
      FIELD,
    );
  if (handedOver !== undefined && handedOver.trim() !== '') return checked(handedOver, 'the key stored in the editor');
  const { hostname } = new URL(url);
  const own = hostname === 'api.openai.com' || hostname === 'localhost' || /^(127(\.\d+){3}|\[::1\])$/.test(hostname);
  const name = variable ?? (own ? DEFAULT : undefined);
  const value = name === undefined ? undefined : environment[name];
  if (name !== undefined && value !== undefined && value.trim() !== '') return checked(value, `the environment variable ${name}`);
  if (variable !== undefined)
    throw new ServerError('key', `The environment variable ${variable}, which server.apiKeyVariable names, is not set.`, FIELD);
  return undefined;
}

function checked(value: string, from: string): ApiKey {
  const key = value.trim();
  // A header takes no other characters, and fetch's own complaint would show the key.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new ServerError('key', `The key in ${from} holds characters that no key has (spaces, line breaks or non-ASCII).`);
  return { value: key, from };
}

/** Takes a key out of a text, as it is and as it stands in JSON and in addresses. */
export function redact(text: string, key: ApiKey | undefined): string {
  if (key === undefined) return text;
  const forms = new Set([key.value, JSON.stringify(key.value).slice(1, -1), encodeURIComponent(key.value)]);
  return [...forms].reduce((result, form) => result.replaceAll(form, '[key]'), text);
}
