import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Client, type ClientOptions } from '../../../../src/model/server/client';
import { ServerError } from '../../../../src/model/server/serverError';
import { FakeClock, fakeServer, send, type Handler } from './fakeServer';

const KEY = 'sk-verysecret/1234567890';

function client(url: string, options: Partial<ClientOptions> = {}): Client {
  return new Client({ url, key: undefined, concurrency: 4, timeoutSeconds: 5, maxRetries: 2, clock: new FakeClock(), ...options });
}

/** A client's error about a server with this handler, after its retries. */
async function complaint(handler: Handler, options: Partial<ClientOptions> = {}): Promise<{ error: ServerError; requests: number }> {
  const server = await fakeServer(handler);
  try {
    await client(server.url, options).request('/completions', { prompt: 'x' }, read);
  } catch (error) {
    expect(error).toBeInstanceOf(ServerError);
    expect((error as ServerError).args).toMatchObject([{ url: server.url }]);
    return { error: error as ServerError, requests: server.received.length };
  }
  throw new Error('it worked');
}

function read(answer: unknown): string {
  const { text } = answer as { text?: string };
  if (text === undefined) throw new Error('it has no text');
  return text;
}

describe('a request', () => {
  it('sends JSON with the key, and reads JSON', async () => {
    const server = await fakeServer((_, response) => send(response, 200, { text: 'é' }));
    const key = { value: KEY, from: 'x' };
    expect(await client(server.url, { key }).request('/completions', { prompt: 'ü' }, read)).toBe('é');
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/completions', body: { prompt: 'ü' } });
    expect(request!.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('carries no key where there is none', async () => {
    const server = await fakeServer((_, response) => send(response, 200, { text: '' }));
    await client(server.url).request('/models', undefined, read);
    expect(server.received[0]!.headers).not.toHaveProperty('authorization');
  });

  it('waits its turn: never more run at once than allowed', async () => {
    const server = await fakeServer((_, response) => void setTimeout(() => send(response, 200, { text: '' }), 20));
    const one = client(server.url, { concurrency: 3 });
    await Promise.all(Array.from({ length: 20 }, () => one.request('/completions', {}, read)));
    expect(server.received).toHaveLength(20);
    expect(server.busiest()).toBe(3);
  });

  it('is dropped when the run stops', async () => {
    const stop = new AbortController();
    const server = await fakeServer(() => stop.abort(new Error('stopped')));
    await expect(client(server.url).request('/completions', {}, read, { signal: stop.signal })).rejects.toThrow('stopped');
    await server.quiet();
  });
});

describe('requests are retried after', () => {
  it.each([408, 409, 425, 429, 500, 502, 503, 504, 529])('%i', async (status) => {
    const server = await fakeServer((_, response, count) => (count < 3 ? send(response, status, {}) : send(response, 200, { text: 'ok' })));
    expect(await client(server.url).request('/completions', {}, read)).toBe('ok');
    expect(server.received).toHaveLength(3);
  });

  it('a reset connection, half an answer, invalid JSON, JSON of something else', async () => {
    const faults: Handler[] = [
      (_, response) => response.destroy(),
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"text": "hal', () => response.destroy());
      },
      (_, response) => send(response, 200, '{"text": "hal'),
      (_, response) => send(response, 200, '<html>'),
      (_, response) => send(response, 200, {}),
      (_, response) => send(response, 200, { text: 'ok' }),
    ];
    const server = await fakeServer((request, response, count) => faults[count - 1]!(request, response, count));
    expect(await client(server.url, { maxRetries: 5 }).request('/completions', {}, read)).toBe('ok');
  });

  it('429, as late as the server asks, for all requests alike', async () => {
    const clock = new FakeClock(() => 0);
    let left = 6;
    const server = await fakeServer((_, response) =>
      left-- > 0 ? send(response, 429, { error: 'slow down' }, { 'retry-after': '2' }) : send(response, 200, { text: 'ok' }),
    );
    const one = client(server.url, { clock, concurrency: 3, maxRetries: 6 });
    expect(await Promise.all([1, 2, 3, 4].map(() => one.request('/completions', {}, read)))).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(clock.slept.length).toBeGreaterThanOrEqual(6);
    expect(clock.slept.every((milliseconds) => milliseconds >= 0 && milliseconds <= 2000)).toBe(true);
    expect(server.received).toHaveLength(10);
  });
});

describe('the error says', () => {
  const json =
    (status: number, body: unknown, headers?: Record<string, string>): Handler =>
    (_, response) =>
      send(response, status, body, headers);
  const key = { value: KEY, from: 'the environment variable OPENAI_API_KEY' };

  it('that the key was refused', async () => {
    for (const status of [401, 403]) {
      const { error, requests } = await complaint(json(status, { error: { message: `Incorrect API key: ${KEY}` } }), { key });
      expect(error).toMatchObject({ failure: 'key', lasting: true, code: 'server.keyRefused' });
      expect(error.args).toMatchObject([{ status, from: key.from, says: 'Incorrect API key: [key]' }]);
      expect(requests).toBe(1);
    }
  });

  it('that there is no key', async () => {
    const { error } = await complaint(json(401, 'Unauthorized'));
    expect(error).toMatchObject({ failure: 'key', code: 'server.keyMissing', args: [{ status: 401, says: 'Unauthorized' }] });
  });

  it('that there is no such model or address', async () => {
    const says = 'The model `x` does not exist';
    const { error, requests } = await complaint(json(404, { error: { message: says } }));
    expect(error).toMatchObject({ failure: 'model', passing: false, code: 'server.notFound', args: [{ path: '/completions', says }] });
    expect(requests).toBe(1);
  });

  it('that nothing listens there', async () => {
    const server = await fakeServer(() => undefined);
    await server.close();
    const asked = client(server.url).request('/completions', {}, read);
    await expect(asked).rejects.toMatchObject({
      failure: 'down',
      lasting: true,
      code: 'server.unreachable',
      args: [{ url: server.url, code: 'ECONNREFUSED' }],
    });
  });

  it('that there is no computer of that name', async () => {
    const asked = client('http://no-such-machine.invalid/v1').request('/completions', {}, read);
    await expect(asked).rejects.toMatchObject({ failure: 'down' });
  });

  it('that there was no answer in time', async () => {
    const { error, requests } = await complaint(() => undefined, { timeoutSeconds: 0.05 });
    expect(error).toMatchObject({ failure: 'timeout', code: 'server.timeout', args: [{ seconds: 0.05 }] });
    expect(requests).toBe(3);
  });

  it('that an answer never ended', async () => {
    const { error } = await complaint(
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(timer));
      },
      { timeoutSeconds: 0.1, maxRetries: 0 },
    );
    expect(error.failure).toBe('timeout');
  });

  it('that an answer is too long, without reading 100 MB to the end', async () => {
    let written = 0;
    const { error } = await complaint(
      (_, response) => {
        response.writeHead(200);
        const chunk = Buffer.alloc(100_000, ' ');
        const write = (): void => {
          while (!response.destroyed && written < 100e6) {
            written += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', write);
          }
          response.end();
        };
        write();
      },
      { maxRetries: 0 },
    );
    expect(error).toMatchObject({ code: 'server.tooLong', args: [{ megabytes: 8 }] });
    expect(written).toBeLessThan(50e6);
  });

  it('little of a complaint of 10 MB', async () => {
    const { error } = await complaint(json(400, 'x'.repeat(1e7)));
    expect(error).toMatchObject({ failure: 'request' });
    expect(error.message.length).toBeLessThan(600);
  });

  it('that an answer is half a JSON', async () => {
    const { error, requests } = await complaint(json(200, '{"choices": [{"text"'));
    expect(error).toMatchObject({ failure: 'broken', code: 'server.notJson', args: [{ length: 20, start: '{"choices": [{"text"' }] });
    expect(requests).toBe(3);
  });

  it('that JSON is not an answer', async () => {
    const { error } = await complaint(json(200, {}));
    expect(error).toMatchObject({ code: 'server.notAnswer', args: [{ reason: 'it has no text' }] });
  });

  it('that there were too many requests', async () => {
    const { error, requests } = await complaint(json(429, { error: { message: 'Rate limit', type: 'rate' } }));
    expect(error).toMatchObject({ failure: 'busy', code: 'server.busy', args: [{ says: 'Rate limit' }] });
    expect(requests).toBe(3);
  });

  it('that nothing is left to spend, without a retry', async () => {
    for (const handler of [json(429, { error: { message: 'quota', code: 'insufficient_quota' } }), json(402, {})]) {
      const { error, requests } = await complaint(handler);
      expect(error).toMatchObject({ failure: 'quota', lasting: true, code: 'server.unpaid' });
      expect(requests).toBe(1);
    }
  });

  it('that a text was refused', async () => {
    const { error, requests } = await complaint(json(400, { detail: [{ msg: 'too long' }] }));
    expect(error).toMatchObject({ failure: 'request', passing: false, lasting: false, code: 'server.refused' });
    expect(error.message).toContain('too long');
    expect(requests).toBe(1);
  });

  it('that the address moved', async () => {
    const { error } = await complaint(json(301, '', { location: 'https://elsewhere.example/' }));
    expect(error).toMatchObject({ failure: 'model', code: 'server.redirects' });
  });

  it("the title of a proxy's page", async () => {
    const { error } = await complaint(json(502, '<html><head><title>502 Bad Gateway</title></head></html>'), { maxRetries: 0 });
    expect(error.args).toMatchObject([{ says: '502 Bad Gateway' }]);
  });

  it('never the key, wherever a server puts it', async () => {
    const forms = [KEY, JSON.stringify({ error: { message: KEY, code: KEY } }), encodeURIComponent(KEY), `${'x'.repeat(290)}${KEY}`];
    for (const form of forms)
      for (const status of [200, 400, 401, 404, 429, 500]) {
        const { error } = await complaint(json(status, form), { key, maxRetries: 0 });
        expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${inspect(error, { depth: 9 })}`).not.toMatch(/verysecret/);
      }
  });

  it('nor does a client show it', () => {
    const one = client('http://localhost/v1', { key });
    expect(inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one)).not.toMatch(/verysecret/);
  });
});
