import { connectionError, statusError, type RequestContext } from './failures';
import { HubError } from './hubError';
import { retrying, type OnWait } from './retry';
import type { HubSettings } from './settings';
import { Watchdog } from './watchdog';

const MOST_REDIRECTS = 10;
/** Larger answers of the hub's API than this are not read. */
const MOST_API_BYTES = 64 * 2 ** 20;

interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether to go where the server sends us; the redirect itself is the answer otherwise. */
  readonly follow?: boolean;
}

/** Requests about one model to one hub: redirects, the token, silence and refusals are dealt with here. */
export class HubConnection {
  readonly settings: HubSettings;
  private readonly origin: string;

  constructor(
    private readonly context: RequestContext,
    private readonly signal: AbortSignal | undefined,
    private readonly onWait?: OnWait,
  ) {
    this.settings = context.settings;
    this.origin = new URL(context.settings.endpoint).origin;
  }

  /**
   * `fetch` for `@huggingface/hub`: tries again where that may help, reads the whole answer, and rejects with a HubError.
   * The library would refuse tokens that do not begin with `hf_`, which mirrors may give out, so the token is added here.
   */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = Object.fromEntries(new Headers(init?.headers));
    return retrying(() => this.readWhole(url, headers), this.settings, this.signal, this.onWait);
  };

  private async readWhole(url: string, headers: Record<string, string>): Promise<Response> {
    const watchdog = new Watchdog(this.settings.idleMilliseconds, this.signal);
    try {
      const response = await this.open(url, watchdog, { headers });
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of this.body(response, url, watchdog)) {
        bytes += chunk.length;
        if (bytes > MOST_API_BYTES) throw new HubError('answer', `${new URL(url).host} sends a listing of more than 64 MB.`);
        chunks.push(chunk);
      }
      return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
    } finally {
      watchdog.stop();
    }
  }

  /**
   * One request. The token goes to the hub's own origin only, and no more once a redirect has left it.
   * @returns an answer of status 2xx (or 3xx where `follow` is false), its body unread
   * @throws HubError, or the signal's reason when the caller aborts
   */
  async open(url: string, watchdog: Watchdog, options: RequestOptions = {}): Promise<Response> {
    const { token } = this.settings;
    const visited = new Set<string>();
    let own = true;
    for (let target = new URL(url); ;) {
      if (visited.has(target.href) || visited.size > MOST_REDIRECTS)
        throw new HubError('answer', `${target.host} redirects in a circle. Check HF_ENDPOINT and the proxy, if there is one.`);
      visited.add(target.href);
      own &&= target.origin === this.origin;
      const headers = {
        ...options.headers,
        'accept-encoding': 'identity',
        'user-agent': 'rlprompt',
        ...(own && token !== undefined ? { authorization: `Bearer ${token.value}` } : {}),
      };
      const response = await this.send(target, watchdog, { method: options.method ?? 'GET', headers });
      const location = [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null;
      if (response.ok || (location !== null && options.follow === false)) return response;
      await response.body?.cancel();
      if (location === null) throw statusError(response, target.host, own, this.context);
      target = redirectTarget(location, target);
    }
  }

  private async send(target: URL, watchdog: Watchdog, init: RequestInit): Promise<Response> {
    try {
      const response = await this.settings.fetch(target, { ...init, redirect: 'manual', signal: watchdog.signal });
      watchdog.kick();
      return response;
    } catch (error) {
      throw this.explain(error, target.host, watchdog);
    }
  }

  /** An answer's bytes as they come; ends in a HubError where the connection breaks or goes silent. */
  async *body(response: Response, url: string, watchdog: Watchdog): AsyncGenerator<Uint8Array, void, undefined> {
    if (response.body === null) return;
    const reader = response.body.getReader();
    try {
      for (;;) {
        let part;
        try {
          part = await reader.read();
        } catch (error) {
          throw this.explain(error, new URL(response.url || url).host, watchdog);
        }
        if (part.done) return;
        watchdog.kick();
        yield part.value as Uint8Array;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  private explain(error: unknown, host: string, watchdog: Watchdog): unknown {
    if (this.signal?.aborted) return this.signal.reason;
    return connectionError(error, host, watchdog.silent ? this.settings.idleMilliseconds / 1000 : undefined);
  }
}

function redirectTarget(location: string, from: URL): URL {
  let target: URL;
  try {
    target = new URL(location, from);
  } catch {
    throw new HubError('answer', `${from.host} redirects to an address that is no URL.`);
  }
  if (target.protocol !== from.protocol && target.protocol !== 'https:')
    throw new HubError(
      'answer',
      `${from.host} redirects to ${target.protocol}//${target.host}, which is not safe: the way there is not encrypted.`,
    );
  return target;
}
