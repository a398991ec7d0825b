import limitTo, { type LimitFunction } from 'p-limit';
import type { Args } from '../../wording/wording';
import { Deadline, readBounded, retryAfter, UNREACHABLE, type Clock } from '../http';
import { redact, type ApiKey } from './apiKey';
import type { Opening, Reply } from './opening';
import { Retry } from './retry';
import { ServerError, type Failure } from './serverError';
import type { serverWording } from '../../wording/server';

/** No answer that we ask for is longer. */
const LONGEST_ANSWER = 8e6;
const LONGEST_COMPLAINT = 64e3;

export interface ClientOptions {
  /** Base address, without a slash at its end. */
  readonly url: string;
  readonly key: ApiKey | undefined;
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly maxRetries: number;
  readonly clock: Clock;
  readonly opening?: Opening | undefined;
}

/** A reply from the network, or one that was kept. */
type Answered = Reply & { readonly headers?: Headers };

/** Codes of messages about one server. */
type ClientCode = { [C in keyof typeof serverWording]: Args<C> extends [{ url: string }] ? C : never }[keyof typeof serverWording];
type Rest<C extends ClientCode> = Omit<Args<C>[0], 'url'>;

/** HTTP with an OpenAI-compatible server: limited concurrency, timeouts, retries, bounded answers, messages without keys. */
export class Client {
  readonly #key: ApiKey | undefined;
  private readonly limit: LimitFunction;
  private readonly retry: Retry;
  private readonly options: Omit<ClientOptions, 'key'>;

  constructor({ key, ...options }: ClientOptions) {
    // Out of sight of whoever prints or serializes a client.
    this.#key = key;
    this.options = options;
    this.limit = limitTo(options.concurrency);
    this.retry = new Retry(options.maxRetries, options.clock);
  }

  get url(): string {
    return this.options.url;
  }

  /**
   * Sends JSON (or, without a body, GETs) and reads JSON. When `parse` throws, the answer counts as broken and the request
   * is retried. @throws ServerError
   */
  request<T>(
    path: string,
    body: object | undefined,
    parse: (answer: unknown) => T,
    { signal, retries }: { readonly signal?: AbortSignal | undefined; readonly retries?: number | undefined } = {},
  ): Promise<T> {
    const text = body && JSON.stringify(body);
    return this.limit(() => this.retry.run(() => this.attempt(path, text, parse, signal), signal, retries));
  }

  private async attempt<T>(
    path: string,
    body: string | undefined,
    parse: (answer: unknown) => T,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { opening, url } = this.options;
    const send = (): Promise<Answered> => this.send(path, body, signal);
    // The list of models is read anew: that costs nothing, and shows a server that has changed.
    const answered: Answered = opening && body !== undefined ? await opening.reply([url, path, body], send) : await send();
    if (answered.status >= 200 && answered.status < 300) return this.understand(answered.text, parse);
    throw this.complaint(answered, path);
  }

