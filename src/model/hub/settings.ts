import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '../http';
import { HubError } from './hubError';

/** What a caller may set; the rest comes from the variables that Python's `huggingface_hub` reads. */
export interface HubOptions {
  /** An access token; by default HF_TOKEN, otherwise the file that `hf auth login` writes. */
  readonly token?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Seconds without a byte after which a connection counts as broken. */
  readonly idleSeconds?: number | undefined;
  /** For tests, and for a host with its own proxy. */
  readonly fetch?: typeof fetch | undefined;
  readonly sleep?: ((milliseconds: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

export interface HubSettings {
  /** The hub's address, without a trailing slash. */
  readonly endpoint: string;
  /** The cache folder that holds `models--OWNER--NAME`. */
  readonly cache: string;
  readonly offline: boolean;
  readonly token: Token | undefined;
  readonly idleMilliseconds: number;
  readonly fetch: typeof fetch;
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

interface Token {
  readonly value: string;
  /** Where it comes from, for messages. */
  readonly source: string;
}

/** A connection without a byte for so long counts as broken. */
const IDLE_SECONDS = 30;

/** @throws HubError when HF_ENDPOINT or the token cannot be used */
export function hubSettings(options: HubOptions = {}): HubSettings {
  const environment = options.environment ?? process.env;
  return {
    endpoint: endpoint(environment.HF_ENDPOINT),
    cache: cacheFolder(environment),
    offline: isTrue(environment.HF_HUB_OFFLINE) || isTrue(environment.TRANSFORMERS_OFFLINE),
    token: findToken(options.token, environment),
    idleMilliseconds: (options.idleSeconds ?? IDLE_SECONDS) * 1000,
    fetch: options.fetch ?? fetch,
    sleep: options.sleep ?? ((milliseconds, signal) => realClock.sleep(milliseconds, signal)),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The first of HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub, and ~/.cache/huggingface/hub. */
export function cacheFolder(environment: Environment): string {
  const named = set(environment.HF_HUB_CACHE) ?? set(environment.HUGGINGFACE_HUB_CACHE);
  return named === undefined ? join(home(environment), 'hub') : expand(named, environment);
}

function home(environment: Environment): string {
  const base = set(environment.XDG_CACHE_HOME) ?? join(homedir(), '.cache');
  return expand(set(environment.HF_HOME) ?? join(base, 'huggingface'), environment);
}

/** An empty variable counts as none. */
const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/** `~` and `$NAME`, as Python expands them. */
function expand(path: string, environment: Environment): string {
  return path
    .replace(/^~(?=$|[/\\])/, () => homedir())
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => environment[braced ?? bare ?? ''] ?? whole);
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['1', 'ON', 'YES', 'TRUE'].includes(value.toUpperCase());
}

function endpoint(named: string | undefined): string {
  if (named === undefined || named.trim() === '') return 'https://huggingface.co';
  let url: URL;
  try {
    url = new URL(named.trim());
  } catch {
    throw new HubError('hub.endpointUrl', []);
  }
  if (url.username !== '' || url.password !== '') throw new HubError('hub.endpointUser', []);
  if (!['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') throw new HubError('hub.endpointKind', []);
  return url.href.replace(/\/+$/, '');
}

function findToken(given: string | undefined, environment: Environment): Token | undefined {
  const file = expand(set(environment.HF_TOKEN_PATH) ?? join(home(environment), 'token'), environment);
  const implicit = !isTrue(environment.HF_HUB_DISABLE_IMPLICIT_TOKEN);
  const places: readonly (readonly [string, () => string | undefined])[] = [
    ['the settings', () => given],
    ['HF_TOKEN', () => (implicit ? environment.HF_TOKEN : undefined)],
    ['HUGGING_FACE_HUB_TOKEN', () => (implicit ? environment.HUGGING_FACE_HUB_TOKEN : undefined)],
    [file, () => (implicit ? readIfThere(file) : undefined)],
  ];
  for (const [source, read] of places) {
    const value = read()
      ?.replace(/[\r\n]/g, '')
      .trim();
    if (!value) continue;
    if (!/^[\x21-\x7e]+$/.test(value)) throw new HubError('hub.tokenCharacters', [{ source }]);
    return { value, source };
  }
  return undefined;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // as in Python: no file, no token
  }
}
