import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import type { Clock } from '../../../../src/model/http';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

/** The fields of a request that the tests read. */
export interface Body {
  readonly model?: string;
  readonly prompt?: string | string[];
  readonly messages?: { role: string; content: string }[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly logprobs?: number | boolean;
  readonly top_logprobs?: number;
}

export type Handler = (request: Received, response: ServerResponse, count: number) => void;

export interface FakeServer {
  /** Base address, with `/v1`. */
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** The largest number of requests open at once. */
  readonly busiest: () => number;
  /** Resolves once no request is open. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

const open: FakeServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A server on this computer that a test controls; closed after the test. */
export async function fakeServer(handler: Handler): Promise<FakeServer> {
  const received: Received[] = [];
  let now = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    most = Math.max(most, ++now);
    response.on('close', () => {
      if (--now === 0) for (const done of waiting.splice(0)) done();
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = (text === '' ? {} : JSON.parse(text)) as Body;
      const one = { method: request.method!, path: request.url!, headers: request.headers, body };
      received.push(one);
      handler(one, response, received.length);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const fake: FakeServer = {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    received,
    busiest: () => most,
    quiet: () => new Promise((done) => (now === 0 ? done() : waiting.push(done))),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  open.push(fake);
  return fake;
}

export function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Tokens and their log-probabilities after a text. */
export type Tokens = Readonly<Record<string, number>>;

/** A completion of one or several texts, in OpenAI's legacy shape. */
export function completion(texts: readonly string[], tops: (text: string) => Tokens): object {
  const choices = texts.map((text, index) => {
    const top = tops(text);
    const [best] = Object.entries(top).sort((a, b) => b[1] - a[1]);
    const logprobs = { tokens: [best![0]], token_logprobs: [best![1]], top_logprobs: [top], text_offset: [text.length] };
    return { index, text: best![0], finish_reason: 'length', logprobs };
  });
  return { object: 'text_completion', choices, usage: { total_tokens: 10 * texts.length } };
}

/** A chat completion with the log-probabilities of its first token. */
export function chatCompletion(content: string, top: Tokens | undefined): object {
  const list = Object.entries(top ?? {}).map(([token, logprob]) => ({ token, logprob, bytes: null }));
  const first = { ...list[0], top_logprobs: list };
  const choice = { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', logprobs: top ? { content: [first] } : null };
  return { object: 'chat.completion', choices: [choice], usage: { total_tokens: 20 } };
}

/** A clock that does not wait: sleeping advances it. */
export class FakeClock implements Clock {
  private time = 0;
  readonly slept: number[] = [];

  constructor(private readonly randoms: () => number = () => 0.5) {}

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    this.slept.push(milliseconds);
    this.time += milliseconds;
    return Promise.resolve();
  }

  random(): number {
    return this.randoms();
  }
}
