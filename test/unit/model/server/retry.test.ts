import { describe, expect, it } from 'vitest';
import { retryAfter } from '../../../../src/model/http';
import { Retry } from '../../../../src/model/server/retry';
import { ServerError, type Failure } from '../../../../src/model/server/serverError';
import { FakeClock } from './fakeServer';

function failing(times: number, failure: Failure = 'broken', wait?: number): () => Promise<string> {
  let left = times;
  return () =>
    left-- > 0 ? Promise.reject(new ServerError(failure, 'server.noLogprobs', [], { retryAfter: wait })) : Promise.resolve('yes');
}

describe('Retry', () => {
  it('waits twice as long each time, up to half a minute, by a random share', async () => {
    const clock = new FakeClock(() => 0.5);
    const retry = new Retry(9, clock);
    expect(await retry.run(failing(9))).toBe('yes');
    expect(clock.slept).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('gives up after so many times', async () => {
    await expect(new Retry(3, new FakeClock()).run(failing(4))).rejects.toMatchObject({ failure: 'broken' });
    expect(await new Retry(3, new FakeClock()).run(failing(3))).toBe('yes');
    await expect(new Retry(0, new FakeClock()).run(failing(1))).rejects.toMatchObject({ failure: 'broken' });
  });

  it.each(['key', 'model', 'quota', 'request', 'blocked'] as const)('does not try again after "%s"', async (failure) => {
    const clock = new FakeClock();
    await expect(new Retry(5, clock).run(failing(1, failure))).rejects.toMatchObject({ failure });
    expect(clock.slept).toEqual([]);
  });

  it('may retry broken answers less often than busy servers', async () => {
    await expect(new Retry(5, new FakeClock()).run(failing(2), undefined, 1)).rejects.toMatchObject({ failure: 'broken' });
    expect(await new Retry(5, new FakeClock()).run(failing(5, 'busy'), undefined, 1)).toBe('yes');
  });

  it('waits as long as the server asks, and so do all other requests', async () => {
    const clock = new FakeClock(() => 0);
    const retry = new Retry(5, clock);
    expect(await retry.run(failing(1, 'busy', 7000))).toBe('yes');
    expect(clock.slept).toEqual([7000]);

    // A second request that starts while the first waits.
    const late: number[] = [];
    const slow = new FakeClock(() => 0);
    slow.sleep = (milliseconds) => {
      late.push(milliseconds);
      return new Promise((done) => setImmediate(done)).then(() => void Reflect.set(slow, 'time', milliseconds));
    };
    const shared = new Retry(5, slow);
    const first = shared.run(failing(1, 'busy', 7000));
    await Promise.resolve();
    await Promise.resolve();
    const second = shared.run(failing(0));
    await Promise.all([first, second]);
    expect(late).toEqual([7000, 7000]);
  });

  it('does not wait for hours', async () => {
    const clock = new FakeClock();
    await expect(new Retry(5, clock).run(failing(1, 'busy', 3_600_000))).rejects.toMatchObject({
      code: 'server.waitTooLong',
      args: [{ minutes: 60 }],
    });
    expect(clock.slept).toEqual([]);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(new Retry(5, new FakeClock()).run(failing(1), stop.signal)).rejects.toThrow('stopped');
  });
});

describe('retryAfter', () => {
  const at = (headers: Record<string, string>): number | undefined => retryAfter(new Headers(headers), Date.parse('2024-01-01T00:00:00Z'));

  it.each([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Mon, 01 Jan 2024 00:00:20 GMT' }, 20_000],
    [{ 'retry-after': 'Sun, 31 Dec 2023 00:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '120', 'retry-after': '9' }, 120],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j', (headers, expected) => {
    expect(at(headers as Record<string, string>)).toBe(expected);
  });
});
