import { Deadline, readBounded } from '../http';
import { connectionError, statusError } from './failures';
import { HubError } from './hubError';
import { retrying, type OnWait } from './retry';
import type { HubSettings } from './settings';

const MOST_REDIRECTS = 10;
/** Larger answers of the hub's API are not read. */
const MOST_API_BYTES = 64 * 2 ** 20;

interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether to follow redirects; otherwise the redirect itself is the answer. */
  readonly follow?: boolean;
}

/** Requests about one model to one hub: handles redirects, the token, silence and refusals. */
export class HubConnection {
  private readonly origin: string;

  /** @param onWait told before each wait for a busy or broken server */
  constructor(
    readonly settings: HubSettings,
    private readonly about: { readonly model: string; readonly revision: string },
    readonly signal: AbortSignal | undefined,
    readonly onWait: OnWait | undefined,
  ) {
    this.origin = new URL(settings.endpoint).origin;
  }

  /** The address of a file at a commit. */
  urlOf(commit: string, path: string): string {
    return `${this.settings.endpoint}/${this.about.model}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
  }

  /**
   * `fetch` for `@huggingface/hub`: retries when that may help, reads the whole answer, and rejects with a HubError.
   * The library refuses tokens that do not start with `hf_`, which mirrors may give out, so the token is added here.
   */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = Object.fromEntries(new Headers(init?.headers));
    const read = (): Promise<Response> =>
      this.open(url, { headers }, async (response, body) => {
        const whole = await readBounded(body, MOST_API_BYTES);
        if (whole === undefined) throw new HubError('hub.listingTooLong', [{ host: new URL(url).host }]);
        return new Response(new Uint8Array(whole), { status: response.status, headers: response.headers });
      });
    return retrying(read, this);
  };

  /**
   * One request, while no more than the idle time passes without a byte. The token goes to the hub's own origin only, and
   * no more once a redirect has left it.
   * @param use takes an answer of status 2xx (or 3xx when `follow` is false), and the body's bytes as they come
   * @throws HubError, or the signal's reason when the caller aborts
   */
  async open<T>(
    url: string,
    options: RequestOptions,
    use: (response: Response, body: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    const silence = new Deadline(this.settings.idleMilliseconds, this.signal);
    try {
      const response = await this.follow(new URL(url), silence, options);
      return await use(response, this.body(response, new URL(response.url || url).host, silence));
    } finally {
      silence.stop();
    }
  }

  private async follow(url: URL, silence: Deadline, { headers, ...options }: RequestOptions): Promise<Response> {
    const { token } = this.settings;
    const visited = new Set<string>();
    let own = true;
    for (let target = url; ;) {
      const { host, href } = target;
      if (visited.has(href) || visited.size > MOST_REDIRECTS) throw new HubError('hub.redirectLoop', [{ host }]);
      visited.add(href);
      own &&= target.origin === this.origin;
      const response = await this.send(target, silence, {
        method: options.method ?? 'GET',
        headers: {
          ...headers,
          'accept-encoding': 'identity',
          'user-agent': 'rlprompt',
          ...(own && token !== undefined && { authorization: `Bearer ${token.value}` }),
        },
      });
      const location = [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null;
      if (response.ok || (location !== null && options.follow === false)) return response;
      await response.body?.cancel();
      if (location === null) throw statusError(response, host, own, { ...this.about, settings: this.settings });
      target = redirectTarget(location, target);
    }
  }

  private async send(target: URL, silence: Deadline, init: RequestInit): Promise<Response> {
    try {
      const response = await this.settings.fetch(target, { ...init, redirect: 'manual', signal: silence.signal });
      silence.restart();
      return response;
    } catch (error) {
      throw this.explain(error, target.host, silence);
    }
  }

  /** An answer's bytes as they come; ends in a HubError when the connection breaks or goes silent. */
  private async *body({ body }: Response, host: string, silence: Deadline): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = body?.getReader();
    if (reader === undefined) return;
    try {
      for (;;) {
        const part = await reader.read().catch((error: unknown) => {
          throw this.explain(error, host, silence);
        });
        if (part.done) return;
        silence.restart();
        yield part.value as Uint8Array;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  private explain(error: unknown, host: string, silence: Deadline): Error {
    this.signal?.throwIfAborted();
    return connectionError(error, host, silence.expired ? this.settings.idleMilliseconds / 1000 : undefined);
  }
}

function redirectTarget(location: string, from: URL): URL {
  const { host } = from;
  let target: URL;
  try {
    target = new URL(location, from);
  } catch {
    throw new HubError('hub.redirectAddress', [{ host }]);
  }
  if (target.protocol !== from.protocol && target.protocol !== 'https:')
    throw new HubError('hub.redirectUnsafe', [{ host, target: `${target.protocol}//${target.host}` }]);
  return target;
}
