import { redact, type ApiKey } from './apiKey';
import type { Clock } from './clock';
import { Limit } from './limit';
import { readBounded } from './readBounded';
import { Retry, retryAfter } from './retry';
import { ServerError, type Failure } from './serverError';

/** No answer that is asked for here is longer. */
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
}

/** HTTP with an OpenAI-compatible server: so many requests at once, time-outs, retries, bounded answers, plain messages. */
export class Client {
  readonly #key: ApiKey | undefined;
  private readonly limit: Limit;
  private readonly retry: Retry;
  /** Requests that were sent, those sent again included. */
  sent = 0;

  private readonly options: Omit<ClientOptions, 'key'>;

  constructor({ key, ...options }: ClientOptions) {
    // Out of sight of whoever prints or serializes a client.
    this.#key = key;
    this.options = options;
    this.limit = new Limit(options.concurrency);
    this.retry = new Retry(options.maxRetries, options.clock);
  }

  get url(): string {
    return this.options.url;
  }

  get concurrency(): number {
    return this.options.concurrency;
  }

  get retries(): number {
    return this.retry.count;
  }

  /**
   * Sends JSON and reads JSON. `parse` takes what is wanted out of the answer; what it throws counts as a broken answer,
   * which is asked for again. @throws ServerError
   */
  post<T>(path: string, body: object, parse: (answer: unknown) => T, signal?: AbortSignal, retries?: number): Promise<T> {
    return this.limit.run(() => this.retry.run(() => this.attempt('POST', path, JSON.stringify(body), parse, signal), signal, retries));
  }

  get<T>(path: string, parse: (answer: unknown) => T, signal?: AbortSignal, retries?: number): Promise<T> {
    return this.limit.run(() => this.retry.run(() => this.attempt('GET', path, undefined, parse, signal), signal, retries));
  }

  private async attempt<T>(
    method: string,
    path: string,
    body: string | undefined,
    parse: (answer: unknown) => T,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    signal?.throwIfAborted();
    const { timeoutSeconds } = this.options;
    // One controller by hand: AbortSignal.any keeps every signal that it was ever given.
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    signal?.addEventListener('abort', stop, { once: true });
    const time = { up: false };
    const timer = setTimeout(() => {
      time.up = true;
      stop();
    }, timeoutSeconds * 1000);
    this.sent++;
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        redirect: 'manual',
        signal: controller.signal,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(this.#key && { authorization: `Bearer ${this.#key.value}` }),
        },
        ...(body !== undefined && { body }),
      });
      if (!response.ok) throw await this.complaint(response, path);
      const text = await readBounded(response, LONGEST_ANSWER);
      if (text === undefined) throw this.error('broken', `answered with more than ${LONGEST_ANSWER / 1e6} MB, which no such answer needs`);
      return this.understand(text, parse);
    } catch (error) {
      if (error instanceof ServerError) throw error;
      signal?.throwIfAborted();
      if (time.up) throw this.error('timeout', `gave no answer within ${timeoutSeconds} s (server.timeoutSeconds)`);
      throw this.unreachable(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      // Whatever is still to come of an answer that is not wanted is not read.
      stop();
    }
  }

  private understand<T>(text: string, parse: (answer: unknown) => T): T {
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      const end = text.length === 0 ? 'nothing' : `${text.length} characters that begin with ${quote(redact(text, this.#key))}`;
      throw this.error('broken', `answered with what is not JSON (${end})`);
    }
    try {
      return parse(answer);
    } catch (error) {
      if (error instanceof ServerError) throw error;
      throw this.error('broken', `answered with JSON that is no answer: ${(error as Error).message}`);
    }
  }

  /** What an error status means, with the server's own words. */
  private async complaint(response: Response, path: string): Promise<ServerError> {
    const { status } = response;
    // Redacted before it is shortened, so that no half of a key is left.
    const text = redact((await readBounded(response, LONGEST_COMPLAINT)) ?? '', this.#key);
    const { message, code } = ownWords(text);
    const says = message === '' ? '' : ` It says: ${quote(message)}.`;
    const wait = retryAfter(response.headers);
    const answered = (failure: Failure, sentence: string): ServerError => this.error(failure, `${sentence}.${says}`, wait);
    if (status >= 300 && status < 400)
      return this.error('model', `sends requests on to another address (${status}): name that one in the task model`);
    if (status === 401 || status === 403)
      return answered('key', `refused ${this.#key?.from ?? 'a request without a key'} (${status})${this.keyAdvice()}`);
    if (status === 402 || /insufficient_quota|billing/.test(code))
      return answered('quota', `will not go on before it is paid (${status}). Look at the account's credit there`);
    if (status === 404) return answered('model', `knows no such address or model (404 for ${path})`);
    if (status === 429) return answered('busy', `is asked more than it allows (429); a smaller server.concurrency may help`);
    if ([408, 409, 425].includes(status) || (status >= 500 && status !== 501)) return answered('broken', `failed (${status})`);
    return answered('request', `refused a request (${status})`);
  }

  private keyAdvice(): string {
    return this.#key
      ? '. Check that key, and that it is for this server'
      : '. Put the key into an environment variable and name that in server.apiKeyVariable, or store it in the editor';
  }

  private unreachable(error: unknown): ServerError {
    const cause = (error as Error & { cause?: { code?: string; message?: string } }).cause;
    const code = cause?.code ?? '';
    const known = REASONS[code];
    if (known !== undefined) return this.error('down', known);
    if (/CERT|TLS|SSL|SELF_SIGNED/.test(code)) return this.error('model', `has a certificate that cannot be trusted (${code})`);
    if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'EPIPE')
      return this.error('broken', 'ended the connection before its answer was there');
    return this.error('broken', `could not be asked: ${cause?.message ?? (error as Error).message}`);
  }

  error(failure: Failure, sentence: string, wait?: number): ServerError {
    return new ServerError(failure, redact(`The server ${this.url} ${sentence.replace(/\.?$/, '.')}`, this.#key), { retryAfter: wait });
  }
}

const REASONS: Partial<Record<string, string>> = {
  ECONNREFUSED: 'does not answer: nothing listens there (connection refused). Start it, or correct the address in the task model',
  ENOTFOUND: 'cannot be found: there is no machine of that name. Correct the address in the task model',
  EAI_AGAIN: 'cannot be found just now: the name service does not answer',
  EHOSTUNREACH: 'cannot be reached from here (no route)',
  ENETUNREACH: 'cannot be reached from here (no network)',
  ETIMEDOUT: 'does not answer (the connection timed out)',
  UND_ERR_CONNECT_TIMEOUT: 'does not answer (the connection timed out)',
};

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
    return { message: (/<title>([^<]*)<\/title>/i.exec(text)?.[1] ?? text).trim(), code: '' };
  }
}

function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return JSON.stringify(line.length > 300 ? `${line.slice(0, 299)}…` : line);
}
