import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Client, type ClientOptions } from '../../../../src/model/server/client';
import { ServerError } from '../../../../src/model/server/serverError';
import { FakeClock, fakeServer, send, type Handler } from './fakeServer';

const KEY = 'sk-verysecret/1234567890';

function client(url: string, options: Partial<ClientOptions> = {}): Client {
  return new Client({ url, key: undefined, concurrency: 4, timeoutSeconds: 5, maxRetries: 2, clock: new FakeClock(), ...options });
}

/** What a client says of a server that does as the handler does, after its retries. */
async function complaint(handler: Handler, options: Partial<ClientOptions> = {}): Promise<{ error: ServerError; requests: number }> {
  const server = await fakeServer(handler);
  try {
    await client(server.url, options).post('/completions', { prompt: 'x' }, read);
  } catch (error) {
    expect(error).toBeInstanceOf(ServerError);
    expect((error as Error).message).toContain(server.url);
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
    expect(await client(server.url, { key }).post('/completions', { prompt: 'ü' }, read)).toBe('é');
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/completions', body: { prompt: 'ü' } });
    expect(request!.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('carries no key where there is none', async () => {
    const server = await fakeServer((_, response) => send(response, 200, { text: '' }));
    await client(server.url).get('/models', read);
    expect(server.received[0]!.headers).not.toHaveProperty('authorization');
  });

  it('waits its turn: never more at once than allowed', async () => {
    const server = await fakeServer((_, response) => void setTimeout(() => send(response, 200, { text: '' }), 20));
    const one = client(server.url, { concurrency: 3 });
    await Promise.all(Array.from({ length: 20 }, () => one.post('/completions', {}, read)));
    expect(server.received).toHaveLength(20);
    expect(server.busiest()).toBe(3);
    expect(one.sent).toBe(20);
  });

  it('is dropped when the run stops', async () => {
    const server = await fakeServer(() => undefined);
    const stop = new AbortController();
    const asked = client(server.url).post('/completions', {}, read, stop.signal);
    setTimeout(() => stop.abort(new Error('stopped')), 20);
    await expect(asked).rejects.toThrow('stopped');
  });
});

describe('a server that fails in passing is asked again', () => {
  it.each([408, 409, 425, 429, 500, 502, 503, 504, 529])('%i', async (status) => {
    const server = await fakeServer((_, response, count) => (count < 3 ? send(response, status, {}) : send(response, 200, { text: 'ok' })));
    expect(await client(server.url).post('/completions', {}, read)).toBe('ok');
    expect(server.received).toHaveLength(3);
  });

  it('a reset connection, half an answer, no JSON, JSON of something else', async () => {
    const faults: Handler[] = [
      (_, response) => response.destroy(),
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"text": "hal');
        setTimeout(() => response.destroy(), 10);
      },
      (_, response) => send(response, 200, '{"text": "hal'),
      (_, response) => send(response, 200, '<html>'),
      (_, response) => send(response, 200, {}),
      (_, response) => send(response, 200, { text: 'ok' }),
    ];
    const server = await fakeServer((request, response, count) => faults[count - 1]!(request, response, count));
    expect(await client(server.url, { maxRetries: 5 }).post('/completions', {}, read)).toBe('ok');
  });

  it('a storm of 429 is waited out as the server says, by all alike', async () => {
    const clock = new FakeClock(() => 0);
    let left = 6;
    const server = await fakeServer((_, response) =>
      left-- > 0 ? send(response, 429, { error: 'slow down' }, { 'retry-after': '2' }) : send(response, 200, { text: 'ok' }),
    );
    const one = client(server.url, { clock, concurrency: 3, maxRetries: 6 });
    expect(await Promise.all([1, 2, 3, 4].map(() => one.post('/completions', {}, read)))).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(clock.slept.length).toBeGreaterThanOrEqual(6);
    expect(clock.slept.every((milliseconds) => milliseconds >= 0 && milliseconds <= 2000)).toBe(true);
    expect(one.retries).toBe(6);
  });
});

