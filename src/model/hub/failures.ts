import { retryAfter, UNREACHABLE } from '../http';
import { HubError } from './hubError';
import type { HubSettings } from './settings';

/**
 * What an error status means. `own` says that the hub itself answered, not a host that it redirects to.
 * The hub names the reason in X-Error-Code and X-Error-Message; it answers 401 both for private models and for models
 * that do not exist.
 */
export function statusError(
  response: Response,
  host: string,
  own: boolean,
  { model, revision, settings }: { readonly model: string; readonly revision: string; readonly settings: HubSettings },
): HubError {
  const { endpoint } = settings;
  const { status, headers } = response;
  const code = headers.get('x-error-code');
  const says = hubMessage(headers, settings);
  const page = `${endpoint}/${model}`;
  const source = settings.token?.source;
  if (status === 429 || status === 408 || status >= 500)
    return new HubError('hub.busy', [{ host, status }], { retryable: true, retryAfter: secondsToWait(headers) });
  if (status === 416) return new HubError('hub.shorter', [{ host, model }]);
  // A signed address of the content delivery network may have expired; the hub gives a new one.
  if (!own) return new HubError('hub.fileHost', [{ host, status }], { retryable: true });
  if (code === 'GatedRepo')
    return source === undefined
      ? new HubError('hub.gated', [{ model, page }])
      : new HubError('hub.gatedAccount', [{ model, page, source, says }]);
  if (status === 404 && code === 'RevisionNotFound') return new HubError('hub.noRevision', [{ model, revision, page }]);
  if (status === 404 && code === 'EntryNotFound') return new HubError('hub.fileGone', [{ model, revision }]);
  if (status === 401 && source !== undefined) return new HubError('hub.tokenRefused', [{ source, says }]);
  if (status === 403) return new HubError('hub.denied', [{ model, says }]);
  if (status === 401 || status === 404) return new HubError('hub.noModel', [{ model, endpoint, source }]);
  return new HubError('hub.status', [{ host, status, model, says }]);
}

/** What went wrong with a request that got no answer, or only the beginning of one. */
export function connectionError(cause: unknown, host: string, silentSeconds: number | undefined): HubError {
  const about = { retryable: true, cause };
  if (silentSeconds !== undefined) return new HubError('hub.silent', [{ host, seconds: silentSeconds }], about);
  const codes = causes(cause).flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
  const [code] = codes;
  if (code !== undefined && codes.some((value) => /CERT|SELF_SIGNED|UNABLE_TO/.test(value)))
    return new HubError('hub.certificate', [{ host, code }]);
  if (code !== undefined && UNREACHABLE.has(code))
    return new HubError('hub.unreachable', [{ host, code, proxy: unusedProxy(process.env) }], about);
  return new HubError('hub.brokenConnection', [{ host, code }], about);
}

/** A variable with a proxy that Node does not use. */
function unusedProxy(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (environment.NODE_USE_ENV_PROXY === '1') return undefined;
  return ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].find((name) => environment[name]);
}

/** An error and its causes, outermost first. */
function causes(error: unknown): { readonly code?: unknown }[] {
  const found: object[] = [];
  for (let next = error; typeof next === 'object' && next !== null && found.length < 8; next = (next as { cause?: unknown }).cause) {
    found.push(next);
    if (next instanceof AggregateError) found.push(...next.errors.filter((e): e is object => typeof e === 'object' && e !== null));
  }
  return found;
}

/** Seconds to wait, by Retry-After or the hub's own RateLimit header (`"api";r=0;t=55`). */
function secondsToWait(headers: Headers): number | undefined {
  const asked = retryAfter(headers);
  if (asked !== undefined) return Math.ceil(asked / 1000);
  const limit = /;\s*r=0\b.*;\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '');
  return limit ? Number(limit[1]) : undefined;
}

/** The hub's own words, fit for display: one line, no control characters, never the token. */
function hubMessage(headers: Headers, { token }: HubSettings): string {
  const said = printable(headers.get('x-error-message') ?? '');
  return (token === undefined ? said : said.replaceAll(token.value, '***')).slice(0, 300);
}

/** Text from the network without anything that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}