  private async send(path: string, body: string | undefined, signal: AbortSignal | undefined): Promise<Answered> {
    const { timeoutSeconds } = this.options;
    const deadline = new Deadline(timeoutSeconds * 1000, signal);
    try {
      const response = await fetch(`${this.url}${path}`, {
        redirect: 'manual',
        signal: deadline.signal,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(this.#key && { authorization: `Bearer ${this.#key.value}` }),
        },
        ...(body === undefined ? { method: 'GET' } : { method: 'POST', body }),
      });
      const { status, headers } = response;
      const text = await textOf(response, response.ok ? LONGEST_ANSWER : LONGEST_COMPLAINT);
      if (text === undefined && response.ok) throw this.error('broken', 'server.tooLong', { megabytes: LONGEST_ANSWER / 1e6 });
      return { status, headers, text: text ?? '', secret: text !== undefined && redact(text, this.#key) !== text };
    } catch (error) {
      if (error instanceof ServerError) throw error;
      signal?.throwIfAborted();
      if (deadline.expired) throw this.error('timeout', 'server.timeout', { seconds: timeoutSeconds });
      throw this.unreachable(error);
    } finally {
      // The rest of an answer that is not wanted is not read.
      deadline.stop();
    }
  }

  private understand<T>(text: string, parse: (answer: unknown) => T): T {
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      throw this.error('broken', 'server.notJson', { length: text.length, start: excerpt(redact(text, this.#key)) });
    }
    try {
      return parse(answer);
    } catch (error) {
      if (error instanceof ServerError) throw error;
      throw this.error('broken', 'server.notAnswer', { reason: (error as Error).message });
    }
  }

  /** What an error status means, with the server's own words. */
  private complaint({ status, text, headers }: Answered, path: string): ServerError {
    // Redacted before it is shortened, so that no half of a key is left.
    const { message, code } = ownWords(redact(text, this.#key));
    const about = { status, says: excerpt(message) };
    const wait = headers && retryAfter(headers);
    if (status >= 300 && status < 400) return this.error('model', 'server.redirects', about);
    if (status === 401 || status === 403)
      return this.#key
        ? this.error('key', 'server.keyRefused', { ...about, from: this.#key.from })
        : this.error('key', 'server.keyMissing', about);
    if (status === 402 || /insufficient_quota|billing/.test(code)) return this.error('quota', 'server.unpaid', about);
    if (status === 404) return this.error('model', 'server.notFound', { ...about, path });
    if (status === 429) return this.error('busy', 'server.busy', about, wait);
    if ([408, 409, 425].includes(status) || (status >= 500 && status !== 501)) return this.error('broken', 'server.failed', about, wait);
    return this.error('request', 'server.refused', about);
  }

  private unreachable(error: unknown): ServerError {
    const cause = (error as Error & { cause?: { code?: string; message?: string } }).cause;
    const code = cause?.code ?? '';
    if (UNREACHABLE.has(code)) return this.error('down', 'server.unreachable', { code });
    if (/CERT|TLS|SSL|SELF_SIGNED/.test(code)) return this.error('model', 'server.certificate', { code });
    if (['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'].includes(code)) return this.error('broken', 'server.closed', {});
    return this.error('broken', 'server.notSent', { reason: cause?.message ?? (error as Error).message });
  }

  /** An error about this server, without its key wherever the server may have repeated it. */
  error<C extends ClientCode>(failure: Failure, code: C, about: Rest<C>, wait?: number): ServerError {
    const args = [this.withoutKey({ url: this.url, ...about })] as unknown as Args<C>;
    return new ServerError<C>(failure, code, args, { retryAfter: wait });
  }

  private withoutKey(value: unknown): unknown {
    if (typeof value === 'string') return redact(value, this.#key);
    if (Array.isArray(value)) return value.map((part) => this.withoutKey(part));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.withoutKey(part)]));
  }
}

/** The body is typed by what Node's has and a browser's lacks: the page's build reads this file too. */
async function textOf({ body }: { readonly body: unknown }, most: number): Promise<string | undefined> {
  return body === null ? '' : (await readBounded(body as AsyncIterable<Uint8Array>, most))?.toString('utf8');
}

/** The message and the code of an error body, in the shapes that servers use. */
function ownWords(text: string): { message: string; code: string } {
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    const inner = (typeof body.error === 'object' && body.error !== null ? body.error : body) as Record<string, unknown>;
    const said = inner.message ?? body.error ?? body.detail ?? body.message;
    return {
      message: typeof said === 'string' ? said : said === undefined ? text : JSON.stringify(said),
      code: [inner.code, inner.type].filter((part) => typeof part === 'string').join(' '),
    };
  } catch {
    // A proxy's page: its title or its first words.
    return { message: /<title>([^<]*)<\/title>/i.exec(text)?.[1] ?? text, code: '' };
  }
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
