import { getEventListeners } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import { Channel, RemoteError, type Handlers, type Port } from '../../../src/messages/channel';

interface Server {
  double(n: number): Promise<number>;
  wait(): Promise<void>;
  fail(error: unknown): Promise<void>;
  note(text: string): void;
}
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the client has no methods
interface Client {}

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

const portOf = (port: MessagePort): Port => ({
  post: (message) => port.postMessage(message),
  onMessage: (listener) => port.on('message', listener),
});

function connected(handlers: Partial<Handlers<Server>>): { client: Channel<Server, Client>; server: Channel<Client, Server> } {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const server = new Channel<Client, Server>(portOf(port2), handlers as Handlers<Server>);
  return { client: new Channel<Server, Client>(portOf(port1), {}), server };
}

/** A handler that ends only when its signal aborts. */
function endless(): { wait: Handlers<Server>['wait']; aborted: Promise<unknown> } {
  let tell: (reason: unknown) => void;
  const aborted = new Promise<unknown>((resolve) => (tell = resolve));
  const wait = (_: undefined, signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        tell(signal.reason);
        reject(signal.reason as Error);
      });
    });
  return { wait, aborted };
}

it('gives each request its own reply, in whatever order they come', async () => {
  const slow: (() => void)[] = [];
  const { client } = connected({
    double: (n) => (n === 1 ? new Promise((resolve) => slow.push(() => resolve(2))) : 2 * n),
  });
  const first = client.request('double', 1);
  await expect(client.request('double', 21)).resolves.toBe(42);
  slow[0]!();
  await expect(first).resolves.toBe(2);
});

it('delivers notifications in order, without a reply', async () => {
  const notes: string[] = [];
  const { client } = connected({ note: (text) => void notes.push(text), double: (n) => 2 * n });
  client.notify('note', 'a');
  client.notify('note', 'b');
  await client.request('double', 1);
  expect(notes).toEqual(['a', 'b']);
});

it('rejects with the fields of the error that the handler threw, and without those that cannot be sent', async () => {
  const { client } = connected({
    fail: (kind) => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is thrown need not be an error
      if (kind === 'text') throw 'thrown text';
      throw Object.assign(new TypeError('no'), kind === 'fields' ? { reason: 'quota', args: [1] } : { reason: 'quota', run: () => 1 });
    },
  });
  const failed = (kind: string): Promise<unknown> => client.request('fail', kind).catch((error: unknown) => error);
  expect(await failed('fields')).toBeInstanceOf(RemoteError);
  expect(await failed('fields')).toMatchObject({ message: 'no', reason: 'quota', args: [1] });
  expect(await failed('function')).toMatchObject({ message: 'no' });
  expect(await failed('text')).toMatchObject({ message: 'thrown text' });
});

it('rejects a request for a method that the other side does not have', async () => {
  const { client } = connected({});
  await expect(client.request('toString' as 'wait')).rejects.toThrow('Unknown method toString.');
});

it('carries an abort to the signal of the handler, and rejects at once', async () => {
  const { wait, aborted } = endless();
  const { client } = connected({ wait });
  const controller = new AbortController();
  const request = client.request('wait', undefined, controller.signal);
  controller.abort(new Error('too late'));
  await expect(request).rejects.toThrow('too late');
  await expect(aborted).resolves.toBeInstanceOf(Error);
});

it('rejects a request whose signal has aborted already, and sends nothing', async () => {
  const double = vi.fn((n: number) => 2 * n);
  const { client } = connected({ double });
  await expect(client.request('double', 1, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  await client.request('double', 2);
  expect(double).toHaveBeenCalledTimes(1);
});

it('leaves no listener on a signal once a request has its reply', async () => {
  const { client } = connected({ double: (n) => 2 * n, fail: () => Promise.reject(new Error('no')) });
  const { signal } = new AbortController();
  const requests = [client.request('double', 1, signal), client.request('fail', 1, signal)];
  expect(getEventListeners(signal, 'abort')).toHaveLength(2);
  await Promise.allSettled(requests);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('rejects what waits, and what is asked later, when it closes; the requests of the other side are aborted', async () => {
  const { wait, aborted } = endless();
  const { client, server } = connected({ wait });
  const request = client.request('wait');
  await vi.waitFor(() => expect(server).toHaveProperty('serving.size', 1));
  client.close(new Error('the engine ended'));
  server.close(new Error('the host is gone'));
  await expect(request).rejects.toThrow('the engine ended');
  await expect(client.request('wait')).rejects.toThrow('the engine ended');
  await expect(aborted).resolves.toMatchObject({ message: 'the host is gone' });
  client.notify('note', 'nobody reads this');
});