describe('what a person is told', () => {
  const json =
    (status: number, body: unknown, headers?: Record<string, string>): Handler =>
    (_, response) =>
      send(response, status, body, headers);
  const key = { value: KEY, from: 'the environment variable OPENAI_API_KEY' };

  it('the key is refused', async () => {
    for (const status of [401, 403]) {
      const { error, requests } = await complaint(json(status, { error: { message: `Incorrect API key: ${KEY}` } }), { key });
      expect(error).toMatchObject({ failure: 'key', lasting: true });
      expect(error.message).toContain(`refused the environment variable OPENAI_API_KEY (${status}). Check that key`);
      expect(error.message).toContain('Incorrect API key: [key]');
      expect(requests).toBe(1);
    }
  });

  it('there is no key', async () => {
    const { error } = await complaint(json(401, 'Unauthorized'));
    expect(error.message).toContain('refused a request without a key (401). Put the key into an environment variable');
  });

  it('there is no such model or address', async () => {
    const { error, requests } = await complaint(json(404, { error: { message: 'The model `x` does not exist' } }));
    expect(error).toMatchObject({ failure: 'model', passing: false });
    expect(error.message).toContain('404 for /completions');
    expect(error.message).toContain('The model `x` does not exist');
    expect(requests).toBe(1);
  });

  it('nothing listens there', async () => {
    const server = await fakeServer(() => undefined);
    await server.close();
    const asked = client(server.url).post('/completions', {}, read);
    await expect(asked).rejects.toThrow('nothing listens there (connection refused). Start it');
    await expect(asked).rejects.toMatchObject({ failure: 'down', lasting: true });
  });

  it('there is no machine of that name', async () => {
    const asked = client('http://no-such-machine.invalid/v1').post('/completions', {}, read);
    await expect(asked).rejects.toMatchObject({ failure: 'down' });
  });

  it('no answer in time', async () => {
    const { error, requests } = await complaint(() => undefined, { timeoutSeconds: 0.05 });
    expect(error).toMatchObject({ failure: 'timeout' });
    expect(error.message).toContain('gave no answer within 0.05 s (server.timeoutSeconds)');
    expect(requests).toBe(3);
  });

  it('an answer that never ends', async () => {
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

  it('an answer of 10 MB is not read to its end', async () => {
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
    expect(error.message).toContain('more than 8 MB');
    expect(written).toBeLessThan(50e6);
  });

  it('a complaint of 10 MB, in few words', async () => {
    const { error } = await complaint(json(400, 'x'.repeat(1e7)));
    expect(error).toMatchObject({ failure: 'request' });
    expect(error.message.length).toBeLessThan(600);
  });

  it('half a JSON', async () => {
    const { error, requests } = await complaint(json(200, '{"choices": [{"text"'));
    expect(error).toMatchObject({ failure: 'broken' });
    expect(error.message).toContain('is not JSON (20 characters that begin with');
    expect(requests).toBe(3);
  });

  it('JSON that is no answer', async () => {
    expect((await complaint(json(200, {}))).error.message).toContain('JSON that is no answer: it has no text');
  });

  it('too many requests', async () => {
    const { error, requests } = await complaint(json(429, { error: { message: 'Rate limit', type: 'rate' } }));
    expect(error.failure).toBe('busy');
    expect(error.message).toContain('a smaller server.concurrency may help');
    expect(requests).toBe(3);
  });

  it('nothing left to spend: not asked again', async () => {
    for (const handler of [json(429, { error: { message: 'quota', code: 'insufficient_quota' } }), json(402, {})]) {
      const { error, requests } = await complaint(handler);
      expect(error).toMatchObject({ failure: 'quota', lasting: true });
      expect(requests).toBe(1);
    }
  });

  it('a text that is refused', async () => {
    const { error, requests } = await complaint(json(400, { detail: [{ msg: 'too long' }] }));
    expect(error).toMatchObject({ failure: 'request', passing: false, lasting: false });
    expect(error.message).toContain('too long');
    expect(requests).toBe(1);
  });

  it('the address moved', async () => {
    const { error } = await complaint(json(301, '', { location: 'https://elsewhere.example/' }));
    expect(error.message).toContain('name that one in the task model');
  });

  it("a proxy's page, by its title", async () => {
    const { error } = await complaint(json(502, '<html><head><title>502 Bad Gateway</title></head></html>'), { maxRetries: 0 });
    expect(error.message).toContain('"502 Bad Gateway"');
  });

  it('never the key, wherever a server puts it', async () => {
    const forms = [KEY, JSON.stringify({ error: { message: KEY, code: KEY } }), encodeURIComponent(KEY), `${'x'.repeat(290)}${KEY}`];
    for (const form of forms)
      for (const status of [200, 400, 401, 404, 429, 500]) {
        const { error } = await complaint(json(status, form), { key, maxRetries: 0 });
        expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/verysecret/);
      }
  });

  it('nor when the client itself is shown', () => {
    const one = client('http://localhost/v1', { key });
    expect(inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one)).not.toMatch(/verysecret/);
  });
});
