import { createServer } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';

/** One request to a real server and what it answered. */
interface Exchange {
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
  readonly status: number;
  readonly answer: unknown;
}

export interface Recording {
  readonly url: string;
  /** Writes what was recorded; when replaying, nothing. */
  close(): Promise<void>;
}

/**
 * Plays a recorded server: each request gets the answer that the real one gave to the same request. With the real server's
 * address in the environment variable RLPROMPT_RECORD the requests go there and the file is written anew.
 */
export async function recording(file: string): Promise<Recording> {
  const real = process.env.RLPROMPT_RECORD;
  const known = new Map<string, Exchange>();
  if (real === undefined)
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
      const exchange = JSON.parse(line) as Exchange;
      known.set(JSON.stringify(exchange.request), exchange);
    }
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const request = { method: incoming.method!, path: incoming.url!, body: text === '' ? null : (JSON.parse(text) as unknown) };
      const key = JSON.stringify(request);
      const ask = async (): Promise<Exchange> => {
        const answered = await fetch(`${real}${request.path}`, {
          method: request.method,
          headers: { 'content-type': 'application/json' },
          ...(text !== '' && { body: text }),
        });
        return { request, status: answered.status, answer: await answered.json() };
      };
      const exchange = known.get(key);
      const found = exchange ? Promise.resolve(exchange) : real === undefined ? Promise.reject(new Error(`not recorded: ${key}`)) : ask();
      found
        .then((one) => {
          known.set(key, one);
          response.writeHead(one.status, { 'content-type': 'application/json' }).end(JSON.stringify(one.answer));
        })
        .catch((error: unknown) => response.writeHead(418).end((error as Error).message));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      if (real === undefined) return;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, [...known.values()].map((exchange) => `${JSON.stringify(exchange)}\n`).join(''));
    },
  };
}
