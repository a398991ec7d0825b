import { word } from '../../wording/wording';
import { ServerError } from './serverError';

export interface ApiKey {
  readonly value: string;
  /** Where it came from, for messages. */
  readonly from: string;
}

const DEFAULT = 'OPENAI_API_KEY';
const FIELD = { field: ['server', 'apiKeyVariable'] };

/** Holds the keys that the user has stored in the editor, as JSON: `{ "https://llm.example": "key" }`. Set for an engine process only. */
export const STORED_KEYS = 'RLPROMPT_SERVER_KEYS';

/** The key stored for a server's address; one server's key is never sent to another. */
export function storedKey(url: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const stored = environment[STORED_KEYS];
  if (stored === undefined) return undefined;
  return new Map(Object.entries(JSON.parse(stored) as Record<string, string>)).get(new URL(url).origin);
}

/**
 * The key for a server: the one that the host supplies, or the environment variable that the spec names. Without a name,
 * `OPENAI_API_KEY` goes to api.openai.com and to this computer only: a spec must not send one server's key to another.
 * @throws ServerError that never repeats what may be a key
 */
export function findApiKey(
  url: string,
  variable: string | undefined,
  supplied: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): ApiKey | undefined {
  if (variable !== undefined && !/^([A-Za-z_][A-Za-z0-9_]*_)?API_KEY$/i.test(variable))
    throw new ServerError('key', 'server.keyVariableName', [], FIELD);
  if (supplied !== undefined && supplied.trim() !== '') return checked(supplied, word('server.keyInEditor'));
  const name = variable ?? (isOwn(url) ? DEFAULT : undefined);
  const value = name === undefined ? undefined : environment[name];
  if (name !== undefined && value !== undefined && value.trim() !== '')
    return checked(value, word('server.keyInVariable', { variable: name }));
  if (variable !== undefined) throw new ServerError('key', 'server.keyVariableUnset', [{ variable }], FIELD);
  return undefined;
}

function isOwn(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'api.openai.com' || hostname === 'localhost' || /^(127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The environment variable in which code outside VS Code finds the key of a server. */
export function keyVariable(url: string, variable: string | undefined): string {
  return variable ?? (isOwn(url) ? DEFAULT : 'LLM_API_KEY');
}

function checked(value: string, from: string): ApiKey {
  const key = value.trim();
  // An HTTP header takes no other characters, and the complaint of fetch would show the key.
  if (!/^[\x21-\x7e]+$/.test(key)) throw new ServerError('key', 'server.keyCharacters', [{ from }]);
  return { value: key, from };
}

/** Replaces a key in a text: as it is, escaped as in JSON, and encoded as in addresses. */
export function redact(text: string, key: ApiKey | undefined): string {
  if (key === undefined) return text;
  const forms = new Set([key.value, JSON.stringify(key.value).slice(1, -1), encodeURIComponent(key.value)]);
  return [...forms].reduce((result, form) => result.replaceAll(form, '[key]'), text);
}
