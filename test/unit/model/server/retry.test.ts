import { describe, expect, it } from 'vitest';
import { Limit } from '../../../../src/model/server/limit';
import { Retry, retryAfter } from '../../../../src/model/server/retry';
import { ServerError, type Failure } from '../../../../src/model/server/serverError';
import { FakeClock } from './fakeServer';

function failing(times: number, failure: Failure = 'broken', wait?: number): () => Promise<string> {
  let left = times;
  return () => (left-- > 0 ? Promise.reject(new ServerError(failure, 'no', { retryAfter: wait })) : Promise.resolve('yes'));
}

describe('Retry', () => {
  it('waits twice as long each time, up to half a minute, by a random share', async () => {
    const clock = new FakeClock(() => 0.5);
    const retry = new Retry(9, clock);
    expect(await retry.run(failing(9))).toBe('yes');
    expect(clock.slept).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(retry.count).toBe(9);
  });

  it('gives up after so many times', async () => {
    await expect(new Retry(3, new FakeClock()).run(failing(4))).rejects.toThrow('no');
    expect(await new Retry(3, new FakeClock()).run(failing(3))).toBe('yes');
    await expect(new Retry(0, new FakeClock()).run(failing(1))).rejects.toThrow('no');
  });

  it.each(['key', 'model', 'quota', 'request', 'blocked'] as const)('does not try again after "%s"', async (failure) => {
    const clock = new FakeClock();
    await expect(new Retry(5, clock).run(failing(1, failure))).rejects.toThrow('no');
    expect(clock.slept).toEqual([]);
  });

  it('fewer retries may be had of what is broken, not of what is busy', async () => {
    await expect(new Retry(5, new FakeClock()).run(failing(2), undefined, 1)).rejects.toThrow('no');
    expect(await new Retry(5, new FakeClock()).run(failing(5, 'busy'), undefined, 1)).toBe('yes');
  });

  it('waits as long as it is told, and so do all others', async () => {
    const clock = new FakeClock(() => 0);
    const retry = new Retry(5, clock);
    expect(await retry.run(failing(1, 'busy', 7000))).toBe('yes');
    expect(clock.slept).toEqual([7000]);

    // A second request that begins while the first is told to wait.
    const late: number[] = [];
    const slow = new FakeClock(() => 0);
    slow.sleep = (milliseconds) => {
      late.push(milliseconds);
      return new Promise((done) => setTimeout(done, 5)).then(() => void Reflect.set(slow, 'time', milliseconds));
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
    await expect(new Retry(5, clock).run(failing(1, 'busy', 3_600_000))).rejects.toThrow('60 minutes');
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

describe('Limit', () => {
  it('runs so many at once, in order, and goes on after a failure', async () => {
    const limit = new Limit(2);
    const began: number[] = [];
    const ends: (() => void)[] = [];
    const task = (i: number): Promise<number> =>
      limit.run(async () => {
        began.push(i);
        await new Promise<void>((end) => ends.push(end));
        if (i === 0) throw new Error('first');
        return i;
      });
    const all = [0, 1, 2, 3].map(task);
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await Promise.resolve();
    };
    await settle();
    expect(began).toEqual([0, 1]);
    ends[0]!();
    await expect(all[0]).rejects.toThrow('first');
    await settle();
    expect(began).toEqual([0, 1, 2]);
    ends[1]!();
    ends[2]!();
    await settle();
    ends[3]!();
    expect(await Promise.all(all.slice(1))).toEqual([1, 2, 3]);
  });
});
