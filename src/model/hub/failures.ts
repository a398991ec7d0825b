import { HubError } from './hubError';
import { SET_TOKEN, type HubSettings } from './settings';

/** What a request was about, for messages. */
export interface RequestContext {
  readonly model: string;
  readonly revision: string;
  readonly settings: HubSettings;
}

/**
 * What an answer's status means. `own` says that the hub itself answered, not a host that it sent us to.
 * The hub names the reason in X-Error-Code and X-Error-Message; it answers 401 for models that are private and for models
 * that do not exist alike.
 */
export function statusError(response: Response, host: string, own: boolean, context: RequestContext): HubError {
  const { model, revision, settings } = context;
  const { status } = response;
  const code = response.headers.get('x-error-code');
  const said = hubMessage(response, settings);
  const page = `${settings.endpoint}/${model}`;
  const retryAfter = secondsToWait(response.headers);
  if (status === 429 || status === 408 || status >= 500) {
    const why = status === 429 ? 'too many requests' : 'it is out of order';
    return new HubError('busy', `${host} answers ${status} (${why}).`, { retryable: true, retryAfter });
  }
  if (status === 416) return new HubError('corrupt', `${host} has fewer bytes of a file of ${model} than the hub lists.`);
  // A signed address of the content delivery network may have run out; the hub gives a fresh one.
  if (!own) return new HubError('answer', `${host}, where the hub sends us for the file, answers ${status}.`, { retryable: true });
  const { token } = settings;
  if (code === 'GatedRepo' && token === undefined)
    return new HubError('gated', `The model ${model} is gated: accept its terms on ${page}, then ${SET_TOKEN}.`);
  if (code === 'GatedRepo')
    return new HubError(
      'gated',
      `The account of the token from ${token?.source} may not read the gated model ${model}: accept its terms on ${page} (some owners then ` +
        `have to agree), and let the token read gated repositories.${said}`,
    );
  if (status === 404 && code === 'RevisionNotFound')
    return new HubError('noRevision', `The model ${model} has no revision "${revision}". Its branches and tags are on ${page}.`);
  if (status === 404 && code === 'EntryNotFound')
    return new HubError('files', `A file that the listing of ${model} names is not there at revision ${revision}. Try again.`);
  if (status === 401 && token !== undefined)
    return new HubError('token', `The hub refuses the token from ${token.source} (401): it may have expired. Renew or remove it.${said}`);
  if (status === 403)
    return new HubError('token', `The hub denies ${model} (403).${said} If it is yours to read, ${SET_TOKEN} that may read it.`);
  if (status === 401 || status === 404)
    return new HubError(
      'noModel',
      `There is no model ${model} on ${settings.endpoint}, or it is private. Check the spelling; to read a private model, ` +
        (token === undefined ? `${SET_TOKEN}.` : `use a token of an account that may read it (this one is from ${token.source}).`),
    );
  return new HubError('answer', `${host} answers ${status} for the model ${model}.${said}`);
}

/** What a request that got no answer, or only the beginning of one, ended in. */
export function connectionError(error: unknown, host: string, silentSeconds: number | undefined): HubError {
  if (silentSeconds !== undefined)
    return new HubError('broken', `${host} sent nothing for ${silentSeconds} s.`, { retryable: true, cause: error });
  const codes = causes(error).map((cause) => (cause as { code?: unknown }).code);
  const code = codes.find((value): value is string => typeof value === 'string');
  if (codes.some((value) => typeof value === 'string' && /CERT|SELF_SIGNED|UNABLE_TO/.test(value)))
    return new HubError(
      'unreachable',
      `The certificate of ${host} cannot be checked (${code}). Give Node your certificates by NODE_EXTRA_CA_CERTS.`,
    );
  const unreachable = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'];
  if (code !== undefined && unreachable.includes(code))
    return new HubError('unreachable', `${host} cannot be reached (${code}). ${networkAdvice(process.env)}`, {
      retryable: true,
      cause: error,
    });
  return new HubError('broken', `The connection to ${host} broke${code === undefined ? '' : ` (${code})`}.`, {
    retryable: true,
    cause: error,
  });
}

function networkAdvice(environment: Readonly<Record<string, string | undefined>>): string {
  const proxy = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].find((name) => environment[name]);
  return proxy === undefined || environment.NODE_USE_ENV_PROXY === '1'
    ? 'Check the network, or set HF_ENDPOINT to a mirror.'
    : `${proxy} is set, which Node reads from version 24 on and only with NODE_USE_ENV_PROXY=1.`;
}

/** An error and what it was caused by, outermost first. */
function causes(error: unknown): object[] {
  const found: object[] = [];
  for (let next = error; typeof next === 'object' && next !== null && found.length < 8; next = (next as { cause?: unknown }).cause) {
    found.push(next);
    if (next instanceof AggregateError) found.push(...next.errors.filter((e): e is object => typeof e === 'object' && e !== null));
  }
  return found;
}

/** Seconds to wait, by Retry-After (seconds or a date) or the hub's own RateLimit header (`"api";r=0;t=55`). */
function secondsToWait(headers: Headers): number | undefined {
  const after = headers.get('retry-after')?.trim();
  if (after && /^\d+$/.test(after)) return Number(after);
  const date = after ? Date.parse(after) : Number.NaN;
  if (!Number.isNaN(date)) return Math.max(0, Math.ceil((date - Date.now()) / 1000));
  const limit = /;\s*r=0\b.*;\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '');
  return limit ? Number(limit[1]) : undefined;
}

/** The hub's own words, fit to be shown: one line, no control characters, never the token. */
function hubMessage(response: Response, settings: HubSettings): string {
  const said = printable(response.headers.get('x-error-message') ?? '').slice(0, 300);
  const safe = settings.token === undefined ? said : said.replaceAll(settings.token.value, '***');
  return safe === '' ? '' : ` The hub says: "${safe}".`;
}

/** Text from the network without anything that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}
